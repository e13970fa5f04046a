package neutral

import (
	"strings"
	"unicode"
)

// token is a run of letters, or a run of digits.
type token struct {
	text   string
	digit  bool // a single digit, written as the letter it may stand for
	joined bool // an apostrophe and nothing else stands before it
}

var leet = map[string]string{"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}

// split cuts a folded line into its tokens.
func split(folded string) []token {
	var out []token
	start, last := -1, 0 // of the run under way; end of the one before it
	end := func(at int) {
		if start < 0 {
			return
		}
		gap := folded[last:start]
		t := token{text: folded[start:at], joined: len(out) > 0 && gap != "" && strings.Trim(gap, apostrophes) == ""}
		if letter, ok := leet[t.text]; ok {
			t.text, t.digit = letter, true
		}
		out = append(out, t)
		start, last = -1, at
	}
	var before rune
	for i, r := range folded {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end(i)
		case start < 0:
			start = i
		case unicode.IsDigit(r) != unicode.IsDigit(before):
			end(i)
			start = i
		}
		before = r
	}
	end(len(folded))
	return out
}

// spelled tells whether two neighbours look like pieces of one word that was
// spaced out: "s e x", "s.ex", "kin k". One of them is a single letter, and either
// both are short or that letter is none that is a word by itself in any of our
// languages (a, e, i, o, u, y). Across an apostrophe only short ones count, as
// "s'excuser" and "d'une" are no tricks.
func spelled(a, b token) bool {
	if len(a.text) > 1 && len(b.text) > 1 {
		return false
	}
	return len(a.text) <= 2 && len(b.text) <= 2 || !b.joined && (a.stray() || b.stray())
}

func (t token) stray() bool {
	return len(t.text) == 1 && !t.digit && !strings.Contains("aeiouy", t.text)
}
