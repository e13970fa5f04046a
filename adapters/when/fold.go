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
			// l'après-midi is two words, don't and o'clock are one
			if possessive := i+1 < len(runes) && unicode.ToLower(runes[i+1]) == 's' && (i+2 == len(runes) || !unicode.IsLetter(runes[i+2])); possessive || letters == 1 && strings.ContainsRune("cdjlmnstCDJLMNST", runes[i-1]) || letters == 2 && unicode.ToLower(runes[i-2]) == 'q' {
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
