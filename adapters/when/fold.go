package when

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold makes text comparable: the first limit characters, in lower case,
// without accents, apostrophes and what only decorates. Cut tells that there
// was more to read.
func fold(text string, limit int) (folded string, cut bool) {
	text = strings.TrimSpace(strings.ToValidUTF8(firstRunes(text, limit, &cut), " "))
	text = fractions.Replace(text)
	var b strings.Builder
	letters := 0 // since the last thing that is no letter
	runes := []rune(norm.NFKD.String(text))
	for i, r := range runes {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r):
			// accents, joiners, the frame of a keycap
		case strings.ContainsRune("'’‘`´ʼ", r):
			if splits(runes, i, letters) {
				b.WriteByte(' ')
				letters = 0
			}
		case r == 'ß' || r == 'ẞ':
			b.WriteString("ss")
			letters += 2
		case unicode.IsLetter(r):
			b.WriteRune(unicode.ToLower(r))
			letters++
		case unicode.IsSpace(r), unicode.IsControl(r):
			b.WriteByte(' ')
			letters = 0
		default:
			b.WriteRune(r)
			letters = 0
		}
	}
	return b.String(), cut
}

// splits tells whether the apostrophe at i, after so many letters, parts two
// words: l'après-midi, qu'elle, evening's. In don't and o'clock it does not.
func splits(runes []rune, i, letters int) bool {
	near := func(n int) rune {
		if i+n < len(runes) {
			return unicode.ToLower(runes[i+n])
		}
		return ' '
	}
	switch {
	case near(1) == 's' && !unicode.IsLetter(near(2)):
		return true
	case letters == 1:
		return strings.ContainsRune("cdjlmnst", near(-1))
	case letters == 2:
		return near(-2) == 'q'
	}
	return false
}

// fractions are written as decimals before they fall apart into digits.
var fractions = strings.NewReplacer("1½", "1.5", "2½", "2.5", "3½", "3.5", "½", "0.5", "¼", "0.25", "¾", "0.75")

// firstRunes returns at most limit characters; *cut becomes true if anything
// but space was left off.
func firstRunes(text string, limit int, cut *bool) string {
	for i := range text {
		if limit == 0 {
			*cut = strings.TrimSpace(text[i:]) != ""
			return text[:i]
		}
		limit--
	}
	return text
}
