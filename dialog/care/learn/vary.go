package learn

import (
	"math/rand/v2"
	"strings"
	"unicode"
)

// before and behind are what people type around what they have to say.
var (
	before = []string{"hey ", "hi, ", "um ", "ok so ", "sorry but ", "idk, ", "look, ", "hola, ", "oye ", "bueno ", "oi, ", "olha, ", "gente, ", "hallo, ", "also ", "naja, ", "salut, ", "bon ", "euh ", "... "}
	behind = []string{" lol", " 😭", " 😢", " idk", " tbh", " ...", "!!", "??", " please help", " thanks", " pls", " :(", " ayuda", " no se", " socorro", " sei lá", " hilfe", " keine ahnung", " svp", " voilà", " quoi"}
)

// vary is text as somebody else, in a hurry or a bad state, may have typed it.
func vary(random *rand.Rand, text string) string {
	r := []rune(text)
	chance := func(p float64) bool { return random.Float64() < p }
	if chance(0.25) {
		r = []rune(before[random.IntN(len(before))] + string(r))
	}
	if chance(0.25) {
		r = append(r, []rune(behind[random.IntN(len(behind))])...)
	}
	if chance(0.4) {
		for range 1 + len(r)/40 {
			r = typo(random, r)
		}
	}
	if chance(0.25) {
		r = drop(r, unicode.IsPunct)
	}
	if chance(0.15) && len(r) > 12 {
		r = skipWord(random, r)
	}
	text = string(r)
	if chance(0.1) {
		text = strings.ToUpper(text)
	}
	return text
}

// typo swaps, drops, doubles or changes one letter.
func typo(random *rand.Rand, r []rune) []rune {
	if len(r) < 5 {
		return r
	}
	i := 1 + random.IntN(len(r)-2)
	if !unicode.IsLetter(r[i]) || !unicode.IsLetter(r[i+1]) {
		return r
	}
	out := append([]rune(nil), r[:i]...)
	switch random.IntN(4) {
	case 0:
		return append(append(out, r[i+1], r[i]), r[i+2:]...)
	case 1:
		return append(out, r[i+1:]...)
	case 2:
		return append(append(out, r[i]), r[i:]...)
	}
	return append(append(out, 'a'+rune(random.IntN(26))), r[i+1:]...)
}

func drop(r []rune, unwanted func(rune) bool) []rune {
	var out []rune
	for _, c := range r {
		if !unwanted(c) {
			out = append(out, c)
		}
	}
	return out
}

// skipWord leaves one word out.
func skipWord(random *rand.Rand, r []rune) []rune {
	ws := strings.Fields(string(r))
	if len(ws) < 5 {
		return r
	}
	i := random.IntN(len(ws))
	return []rune(strings.Join(append(ws[:i:i], ws[i+1:]...), " "))
}

// piece is one to four words of text that stand together, or all of a short one.
func piece(random *rand.Rand, text string) string {
	words := strings.Fields(text)
	n := min(1+random.IntN(4), len(words))
	from := random.IntN(len(words) - n + 1)
	return strings.Join(words[from:from+n], " ")
}
