package lexicon_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode"

	"afterglow/dialog/care/labelled"
	"afterglow/dialog/care/learn"
	"afterglow/prompts/lexicon"
)

const (
	dev  = "../../dialog/care/testdata/dev"
	hard = "../../dialog/care/testdata/hard"
)

// fair are the parts that are such as people would write, and not trained on.
var fair = []string{
	"../../dialog/care/testdata/held",
	"../../dialog/care/testdata/once",
	"../../dialog/care/testdata/trial",
	"../../dialog/care/testdata/fresh",
}

// floors are what the recogniser reached, less a little: a change may not fall
// below them. docs/care.md sets them beside the goals.
type floors struct {
	danger, serious, worst, drops, macroF1 float64 // at least
	ordinary, falseAlarms                  float64 // at most
}

func (f floors) check(t *testing.T, name string, m labelled.Measures) {
	t.Helper()
	for _, c := range []struct {
		measure    string
		got, floor float64
		ok         bool
	}{
		{"severity 3, right category", m.Danger.Value(), f.danger, m.Danger.Value() >= f.danger},
		{"severity 3, ordinary answer", m.Ordinary.Value(), f.ordinary, m.Ordinary.Value() <= f.ordinary},
		{"severity >= 2, right category", m.Serious.Value(), f.serious, m.Serious.Value() >= f.serious},
		{"worst of categories 1-5", m.Worst.Value(), f.worst, m.Worst.Value() >= f.worst},
		{"category 6 recognised", m.Drops.Value(), f.drops, m.Drops.Value() >= f.drops},
		{"false alarms, benign", m.FalseAlarms.Value(), f.falseAlarms, m.FalseAlarms.Value() <= f.falseAlarms},
		{"macro-F1", m.MacroF1, f.macroF1, m.MacroF1 >= f.macroF1},
	} {
		if !c.ok {
			t.Errorf("%s: %s is %.3f, the floor is %.3f", name, c.measure, c.got, c.floor)
		}
	}
}

func sentences(t *testing.T, dir string) []labelled.Example {
	t.Helper()
	examples, err := labelled.ReadDir(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return examples
}

// measure checks English, the other languages together, and all.
func measure(t *testing.T, results []labelled.Result, want map[string]floors) {
	t.Helper()
	names, columns := labelled.ByLanguage(results)
	checked := 0
	for i, name := range names {
		if f, ok := want[name]; ok {
			f.check(t, name, columns[i])
			checked++
		}
	}
	if checked != len(want) {
		t.Errorf("%d of %d floors checked: a language has no sentences", checked, len(want))
	}
}

// TestUnseen measures the built-in model on sentences that nothing was trained
// on: such as people would write, and such as are meant to defeat it.
func TestUnseen(t *testing.T) {
	var all []labelled.Example
	for _, dir := range fair {
		all = append(all, sentences(t, dir)...)
	}
	measure(t, labelled.Results(all, load(t).Read), fairFloors)
	measure(t, labelled.Results(sentences(t, hard), load(t).Read), hardFloors)
}

// TestNothingUnseenIsTrained: no sentence to measure with is among those to learn
// from, not even with other capitals and stops.
func TestNothingUnseenIsTrained(t *testing.T) {
	plain := func(text string) string {
		return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
	}
	learned := map[[2]string]bool{}
	for _, e := range sentences(t, dev) {
		learned[[2]string{e.Lang, plain(e.Text)}] = true
	}
	for _, dir := range append([]string{hard}, fair...) {
		for _, e := range sentences(t, dir) {
			if text := plain(e.Text); text != "" && learned[[2]string{e.Lang, text}] {
				t.Errorf("%s: a sentence of dev is in it: %q", dir, e.Text)
			}
		}
	}
}

// TestDev measures, on the last fold, a model that was trained without it, and
// rules whose author has not read it.
func TestDev(t *testing.T) {
	t.Parallel()
	g, err := lexicon.Grammar(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	measure(t, learn.Validate(g, sentences(t, dev), learn.Brief()), devFloors)
}

// TestModelIsFresh: model.bin is what training makes of the lexicon and the
// sentences as they are now, byte for byte.
func TestModelIsFresh(t *testing.T) {
	t.Parallel()
	g, err := lexicon.Grammar(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("model.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(learn.Fit(g, sentences(t, dev), learn.Defaults()).Encode(), want) {
		t.Error("model.bin is stale: run go run ./prompts/lexicon/train from the module's root")
	}
	if len(want) > 2<<20 {
		t.Errorf("model.bin has %d bytes, the most is 2 MB", len(want))
	}
}
