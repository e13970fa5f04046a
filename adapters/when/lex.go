package when

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// form is the shape of a token, before any language has looked at it.
type form uint8

const (
	word    form = iota
	number       // 9, 9., 9th
	clock        // 9:30, 21h30
	pair         // 3.12 or 3.12.: a date, a time or a decimal
	slash        // 3/12
	date         // 2026-12-03, 3.12.2026
	hyphen       // 8-9, -5: no moment
	refusal      // a sign that says no
	end          // nothing more
)

// token is a word, a number or a sign.
type token struct {
	form    form
	text    string // as written, folded
	a, b, c int    // numbers in it: hour and minute; day, month and year
	zero    bool   // a has a leading zero: 09:30 means the morning
	iso     bool   // date: the year came first
	hour    bool   // clock: written with h
	ordinal bool   // number: 3rd, 1er; pair and number: a dot follows
	half    byte   // glued to the number: 'a' for 9am, 'p' for 9pm
}

// shapes are tried in order where a text goes on with no letter.
var shapes = []struct {
	form form
	re   *regexp.Regexp
}{
	{word, regexp.MustCompile(`^(?:2mor[a-z]*|2nite|2night|2day)\b`)},
	{date, regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})t?`)},
	{date, regexp.MustCompile(`^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d\d)\b`)},
	{clock, regexp.MustCompile(`^(\d{1,2})(?::|h)(\d\d)(?::\d\d)?(?:min|mn|m|hs|h|uhr)?\b()`)},
	{clock, regexp.MustCompile(`^(\d{1,2})[:.](\d\d) ?()([ap])\.?m\b\.?`)},
	{slash, regexp.MustCompile(`^(\d{1,2})/(\d{1,2})\b`)},
	{pair, regexp.MustCompile(`^(\d{1,3})[.,](\d{1,2})(\.?)`)},
	{hyphen, regexp.MustCompile(`^\d{1,2} ?[-–—~] ?\d{1,2}|^[-−]\d+`)},
	{number, regexp.MustCompile(`^(\d{1,2})()()([ap])\.?m?\b\.?`)},
	{number, regexp.MustCompile(`^(\d{1,2})(st|nd|rd|th|er|re|ten|te|o|a)\b`)},
	{number, regexp.MustCompile(`^(\d{1,4})(\.?)`)},
	{refusal, regexp.MustCompile(`^[👎🚫🙅🛑❌⛔]`)},
}

// lex splits folded text into tokens. What is neither letter, digit nor one of
// the signs we know is skipped.
func lex(text string) []token {
	var out []token
	for text != "" {
		t, n := next(text)
		if n > 0 {
			out = append(out, t)
			text = text[n:]
			continue
		}
		for i := range text {
			if i > 0 {
				n = i
				break
			}
		}
		if n == 0 {
			break
		}
		text = text[n:]
	}
	return out
}

// next reads the token that text begins with and tells its length, 0 for none.
func next(text string) (token, int) {
	if n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }); n != 0 {
		if n < 0 {
			n = len(text)
		}
		return token{form: word, text: text[:n]}, n
	}
	if c := text[0]; c < 0x80 && c != '-' && (c < '0' || c > '9') {
		return token{}, 0
	}
	for _, shape := range shapes {
		m := shape.re.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		t := token{form: shape.form, text: m[0]}
		if shape.form == word || shape.form == refusal || shape.form == hyphen {
			return t, len(m[0])
		}
		t.a, _ = strconv.Atoi(m[1])
		t.b, _ = strconv.Atoi(m[2])
		t.zero = len(m[1]) == 2 && m[1][0] == '0'
		switch shape.form {
		case date:
			t.c, _ = strconv.Atoi(m[3])
			if len(m[1]) == 4 {
				t.a, t.c, t.iso = t.c, t.a, true
			} else if t.c < 100 {
				t.c += 2000
			}
		case clock:
			t.hour = text[len(m[1])] == 'h'
		case pair:
			t.ordinal = m[3] != ""
		case number:
			t.ordinal = m[2] != ""
		}
		if len(m) > 4 {
			t.half = m[4][0]
		}
		return t, len(m[0])
	}
	return token{}, 0
}
