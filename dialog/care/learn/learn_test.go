package learn_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
	"afterglow/dialog/care/learn"
)

// toy is a small world in which tea is benign and storms are medical.
func toy(t *testing.T) (*care.Grammar, []labelled.Example) {
	t.Helper()
	g, err := care.Compile(care.Lexicon{Name: "en", Words: map[string][]string{"weather": {"storm", "hail", "thunder"}}})
	if err != nil {
		t.Fatal(err)
	}
	var examples []labelled.Example
	for i := range 20 {
		examples = append(examples,
			labelled.Example{Text: fmt.Sprintf("a cup of tea number%c please", 'a'+i), Categories: []care.Category{care.Benign}, Lang: "en"},
			labelled.Example{Text: fmt.Sprintf("there is a storm at place%c tonight", 'a'+i), Categories: []care.Category{care.Medical}, Severity: 3, About: care.Other, Lang: "en"})
	}
	return g, examples
}

var quick = learn.Options{Variants: 1, Epochs: 4, Rate: 0.12, Decay: 1e-4, Seed: 7}

func TestFitLearns(t *testing.T) {
	g, examples := toy(t)
	r := care.New(g, learn.Fit(g, examples, quick))
	if f := r.Read("another cup of tea please"); f.First() != care.Benign {
		t.Errorf("tea is %v", f)
	}
	// hail was in no sentence: the set it shares with storm speaks for it
	if f := r.Read("there is hail at the lake tonight"); f.First() != care.Medical || f.Severity != 3 || f.About != care.Other {
		t.Errorf("hail is %v", f)
	}
}

func TestFitIsDeterministic(t *testing.T) {
	g, examples := toy(t)
	one, two := learn.Fit(g, examples, quick).Encode(), learn.Fit(g, examples, quick).Encode()
	if !bytes.Equal(one, two) {
		t.Error("two trainings gave two models")
	}
	other := quick
	other.Seed++
	if bytes.Equal(one, learn.Fit(g, examples, other).Encode()) {
		t.Error("another seed gave the same model: the seed is not used")
	}
}

func TestValidateHoldsOut(t *testing.T) {
	g, examples := toy(t)
	// the only sentence of its kind cannot be known to a model trained without it
	odd := labelled.Example{Text: "zzyx", Categories: []care.Category{care.Minor}, Severity: 3, Lang: "en"}
	for learn.FoldOf(odd.Text) != learn.Folds-1 {
		odd.Text += "x"
	}
	results := learn.Validate(g, append(examples, odd), quick)
	seen := false
	for _, r := range results {
		switch {
		case learn.FoldOf(r.Text) != learn.Folds-1:
			t.Errorf("%q is of another fold", r.Text)
		case r.Text == odd.Text:
			seen = true
			if r.Finding.First() == care.Minor {
				t.Error("the held-out sentence was known")
			}
		case r.Finding.First() != r.First():
			t.Errorf("%q is %v", r.Text, r.Finding)
		}
	}
	if !seen || len(results) < 3 || len(results) > len(examples)/2 {
		t.Errorf("%d results for %d sentences", len(results), len(examples)+1)
	}
	if learn.FoldOf("I  Am Sad") != learn.FoldOf("i am sad") {
		t.Error("case and spaces change the fold")
	}
}

func TestOriginTellsWhatAModelIsMadeFrom(t *testing.T) {
	g, examples := toy(t)
	origins := map[[32]byte]string{}
	is := func(name string, g *care.Grammar, examples []labelled.Example, o learn.Options) {
		t.Helper()
		origin := learn.Origin(g, examples, o)
		if same, known := origins[origin]; known {
			t.Errorf("%s has the origin of %s", name, same)
		}
		origins[origin] = name
	}
	with := func(change func(*labelled.Example)) []labelled.Example {
		changed := slices.Clone(examples)
		change(&changed[1]) // not one of those that Origin trains on
		return changed
	}
	is("the toy", g, examples, quick)
	is("another text", g, with(func(e *labelled.Example) { e.Text += "!" }), quick)
	is("another category", g, with(func(e *labelled.Example) { e.Categories = []care.Category{care.Minor} }), quick)
	is("another severity", g, with(func(e *labelled.Example) { e.Severity = 2 }), quick)
	is("another about", g, with(func(e *labelled.Example) { e.About = care.Actor }), quick)
	is("one example less", g, examples[:len(examples)-1], quick)
	other := quick
	other.Seed++
	is("another seed", g, examples, other)
	plain, err := care.Compile(care.Lexicon{Name: "en"})
	if err != nil {
		t.Fatal(err)
	}
	is("another lexicon", plain, examples, quick)
	if _, known := origins[learn.Origin(g, slices.Clone(examples), quick)]; !known {
		t.Error("the same gives another origin")
	}
}
