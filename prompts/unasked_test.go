package prompts

import (
	"testing"

	"afterglow/dialog/neutral"
)

// Whatever the bot may send without having been asked passes the filter that a
// person's own line passes, in every language.
func TestUnaskedWordsAreNeutral(t *testing.T) {
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	f := neutral.New(b.Stems)
	for _, lang := range []string{"en", "es", "de", "fr", "pt"} {
		for key, most := range map[string]int{"nudge.line.say": 14, "nudge.close.say": 6, "nudge.line.open": 1, "nudge.line.later": 1, "nudge.line.quiet": 1} {
			texts := b.Words[lang][key]
			if len(texts) < most {
				t.Errorf("%s: %s has %d variants, %d are wanted", lang, key, len(texts), most)
			}
			seen := map[string]bool{}
			for _, text := range texts {
				if err := f.Check(text); err != nil {
					t.Errorf("%s: %s: %q: %v", lang, key, text, err)
				}
				if seen[text] {
					t.Errorf("%s: %s: %q stands there twice", lang, key, text)
				}
				seen[text] = true
			}
		}
	}
}
