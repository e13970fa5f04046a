package prompts

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"afterglow/dialog"
)

// empty is a book before anything is loaded.
func empty() *Book {
	return &Book{Flows: map[string]*dialog.Flow{}, Words: map[string]dialog.Words{}, Cards: map[string][]Card{}, lines: map[string]Pos{}}
}

// Every mistake is named with file, line and, where there is one, a way out.
func TestMistakesAreNamed(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"flows/x.toml", "[[step]]\nask = \"a\"\n", "flows/x.toml:1: a: says not how it is answered"},
		{"flows/x.toml", "[[step]]\nsay = \"a\"\n\n[[step]]\nask = \"b\"\none = [\"y\", \"y\"]\n", `flows/x.toml:4: b: option "y" comes twice`},
		{"flows/x.toml", "[[step]]\nsay = \"a\"\n[[step]]\nsay = \"a\"\n", `flows/x.toml:3: two steps are named "a"`},
		{"flows/x.toml", "[[step]]\nask = \"a\"\none = [\"y\"]\nmany = [\"z\"]\n", "exclude each other"},
		{"flows/x.toml", "[[step]]\nask = \"a\"\neach = [\"y\"]\n", "each and rate go together"},
		{"flows/x.toml", "[[step]]\nask = \"a\"\nnumber = [5, 1]\n", "[smallest, largest]"},
		{"flows/x.toml", "[[step]]\nask = \"a\"\none = [\"y\"]\non = { z = \"end\" }\n", `on names "z"`},
		{"flows/x.toml", "[[step]]\nask = \"a\"\none = [\"a b\"]\n", "a b is no option id"},
		{"flows/x.toml", "[[step]]\nsay = \"a\"\nskip = true\n", "say and do take no answer"},
		{"flows/x.toml", "[[step]]\nask = \"a\"\nloop = 3\n", `flows/x.toml:3: unknown key "step.loop"`},
		{"en/x.toml", "a = 5\n", "en/x.toml:1: a is neither a text nor a list of texts"},
		{"en/x.toml", "a = \"\"\n", "en/x.toml:1: x.a is empty"},
		{"en/x.toml", "[a]\nb = \"c\"\nb = \"d\"\n", "en/x.toml:3:"},
		{"en/x.toml", "a = \"b\n", "en/x.toml:1:"},
		{"en/deck.toml", "[[card]]\nid = \"a\"\ngroup = \"none\"\ntone = \"gentle\"\ntext = \"b\"\n", `group "none" is none of`},
		{"zones.tsv", "Berlin\tEurope/Berlin\tDE\nNowhere\tEurope/Nowhere\tXX\n", "zones.tsv:2:"},
		{"notes.txt.toml", "", "a file of no use here"},
	} {
		err := empty().file(c.name, c.name, c.data)
		var p *Problem
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &p) {
			t.Errorf("%s %q: %v, want %q", c.name, c.data, err, c.want)
		}
	}
}

// What an operator lays over the built-in words replaces them key by key.
func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "en"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "en", "start.toml"), []byte("[hello]\nsay = \"Welcome.\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ours, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := theirs.Words["en"]["start.hello.say"]; len(got) != 1 || got[0] != "Welcome." {
		t.Errorf("%q", got)
	}
	if len(ours.Words["en"]) != len(theirs.Words["en"]) {
		t.Error("other words were lost")
	}
}

// The starters keep their promises: enough of each kind, none like another.
func TestDeck(t *testing.T) {
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	cards := b.Cards[Default]
	if len(cards) < 120 {
		t.Errorf("%d starters, 120 are promised", len(cards))
	}
	ids, texts := map[string]bool{}, map[string]bool{}
	kinds := map[string]int{}
	for _, c := range cards {
		if ids[c.ID] || texts[dialog.Fold(c.Text)] {
			t.Errorf("%s comes twice", c.ID)
		}
		ids[c.ID], texts[dialog.Fold(c.Text)] = true, true
		if slices.Contains(strings.Fields(dialog.Fold(c.Text)), "should") {
			t.Errorf("%s: should", c.ID)
		}
		kinds[c.Group+" "+c.Tone]++
		for _, s := range Situations {
			if len(c.For) == 0 || strings.Contains(strings.Join(c.For, " "), s) {
				kinds[c.Group+" for "+s]++
			}
		}
	}
	for _, g := range Groups {
		for _, tone := range Tones {
			if kinds[g+" "+tone] < 6 {
				t.Errorf("only %d of %s, %s", kinds[g+" "+tone], g, tone)
			}
		}
		for _, s := range Situations {
			if kinds[g+" for "+s] < 6 {
				t.Errorf("only %d of %s for %s", kinds[g+" for "+s], g, s)
			}
		}
	}
}

func FuzzFiles(f *testing.F) {
	names := []string{"flows/x.toml", "en/x.toml", "en/deck.toml", "zones.tsv", "banned.toml"}
	f.Add(0, "[[step]]\nask = \"a\"\none = [\"y\", \"@z\"]\non = { y = \"end\" }\n[done]\ndo = [\"end\"]\n")
	f.Add(0, "[[step]]\nask = \"a\"\neach = \"@z\"\nrate = [\"x\"]\nwhen = { b = [\"!c\"] }\n")
	f.Add(1, "title = \"x\"\n[a]\nask = [\"b\", \"c {d}\"]\n[a.means]\ny = [\"z\"]\n")
	f.Add(2, "[[card]]\nid = \"a\"\ngroup = \"clear\"\ntone = \"gentle\"\ntext = \"b\"\n")
	f.Add(3, "Berlin\tEurope/Berlin\tDE\n")
	f.Add(4, "[en]\nstems = [\"x\"]\n")
	f.Fuzz(func(t *testing.T, which int, data string) {
		name := names[uint(which)%uint(len(names))]
		b := empty()
		err := b.file(name, name, data)
		var p *Problem
		if err != nil && !errors.As(err, &p) {
			t.Fatalf("an error without a place: %v", err)
		}
		b.Langs = []string{Default}
		b.Check(&dialog.Script{Flows: b.Flows, Words: b.Words, Langs: b.Langs})
		for _, format := range []string{"dot", "mermaid"} {
			if _, err := b.Draw(format); err != nil {
				t.Fatal(err)
			}
		}
	})
}
