package lexicon_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"afterglow/prompts/lexicon"
)

// TestGrammarNamesFileAndLine: whoever edits a lexicon is told where to look.
func TestGrammarNamesFileAndLine(t *testing.T) {
	rule := "\n[[rule]]\nname = \"r\"\nis = \"violence\"\nseverity = 2\nsay = [\n  \"he hit me\",\n"
	for _, c := range []struct{ kind, toml, want string }{
		{"broken TOML", "keys = [\n\"a\"\n", "xx.toml:"},
		{"unknown key", "\n\nkees = []\n", "xx.toml:3"},
		{"unknown category", strings.Replace(rule, "violence", "danger", 1) + "]\n", `xx.toml:3: rule "r": unknown category "danger"`},
		{"unknown about", strings.Replace(rule, "severity", "about = \"them\"\nseverity", 1) + "]\n", `xx.toml:3: rule "r": unknown about "them"`},
		{"bad pattern", rule + "  \"(he|she\",\n]\n", "xx.toml:8: care: lexicon xx: \"(he|she\": \"(\" is never closed"},
		{"bad word", "[words]\n\nhit = [\"!\"]\n", "xx.toml:3:"},
		{"severity out of range", strings.Replace(rule, "= 2", "= 4", 1) + "]\n", "xx.toml:3:"},
	} {
		_, err := lexicon.Grammar(fstest.MapFS{"xx.toml": {Data: []byte(c.toml)}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want it to say %q", c.kind, err, c.want)
		}
	}
}
