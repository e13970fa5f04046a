package when

import "unicode/utf8"

// item is a phrase of a text with all that it can mean.
type item struct {
	token              // the first one
	text     string    // the whole phrase
	meanings []meaning // none: a number, or a word this language does not know
	misspelt bool
}

// as returns the value of a meaning.
func (it item) as(c class) (meaning, bool) {
	for _, m := range it.meanings {
		if m.class == c {
			return m, true
		}
	}
	return meaning{}, false
}

// is tells whether any of classes is among the meanings.
func (it item) is(classes ...class) bool {
	for _, c := range classes {
		if _, ok := it.as(c); ok {
			return true
		}
	}
	return false
}

// items cuts tokens into phrases, the longest that is known first.
func (v *vocabulary) items(tokens []token) []item {
	var out []item
	for i := 0; i < len(tokens); {
		n := min(v.widest, len(tokens)-i)
		var meanings []meaning
		text := tokens[i].text
		for ; n > 0; n-- {
			text = join(tokens[i : i+n])
			if meanings = v.phrases[text]; meanings != nil {
				break
			}
		}
		it := item{token: tokens[i], text: text, meanings: meanings}
		if n == 0 {
			n = 1
			if it.form == word {
				it.meanings = v.misspelt(it.text)
				it.misspelt = it.meanings != nil
			}
		}
		out = append(out, it)
		i += n
	}
	return out
}

// misspelt finds the one word of time that w is a slip of the finger away from.
// The first letter must be right; a short word may be read only as itself.
func (v *vocabulary) misspelt(w string) []meaning {
	if len(w) < 5 || len(w) > 14 || v.exempt[w] {
		return nil
	}
	var found []meaning
	for _, right := range v.typos {
		if right[0] != w[0] {
			continue
		}
		slips := 1
		if len(right) >= 8 && len(w) >= 7 {
			slips = 2
		}
		if !within(w, right, slips) {
			continue
		}
		m := v.phrases[right]
		if found != nil && (m[0] != found[0] || len(m) != len(found)) {
			return nil
		}
		found = m
	}
	return found
}

// within tells whether a becomes b with at most limit letters left out, added,
// changed or swapped with their neighbour.
func within(a, b string, limit int) bool {
	if d := len(a) - len(b); d > limit || -d > limit || !utf8.ValidString(a) {
		return false
	}
	var before, last, row [24]int
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)] <= limit
}
