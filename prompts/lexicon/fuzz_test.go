package lexicon_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"afterglow/dialog/care"
)

// FuzzRead: no text panics, takes another reading the second time, or gives a
// finding that breaks the contract.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "i want to die", "I'm 17", "\xff\xfe", "\u202e\u200b\u0000", "😭💊🔪", "k i l l m y s e l f",
		strings.Repeat("a ", 300), strings.Repeat("kill me ", 100), "ß'ñ*@$…", "d̷̛i̶e̴", "שלום أنا حزين", "1234567890.5:30", "j'qu'l'd'",
	} {
		f.Add(text)
	}
	r := load(f)
	f.Fuzz(func(t *testing.T, text string) {
		got := r.Read(text)
		again := r.Read(text)
		if !slices.Equal(got.Categories, again.Categories) || got.Severity != again.Severity || got.About != again.About || !slices.Equal(got.Why, again.Why) {
			t.Fatalf("%q: %v, then %v", text, got, again)
		}
		if n := len(got.Categories); n < 1 || n > 2 || n == 2 && got.Categories[0] == got.Categories[1] {
			t.Fatalf("%q: categories %v", text, got.Categories)
		}
		if (got.First() == care.Benign) != (got.Severity == 0) || got.Severity > 3 || got.First() == care.Drop && got.Severity > 2 {
			t.Fatalf("%q: %v with severity %d", text, got.Categories, got.Severity)
		}
		for _, why := range got.Why {
			if utf8.ValidString(text) && !utf8.ValidString(why) {
				t.Fatalf("%q: why is not text: %q", text, why)
			}
		}
	})
}
