package lexicon_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
	"afterglow/dialog/care/learn"
	"afterglow/prompts/lexicon"
)

const (
	dev  = "../../dialog/care/testdata/dev"
	hard = "../../dialog/care/testdata/hard"
	// These keep their ordinary messages, such as nearly all are, in files of their own.
	later  = "../../dialog/care/testdata/later"
	latest = "../../dialog/care/testdata/latest"
)

// fair are the parts that are such as people would write, and not trained on.
var fair = []string{
	"../../dialog/care/testdata/held",
	"../../dialog/care/testdata/once",
	"../../dialog/care/testdata/trial",
	"../../dialog/care/testdata/fresh",
	later,
	latest,
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

// TestOrdinary counts the ordinary messages that are taken for danger. The goal is none.
func TestOrdinary(t *testing.T) {
	var files []string
	for _, part := range []string{later, latest} {
		found, err := filepath.Glob(part + "/*.ordinary.tsv")
		if err != nil || len(found) != 5 {
			t.Fatalf("%s: %d files of ordinary messages, want one a language (%v)", part, len(found), err)
		}
		files = append(files, found...)
	}
	r := load(t)
	var all, alarms int
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		examples, err := labelled.Read(f, name)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range examples {
			all++
			if found := r.Read(e.Text); found.First() != care.Benign {
				alarms++
				t.Logf("%s: %q is %v", e.Lang, e.Text, found)
			}
		}
	}
	if alarms > ordinaryAlarms || all < 900 {
		t.Errorf("%d ordinary messages of %d are taken for danger, the most is %d", alarms, all, ordinaryAlarms)
	}
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

var anew = flag.Bool("anew", false, "train the built-in model anew, and compare every byte")

// TestModelIsFresh: model.bin was learned from the lexicon and the sentences as
// they are now, by training as it is now.
func TestModelIsFresh(t *testing.T) {
	t.Parallel()
	g, err := lexicon.Grammar(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("model.bin")
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 2_000_000 {
		t.Errorf("model.bin has %d bytes, the most is 2 MB", len(b))
	}
	m, err := care.DecodeModel(b)
	if err != nil {
		t.Fatal(err)
	}
	learned := sentences(t, dev)
	stale := m.Origin != learn.Origin(g, learned, learn.Defaults())
	if *anew {
		again := learn.Fit(g, learned, learn.Defaults())
		again.Origin = m.Origin
		stale = stale || !bytes.Equal(again.Encode(), b)
	}
	if stale {
		t.Error("model.bin is stale: run go run ./prompts/lexicon/train from the module's root")
	}
}
