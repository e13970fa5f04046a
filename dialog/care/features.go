package care

import "iter"

// The classifier sees a message as four groups of hashed features.
const (
	byWord   = iota // words, pairs, pairs with one word between
	byLetter        // three to five letters in a row
	bySet           // the lexicon's sets, alone and together: the same in every language
	bySign          // rules and masks that matched
	groups
)

// weight is how loud each group speaks, however many features it has. Sets
// speak loudest: they carry over to languages and writers never trained on.
var weight = [groups]float32{1, 1, 2, 1}

// Features is a text as the classifier sees it: hashes, by group.
type Features struct{ Groups [groups][]uint32 }

// Features fills f with what the classifier sees of text as a whole.
func (g *Grammar) Features(text string, f *Features) {
	var m message
	m.read(g, text)
	m.features(0, len(m.tokens), f)
}

// Words are the hashes of the words alone.
func (f *Features) Words() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := 0; i < len(f.Groups[byWord]); i += perWord {
			if !yield(f.Groups[byWord][i]) {
				return
			}
		}
	}
}

// perWord is how many features of [byWord] there are for each word, the word
// itself first.
const perWord = 3

// enough is how many features of a group an ordinary message has at most.
var enough = [groups]float32{90, 400, 200, 0}

// Value is what each feature of a group counts: a group is as loud in short
// texts as in long ones, and repeating oneself does not make it louder.
func (f *Features) Value(group int) float32 {
	n := float32(len(f.Groups[group]))
	switch {
	case n == 0 || group == bySign:
		return weight[group]
	case n > enough[group]:
		return weight[group] * sqrt(enough[group]) / n
	}
	return weight[group] / sqrt(n)
}

// features describes the tokens in [from, to).
func (m *message) features(from, to int, f *Features) {
	for i := range f.Groups {
		f.Groups[i] = f.Groups[i][:0]
	}
	var words, letters = f.Groups[byWord], f.Groups[byLetter]
	var one, two uint32 // the last word and the one before
	for i := from; i < to; i++ {
		t := &m.tokens[i]
		if t.masked {
			one, two = 0, one
			continue
		}
		if m.repeats(i, from) { // "no no no" says it once
			continue
		}
		text := t.text
		if t.num >= 0 {
			text = "#"
		}
		h := hashString('w', text)
		words = append(words, h, hashPair('2', one, h), hashPair('s', two, h))
		one, two = h, one
		if t.num < 0 {
			letters = grams(letters, text)
		}
	}
	f.Groups[byWord], f.Groups[byLetter] = words, letters
	f.Groups[bySet] = m.setFeatures(from, to, f.Groups[bySet])
	signs := f.Groups[bySign]
	for _, h := range m.masks {
		if h.from < to && h.to > from {
			signs = append(signs, hashString('m', m.g.masks[h.pattern.use.of]))
		}
	}
	for _, h := range m.rules {
		if h.from >= to || h.to <= from {
			continue
		}
		r := &m.g.rules[h.pattern.use.of]
		signs = append(signs, hashString('r', r.name), hashPair('c', uint32(r.Is), uint32(r.Severity)), hashPair('c', uint32(r.Is), 9))
	}
	signs = append(signs, hashPair('n', 0, uint32(min(to-from, 3))))
	f.Groups[bySign] = signs
}

// repeats tells that the i-th token and the one before stood there a few words
// ago already.
func (m *message) repeats(i, from int) bool {
	for j := i - 1; j >= max(from, i-8); j-- {
		if m.tokens[j].text == m.tokens[i].text && (j == i-1 || j > from && m.tokens[j-1].text == m.tokens[i-1].text) {
			return true
		}
	}
	return false
}

// setFeatures describes which of the lexicon's sets the tokens name: each, in
// rows of two and three, and any two near each other.
func (m *message) setFeatures(from, to int, out []uint32) []uint32 {
	var last [5]uint32 // the sets seen last, the newest first
	see := func(atom int32) {
		h := uint32(atom) * 0x9e3779b1
		out = append(out, hashPair('u', 0, h))
		for i, l := range last {
			if l == 0 {
				break
			}
			if i == 0 {
				out = append(out, hashPair('o', l, h))
				if last[1] != 0 {
					out = append(out, hashPair('t', hashPair('o', last[1], l), h))
				}
			}
			out = append(out, hashPair('p', min(l, h), max(l, h)))
		}
		copy(last[1:], last[:4])
		last[0] = h
	}
	for i := from; i < to; i++ {
		t := &m.tokens[i]
		if t.masked || m.repeats(i, from) {
			continue
		}
		seen := 0
		for _, s := range m.spans[m.starts[i]:m.starts[i+1]] {
			if s.atom < m.g.named && seen < 4 && !m.covered(s) {
				see(s.atom)
				seen++
			}
		}
		for _, id := range t.ids[:t.n] {
			for _, atom := range m.g.atoms[id] {
				if atom >= m.g.named || seen >= 4 {
					break
				}
				see(atom)
				seen++
			}
		}
	}
	return out
}

// grams appends the letter features of a word: the ends of the word count too.
func grams(out []uint32, w string) []uint32 {
	if len(w) > 24 {
		w = w[:24]
	}
	var b [26]byte
	b[0] = '^'
	n := copy(b[1:], w) + 1
	b[n] = '$'
	n++
	for i := 0; i < n; i++ {
		h := uint32('g') * prime
		for j := i; j < min(i+5, n); j++ {
			h = (h ^ uint32(b[j])) * prime
			if j-i >= 2 {
				out = append(out, mix(h))
			}
		}
	}
	return out
}

const prime = 16777619 // FNV's

func hashString(kind byte, s string) uint32 {
	h := (2166136261 ^ uint32(kind)) * prime
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * prime
	}
	return mix(h)
}

func hashPair(kind byte, a, b uint32) uint32 {
	return mix((a*0x85ebca6b+uint32(kind))*prime ^ b*0xc2b2ae35)
}

// mix spreads a hash over all its bits.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	h *= 0x846ca68b
	return h ^ h>>16
}
