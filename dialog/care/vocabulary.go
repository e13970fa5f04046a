package care

import (
	"errors"
	"slices"
	"strings"
)

// An atom is what one place of a pattern asks for: a word, or any of a set.
// Atom 0 is no atom; the numbers come first, then the named sets.
const (
	anyMinor  int32 = iota + 1 // #minor: a number from 7 to 17
	anyTeen                    // #teen: a number from 11 to 17, which is no rating
	anyAdult                   // #adult: a number from 18 to 99
	anyNumber                  // #num: any number
	firstSet
)

// vocabulary is every word of the lexicon and what it may stand for.
type vocabulary struct {
	exact    map[string]*byLexicon // words
	prefix   map[string]*byLexicon // beginnings of words
	tells    map[string]lexicons   // words that tell a language
	tongues  lexicons              // those that have such words
	now      int                   // the lexicon being compiled
	shortest int                   // of all beginnings
	atoms    [][]int32             // by word id, sorted
	phrases  map[step]int32        // the trie of phrases: node and word → node
	ends     [][]int32             // by node: the atoms of the phrases that end there
	sets     map[string]int32      // named sets
	members  map[string][]member   // of named sets
	names    []string              // by atom, "" where a pattern made it
	typos    [most]map[string][]string
	keys     map[string]string // what one wrong letter makes of a key → the key
	numbers  [firstSet]int32   // by a number's atom: the word id that stands for it
}

type step struct{ node, word int32 }

// member is an entry of a set, and the lexicon it stands in.
type member struct {
	lexicon int
	text    string
}

// most is how many lexicons there can be.
const most = 8

// byLexicon is the id that a word has in each lexicon, or 0: "die" is an
// article to one and an end to another.
type byLexicon [most]int32

// lexicons is a set of lexicons, one bit each.
type lexicons uint8

const allLexicons = lexicons(1<<most - 1)

func (set lexicons) has(i int) bool { return set>>i&1 != 0 }

func newVocabulary() vocabulary {
	v := vocabulary{
		exact: map[string]*byLexicon{}, prefix: map[string]*byLexicon{}, shortest: 99, tells: map[string]lexicons{},
		phrases: map[step]int32{}, ends: [][]int32{nil}, sets: map[string]int32{}, members: map[string][]member{}, keys: map[string]string{},
		names: append([]string{""}, numberNames...),
	}
	v.atoms = [][]int32{nil}
	for atom := anyMinor; atom < firstSet; atom++ {
		v.numbers[atom] = int32(len(v.atoms))
		v.atoms = append(v.atoms, []int32{atom})
	}
	return v
}

func (v *vocabulary) newAtom(name string) int32 {
	v.names = append(v.names, name)
	return int32(len(v.names) - 1)
}

// wordID is the id of a folded word or, with a star at its end, of all words
// that begin so.
func (v *vocabulary) wordID(w string) (int32, error) {
	table := v.exact
	if stem, ok := strings.CutSuffix(w, "*"); ok {
		if len(stem) < 3 {
			return 0, errors.New("a star needs at least three letters before it")
		}
		table, w = v.prefix, stem
		v.shortest = min(v.shortest, len(stem))
	}
	if table[w] == nil {
		table[w] = new(byLexicon)
	}
	if table[w][v.now] == 0 {
		v.atoms = append(v.atoms, nil)
		table[w][v.now] = int32(len(v.atoms) - 1)
	}
	return table[w][v.now], nil
}

// phrase lets text, a word or several, stand for atom.
func (v *vocabulary) phrase(atom int32, text string) error {
	for _, spelling := range spellings(text) {
		ws := words(spelling)
		if len(ws) == 0 {
			return errors.New("no letters")
		}
		node := int32(0)
		for i, w := range ws {
			id, err := v.wordID(w)
			if err != nil {
				return err
			}
			if len(ws) == 1 {
				v.atoms[id] = append(v.atoms[id], atom)
				break
			}
			next := v.phrases[step{node, id}]
			if next == 0 {
				v.ends = append(v.ends, nil)
				next = int32(len(v.ends) - 1)
				v.phrases[step{node, id}] = next
			}
			if node = next; i == len(ws)-1 {
				v.ends[node] = append(v.ends[node], atom)
			}
		}
	}
	return nil
}

