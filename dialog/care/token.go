package care

import "strings"

// token is one word of a message.
type token struct {
	text   string
	ids    [8]int32 // words and word beginnings of the lexicon that it is; see [vocabulary.resolve]
	n      int      // how many of ids are set
	first  bool     // a sentence begins here
	masked bool     // an idiom or a denial covers it: no rule may see it
	num    int      // the number it says, or -1
}

// elisions are the French words that lose a letter before a vowel: "j'ai" is
// two words, while "don't" is one.
var elisions = map[string]bool{
	"l": true, "d": true, "j": true, "m": true, "t": true, "s": true, "n": true, "c": true,
	"qu": true, "jusqu": true, "lorsqu": true, "puisqu": true, "quelqu": true,
}

// split cuts folded text into raw words and calls yield for each, telling
// whether a sentence begins with it.
func split(folded string, yield func(word string, first bool)) {
	first := true
	for len(folded) > 0 {
		end := strings.IndexAny(folded, " \n")
		if end < 0 {
			end = len(folded)
		}
		if end > 0 {
			word(folded[:end], func(w string) {
				yield(w, first)
				first = false
			})
		}
		if end == len(folded) {
			return
		}
		if folded[end] == stop {
			first = true
		}
		folded = folded[end+1:]
	}
}

// word cuts what stands between spaces: elisions, and numbers that touch
// letters ("16yo", "f17"); digits between letters are letters ("r4ped").
func word(w string, yield func(string)) {
	for {
		cut := strings.IndexByte(w, '\'')
		if cut < 0 {
			break
		}
		if elisions[w[:cut]] && len(w)-cut > 1 {
			yield(w[:cut])
			w = w[cut+1:]
			continue
		}
		w = strings.ReplaceAll(w, "'", "")
	}
	if !strings.ContainsAny(w, "0123456789@$*") {
		if w != "" {
			yield(w)
		}
		return
	}
	w = unleet(w)
	for w != "" {
		n := 0
		digits := numeric(w[0])
		for n < len(w) && numeric(w[n]) == digits {
			n++
		}
		yield(w[:n])
		w = w[n:]
	}
}

func numeric(c byte) bool { return '0' <= c && c <= '9' || c == '.' || c == ':' || c == ',' }

func letter(c byte) bool { return 'a' <= c && c <= 'z' }

var leet = map[byte]byte{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's'}

// unleet turns digits and signs between letters into the letters they stand for.
func unleet(w string) string {
	var b []byte
	for i := 1; i < len(w)-1; i++ {
		to, ok := leet[w[i]]
		if !ok || !letter(w[i-1]) && (b == nil || !letter(b[i-1])) {
			continue
		}
		next := w[i+1]
		if !letter(next) && (next == '*' || leet[next] == 0 || i+2 >= len(w) || !letter(w[i+2])) {
			continue
		}
		if b == nil {
			b = []byte(w)
		}
		b[i] = to
	}
	if b == nil {
		return w
	}
	return string(b)
}

// squeeze shortens every letter that stands three times or more to keep times.
func squeeze(w string, keep int) string {
	b := make([]byte, 0, len(w))
	for i := 0; i < len(w); {
		n := 1
		for i+n < len(w) && w[i+n] == w[i] {
			n++
		}
		times := n
		if n >= 3 && !numeric(w[i]) {
			times = keep
		}
		for range times {
			b = append(b, w[i])
		}
		i += n
	}
	return string(b)
}

// number is the whole number a word of digits says, or -1.
func number(w string) int {
	if len(w) == 0 || len(w) > 4 {
		return -1
	}
	n := 0
	for i := range len(w) {
		if w[i] < '0' || w[i] > '9' {
			return -1
		}
		n = n*10 + int(w[i]-'0')
	}
	return n
}
