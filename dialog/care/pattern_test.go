package care

import (
	"errors"
	"strings"
	"testing"
)

// find tells whether pattern matches text, with a few sets at hand.
func find(t *testing.T, pattern, text string) bool {
	t.Helper()
	g, err := Compile(Lexicon{
		Name:  "en",
		Words: map[string][]string{"hit": {"hit", "beat up", "punch*"}, "friend": {"friend", "my mate"}},
		Rules: []Rule{{Name: "r", Is: Violence, Severity: 2, Say: []string{pattern}}},
	})
	if err != nil {
		t.Fatalf("%s: %v", pattern, err)
	}
	return New(g, nil).Read(text).First() == Violence
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"he hit me", "Yesterday he hit me hard", true},
		{"he hit me", "he hits me", false},
		{"he hit me", "he hit. me too", false}, // not across sentences
		{"punch*", "punching", true},
		{"<hit> me", "he beat up me", true},
		{"(he|my boss) <hit>", "my boss punched the wall", true},
		{"(he|<friend>) .. <hit>", "my mate got really hit", true},
		{"he [really|just] hit me", "he just hit me", true},
		{"he [really|just] hit me", "he hit me", true},
		{"he .. me", "he then did this me", true},
		{"he .. me", "he then did this to me", false},
		{"he ... me", "he then did all of this to me", true},
		{"^ hit me", "hit me", true},
		{"^ hit me", "he hit me", false},
		{"me $", "he hit me", true},
		{"me $", "he hit me. ok", true},
		{"me $", "he hit me again", false},
		{"me & hit & he", "me, he hit", true},
		{"me & hit & he", "me, he smiled", false},
		{"i'm #minor", "I'm 16", true},
		{"i'm #minor", "I'm 18", false},
		{"i'm #minor", "I'm 9", true},
		{"i'm #teen", "I'm 16", true},
		{"i'm #teen", "I'm 9", false},
		{"i'm #adult", "i'm 18", true},
		{"(#minor|sixteen) years", "sixteen years", true},
		{"(#minor|sixteen) years", "16 years", true},
		{"töten", "toeten", true},
		{"töten", "toten", true},
	} {
		if got := find(t, c.pattern, c.text); got != c.want {
			t.Errorf("%q on %q: %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	rule := func(say string) Lexicon {
		return Lexicon{Rules: []Rule{{Name: "r", Is: Violence, Severity: 2, Say: []string{say}}}}
	}
	for _, c := range []struct {
		lexicon Lexicon
		want    string
	}{
		{rule("(he|she"), "never closed"},
		{rule("<nobody>"), "no such set"},
		{rule("#old"), "unknown number"},
		{rule(".. me"), "a gap at an end"},
		{rule("[he]"), "needs a word"},
		{rule("he & .. & me"), "no place between &"},
		{rule("ab*"), "three letters"},
		{rule("a b c d e f g h i j k l m n o"), "places"},
		{rule("!"), "needs a word"},
		{Lexicon{Words: map[string][]string{"w": {"!"}}}, "no letters"},
		{Lexicon{Rules: []Rule{{Name: "r", Severity: 2, Say: []string{"a"}}}}, "category"},
		{Lexicon{Rules: []Rule{{Name: "r", Is: Drop, Severity: 3, Say: []string{"a"}}}}, "severity"},
		{Lexicon{Rules: []Rule{{Name: "r", Is: Drop, Severity: 2}}}, "patterns"},
		{Lexicon{Rules: []Rule{{Is: Drop, Severity: 2}}}, "name"},
		{Lexicon{Rules: []Rule{{Name: "r", Is: Drop, Severity: 2, Past: 4, Say: []string{"a"}}}}, "past"},
	} {
		c.lexicon.Name = "en"
		_, err := Compile(c.lexicon)
		var fault *LexiconError
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want a fault with %q", c.lexicon, err, c.want)
		}
	}
}
