package dialog

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxText is how much of a message is read, in runes. No platform lets a person
// send more in one message.
const MaxText = 4096

// Clean is text as a person meant it: valid UTF-8, without control characters
// (newlines stay), without characters that hide or turn text around, cut at max
// runes, trimmed.
func Clean(text string, max int) string {
	if len(text) > 4*max {
		text = text[:4*max]
		for len(text) > 0 { // do not cut inside a rune
			if r, n := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || n != 1 {
				break
			}
			text = text[:len(text)-1]
		}
	}
	n := 0
	text = strings.Map(func(r rune) rune {
		switch {
		case n >= max, r == utf8.RuneError, hidden(r):
			return -1
		case r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			r = ' '
		case r != '\n' && unicode.IsControl(r):
			return -1
		}
		n++
		return r
	}, text)
	return strings.TrimSpace(text)
}

// hidden characters have no picture of their own. The joiner that emoji are made with stays.
func hidden(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return r != '\u200d' && unicode.Is(unicode.Cf, r)
}

// Fold makes texts comparable: lower case, without accents, punctuation, emoji
// and doubled spaces.
func Fold(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		default:
			space = true
		}
	}
	return b.String()
}
