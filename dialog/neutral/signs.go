package neutral

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	// A space, the one that does not break, and the narrow one French puts before a question mark.
	spaces = " \u00a0\u202f"
	// What stands between the parts of one word: "don't", "aujourd’hui".
	apostrophes = "'’‘´"
	punctuation = ".,;:?!\"“”„‚«»‹›()-–—…¿¡·&" + apostrophes
)

var (
	// "Hello.You" counts as well: a chat client makes a link of it if "you" is a
	// domain. "s.e.x" and "p.m." do not; what is spelled out is put together later.
	link     = regexp.MustCompile(`://|(?i:www)\.|[\pL\d]\.\pL{2}`)
	number   = regexp.MustCompile(`^\d{1,2}([:.hH]\d{2})?(?i:h|am|pm|min|uhr)?$`)
	emoticon = regexp.MustCompile(`[:;]['’-]?([()]|[dDpPoOxX](\PL|$))|[()]['’-]?[:;]`)
	// "k!nk": a sign that stands in for a letter.
	standIn = regexp.MustCompile(`\pL[!¡()]+\pL`)
)

// checkSigns judges all that can be told without knowing a word. The line is
// valid UTF-8 in NFC: a mark that is still apart has no letter it belongs to in
// any language we read, or is one of a stack.
func checkSigns(line string) error {
	var other error // signs may yet turn out to be part of something with a better name
	for _, r := range line {
		switch {
		case '0' <= r && r <= '9', strings.ContainsRune(spaces, r), strings.ContainsRune(punctuation, r):
		case unicode.IsLetter(r):
			if plainLetter(r) == "" {
				return ErrScript
			}
		case unicode.IsNumber(r):
			return ErrDigits
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r) && r > 0xffff: // pictures, tones of skin
			return ErrEmoji
		case unicode.IsPunct(r), unicode.IsSymbol(r):
			other = ErrMarkup
		default: // control, format, marks, odd spaces, private use, unassigned
			return ErrHidden
		}
	}
	switch {
	case link.MatchString(line):
		return ErrLink
	case strings.ContainsAny(line, `@#/\`):
		return ErrMention
	case !plainNumbers(line):
		return ErrDigits
	case other != nil:
		return other
	case emoticon.MatchString(line):
		return ErrEmoji
	case standIn.MatchString(line):
		return ErrMarkup
	}
	return nil
}

// plainNumbers tells whether the line has at most one number, and that one reads
// as a time of day or a small count: "16:30", "14h30", "7pm", "10 min". Codes,
// phone numbers and letters written as digits do not.
func plainNumbers(line string) bool {
	seen := false
	for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(spaces, r) }) {
		if !strings.ContainsAny(word, "0123456789") {
			continue
		}
		if seen || !number.MatchString(strings.Trim(word, punctuation)) {
			return false
		}
		seen = true
	}
	return true
}