// spellings is text, and text as it is typed where there are no umlauts.
func spellings(text string) []string {
	if !strings.ContainsAny(text, "äöüÄÖÜ") {
		return []string{text}
	}
	return []string{text, strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue").Replace(text)}
}

// words folds and splits text that belongs to the lexicon; stars stay.
func words(text string) []string {
	var ws []string
	for _, field := range strings.Fields(text) {
		stem, star := strings.CutSuffix(field, "*")
		split(fold(stem), func(w string, _ bool) { ws = append(ws, w) })
		if star && len(ws) > 0 {
			ws[len(ws)-1] += "*"
		}
	}
	return ws
}

func foldWord(w string) string { return strings.Join(words(w), "") }

// addKeys prepares to find keys behind one missing, doubled or swapped letter.
func (v *vocabulary) addKeys(keys []string) {
	for _, key := range keys {
		key = foldWord(key)
		for i := 1; i < len(key); i++ {
			v.wrong(key[:i]+key[i+1:], key)
			v.wrong(key[:i]+key[i:i+1]+key[i:], key)
			if i+1 < len(key) {
				v.wrong(key[:i]+key[i+1:i+2]+key[i:i+1]+key[i+2:], key)
			}
			v.wrong(key[:i]+"*"+key[i+1:], key) // also for "r*pe"
		}
	}
}

func (v *vocabulary) wrong(typo, key string) {
	if !v.known(typo) && v.keys[typo] == "" {
		v.keys[typo] = key
	}
}

func (v *vocabulary) seal() {
	for i, atoms := range v.atoms {
		slices.Sort(atoms)
		v.atoms[i] = slices.Compact(atoms)
	}
}

// guess tells which lexicons a message may be written for: those whose common
// words it has, or all; and the one whose it has most of, or -1 if there is none
// or more than one; and how many of these words it has.
func (v *vocabulary) guess(raw []rawWord) (in lexicons, likeliest, top int) {
	var votes [most]int
	for _, w := range raw {
		set := v.tells[w.text]
		for i := 0; set != 0; i, set = i+1, set>>1 {
			if set&1 != 0 {
				votes[i]++
				top = max(top, votes[i])
			}
		}
	}
	set, best := lexicons(0), -1
	for i, n := range votes {
		if 2*n >= top {
			set |= 1 << i
		}
		switch {
		case n < top || top == 0:
		case best < 0:
			best = i
		default:
			best = most // a draw
		}
	}
	if best == most {
		best = -1
	}
	return set, best, top
}

// writtenFor tells that a message may be in the language of a lexicon, as far as
// its common words say: what another one is sure of is a hint there.
func (m *message) writtenFor(lexicon int) bool {
	return m.lang < 0 || m.lang == lexicon || m.g.tongues>>lexicon&1 == 0
}

// resolve finds what a word of a message may be in the languages it may be
// written in; a word that none of them has, in any.
func (v *vocabulary) resolve(t *token, in lexicons) {
	t.num = number(t.text)
	if t.num >= 0 {
		t.add(v.numbers[anyNumber])
		if 7 <= t.num && t.num <= 17 {
			t.add(v.numbers[anyMinor])
		}
		if 11 <= t.num && t.num <= 17 {
			t.add(v.numbers[anyTeen])
		}
		if 18 <= t.num && t.num <= 99 {
			t.add(v.numbers[anyAdult])
		}
	}
	before := t.n
	v.lookup(t, in)
	if t.n == before && in != allLexicons {
		v.lookup(t, allLexicons)
	}
}

func (v *vocabulary) lookup(t *token, in lexicons) {
	add := func(ids *byLexicon) {
		if ids == nil {
			return
		}
		for i, id := range ids {
			if id != 0 && in.has(i) {
				t.add(id)
			}
		}
	}
	add(v.exact[t.text])
	for n := min(len(t.text), 16); n >= v.shortest; n-- {
		add(v.prefix[t.text[:n]])
	}
}

func (t *token) add(id int32) {
	if t.n < len(t.ids) {
		t.ids[t.n] = id
		t.n++
	}
}

// is tells whether the token stands for the atom.
func (v *vocabulary) is(t *token, atom int32) bool {
	for _, id := range t.ids[:t.n] {
		if _, ok := slices.BinarySearch(v.atoms[id], atom); ok {
			return true
		}
	}
	return false
}

// known tells that the lexicon has the word.
func (v *vocabulary) known(w string) bool { return v.exact[w] != nil }

// typo is what w is short for in one of the lexicons.
func (v *vocabulary) typo(w string, in lexicons) []string {
	for i, typos := range v.typos {
		if as := typos[w]; as != nil && in.has(i) && !v.elsewhere(w, i, in) {
			return as
		}
	}
	return nil
}

// elsewhere tells that w is a word of another lexicon than the i-th.
func (v *vocabulary) elsewhere(w string, i int, in lexicons) bool {
	ids := v.exact[w]
	if ids == nil {
		return false
	}
	for j, id := range ids {
		if j != i && id != 0 && in.has(j) {
			return true
		}
	}
	return false
}

// mean is what a word of a message was meant to be: spelled out, with letters
// put back, or cut where a space was left out. It appends to out.
func (v *vocabulary) mean(out []string, w string, in lexicons) []string {
	if as := v.typo(w, in); as != nil {
		return append(out, as...)
	}
	if v.known(w) {
		return append(out, w)
	}
	if long := squeeze(w, 1); long != w {
		if two := squeeze(w, 2); v.known(two) || v.typo(two, in) != nil {
			return v.mean(out, two, in)
		}
		return v.mean(out, long, in)
	}
	if n := len(w); n >= 4 && n <= 24 {
		if key := v.keys[w]; key != "" {
			return append(out, key)
		}
		if n >= 6 { // any one wrong letter
			for i := 1; i < n; i++ {
				if key := v.keys[w[:i]+"*"+w[i+1:]]; key != "" {
					return append(out, key)
				}
			}
		}
	}
	if len(w) >= 8 && len(w) <= 40 {
		if parts := v.cut(w, 3); parts != nil {
			return append(out, parts...)
		}
	}
	return append(out, strings.ReplaceAll(strings.ReplaceAll(w, "*", ""), "$", "s"))
}

// cut finds known words in a row of at most 40 letters without spaces, the
// fewest there can be, at least least; nil when there are none.
func (v *vocabulary) cut(w string, least int) []string {
	var best [41]struct{ words, from int }
	for end := 1; end <= len(w); end++ {
		for from := max(0, end-14); from < end; from++ {
			if from > 0 && best[from].words == 0 || !v.known(w[from:end]) || end-from == 1 && w[from] != 'i' {
				continue
			}
			if n := best[from].words + 1; best[end].words == 0 || n < best[end].words {
				best[end].words, best[end].from = n, from
			}
		}
	}
	if best[len(w)].words < least {
		return nil
	}
	var parts []string
	for end := len(w); end > 0; end = best[end].from {
		parts = append(parts, w[best[end].from:end])
	}
	slices.Reverse(parts)
	return parts
}
