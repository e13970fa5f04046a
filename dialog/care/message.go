package care

import (
	"cmp"
	"slices"
	"strings"
)

// message is a text as rules and classifier see it.
type message struct {
	g      *Grammar
	raw    []rawWord
	lang   int // the likeliest lexicon, or -1
	votes  int // how many of its everyday words there are
	tokens []token
	spans  []span // phrases, by where they begin
	starts []int  // by token: the first span that begins there or later
	masks  []hit
	rules  []hit // those that hold, by rule
	times  []counts
}

// rawWord is a word as it was typed.
type rawWord struct {
	text  string
	first bool // a sentence begins here
}

// counts are how often a pattern was tried in a message, and how often it matched.
type counts struct{ tried, matched uint16 }

// span is a phrase of the lexicon found in a message.
type span struct {
	atom     int32
	from, to int // tokens
}

// hit is a pattern that matched.
type hit struct {
	pattern  *pattern
	from, to int // tokens
}

// read makes a message of text. m may be reused.
func (m *message) read(g *Grammar, text string) {
	m.g, m.tokens, m.spans, m.masks, m.rules = g, m.tokens[:0], m.spans[:0], m.masks[:0], m.rules[:0]
	m.raw = m.raw[:0]
	split(fold(text), m.hear)
	in, lang, votes := g.guess(m.raw)
	m.lang, m.votes = lang, votes
	var meant [48]string
	for i := 0; i < len(m.raw); {
		w := m.raw[i]
		i++
		texts := meant[:0]
		if joined := m.spelt(i - 1); joined != "" { // "k i l l"
			i += len(joined) - 1
			if texts = g.cut(joined, 1); texts == nil {
				texts = append(texts, joined)
			}
		} else {
			texts = g.mean(texts, w.text, in)
		}
		for _, text := range texts {
			m.push(text, w.first, in)
			w.first = false
		}
	}
	m.phrases()
	m.times = append(m.times[:0], make([]counts, len(g.patterns))...)
	m.match(true)
	m.hide()
	m.match(false)
	m.settle()
}

// hear notes a word as it was typed. An emoji that was just typed says nothing
// new: some people send hundreds.
func (m *message) hear(w string, first bool) {
	if !first && strings.HasPrefix(w, "emoji") {
		for _, before := range m.raw[max(0, len(m.raw)-8):] {
			if before.text == w {
				return
			}
		}
	}
	m.raw = append(m.raw, rawWord{w, first})
}

// spelt joins the single letters that stand in a row from the i-th word on:
// four at least, or three that make a word of the lexicon.
func (m *message) spelt(i int) string {
	n := 0
	for n < 40 && i+n < len(m.raw) && len(m.raw[i+n].text) == 1 && letter(m.raw[i+n].text[0]) {
		n++
	}
	if n < 3 {
		return ""
	}
	joined := make([]byte, n)
	for k := range joined {
		joined[k] = m.raw[i+k].text[0]
	}
	if n == 3 && !m.g.known(string(joined)) {
		return ""
	}
	return string(joined)
}

func (m *message) push(w string, first bool, in lexicons) {
	if w == "" {
		return
	}
	t := token{text: w, first: first || len(m.tokens) == 0}
	m.g.resolve(&t, in)
	m.tokens = append(m.tokens, t)
}

// phrases finds the phrases of the lexicon.
func (m *message) phrases() {
	m.starts = m.starts[:0]
	for i := range m.tokens {
		m.starts = append(m.starts, len(m.spans))
		m.walk(0, i, i)
	}
	m.starts = append(m.starts, len(m.spans))
}

func (m *message) walk(node int32, from, at int) {
	if at == len(m.tokens) || at > from && m.tokens[at].first {
		return
	}
	t := &m.tokens[at]
	for _, id := range t.ids[:t.n] {
		next := m.g.vocabulary.phrases[step{node, id}]
		if next == 0 {
			continue
		}
		for _, atom := range m.g.ends[next] {
			m.spans = append(m.spans, span{atom, from, at + 1})
		}
		m.walk(next, from, at+1)
	}
}

const (
	often = 3   // matches of one pattern are worth keeping
	tries = 120 // places a pattern is tried at: more than a message of people has
)

// match tries every pattern where its anchor stands: masks, or rules.
func (m *message) match(masks bool) {
	try := func(atom int32, at int) {
		for _, i := range m.g.anchored[atom] {
			p := &m.g.patterns[i]
			times := &m.times[i]
			if p.use.mask != masks || times.tried == tries || times.matched == often && !masks {
				continue
			}
			times.tried++
			if from, to, ok := m.find(p, at); ok {
				times.matched = min(times.matched+1, often)
				if masks {
					m.masks = append(m.masks, hit{p, from, to})
				} else {
					m.rules = append(m.rules, hit{p, from, to})
				}
			}
		}
	}
	for at := range m.tokens {
		t := &m.tokens[at]
		if t.masked {
			continue
		}
		for _, id := range t.ids[:t.n] {
			for _, atom := range m.g.atoms[id] {
				try(atom, at)
			}
		}
		for _, s := range m.spans[m.starts[at]:m.starts[at+1]] {
			try(s.atom, at)
		}
	}
}

// hide masks the tokens under idioms and denials.
func (m *message) hide() {
	for _, h := range m.masks {
		for i := h.from; i < h.to; i++ {
			m.tokens[i].masked = true
		}
	}
	m.masks = m.masks[:min(len(m.masks), 64)] // enough to name them
}

// find looks for p around its anchor, which stands at.
func (m *message) find(p *pattern, at int) (from, to int, ok bool) {
	if p.bag {
		return m.bag(p, at)
	}
	for from = at; from >= max(0, at-p.before); from-- {
		if m.tokens[from].masked {
			break
		}
		if !p.atStart || m.tokens[from].first {
			if to = m.follow(p, 0, from, from); to > at {
				return from, to, true
			}
		}
		if m.tokens[from].first {
			break
		}
	}
	return 0, 0, false
}

// follow matches the places of p from the n-th on and gives the end, or -1.
func (m *message) follow(p *pattern, n, from, at int) int {
	if n == len(p.places) {
		if p.atEnd && at < len(m.tokens) && !m.tokens[at].first {
			return -1
		}
		return at
	}
	pl := p.places[n]
	if pl.atom == 0 {
		for skip := 0; skip <= pl.gap; skip++ {
			if end := m.follow(p, n+1, from, at+skip); end >= 0 {
				return end
			}
			if at+skip >= len(m.tokens) || m.tokens[at+skip].first && at+skip > from {
				break
			}
		}
		return -1
	}
	if at < len(m.tokens) && !m.tokens[at].masked && !(m.tokens[at].first && at > from) {
		for _, s := range m.spans[m.starts[at]:m.starts[at+1]] {
			if s.atom != pl.atom || m.covered(s) {
				continue
			}
			if end := m.follow(p, n+1, from, s.to); end >= 0 {
				return end
			}
		}
		if m.g.is(&m.tokens[at], pl.atom) {
			if end := m.follow(p, n+1, from, at+1); end >= 0 {
				return end
			}
		}
	}
	if pl.optional {
		return m.follow(p, n+1, from, at)
	}
	return -1
}

// covered tells that a mask hides part of a phrase.
func (m *message) covered(s span) bool {
	for i := s.from; i < s.to; i++ {
		if m.tokens[i].masked {
			return true
		}
	}
	return false
}

// bag finds all places of p near its anchor, in any order, in one sentence.
func (m *message) bag(p *pattern, at int) (from, to int, ok bool) {
	low, high := at, at+1
	for low > 0 && at-low < reach && !m.tokens[low].first {
		low--
	}
	for high < len(m.tokens) && high-at <= reach && !m.tokens[high].first {
		high++
	}
	from, to = at, at+1
	for _, pl := range p.places {
		seen := -1
		for i := low; i < high && seen < 0; i++ {
			if m.stands(pl.atom, i) {
				seen = i
			}
		}
		if seen < 0 {
			return 0, 0, false
		}
		from, to = min(from, seen), max(to, seen+1)
	}
	return from, to, true
}

func (m *message) stands(atom int32, at int) bool {
	if m.tokens[at].masked {
		return false
	}
	for _, s := range m.spans[m.starts[at]:m.starts[at+1]] {
		if s.atom == atom && !m.covered(s) {
			return true
		}
	}
	return m.g.is(&m.tokens[at], atom)
}

// settle sorts the hits by rule and drops those that are taken back near by,
// and all but one of each rule.
func (m *message) settle() {
	const near = 12 // words
	slices.SortStableFunc(m.rules, func(a, b hit) int { return cmp.Compare(a.pattern.use.of, b.pattern.use.of) })
	kept := m.rules[:0]
	for rest := m.rules; len(rest) > 0; {
		of := rest[0].pattern.use.of
		n := slices.IndexFunc(rest, func(h hit) bool { return h.pattern.use.of != of })
		if n < 0 {
			n = len(rest)
		}
		refuted := func(h hit) bool {
			return slices.ContainsFunc(rest[:n], func(u hit) bool {
				return u.pattern.use.unless && u.from <= h.to+near && u.to >= h.from-near
			})
		}
		holds := slices.IndexFunc(rest[:n], func(h hit) bool { return !h.pattern.use.unless && !refuted(h) })
		if holds >= 0 {
			kept = append(kept, rest[holds])
		}
		rest = rest[n:]
	}
	m.rules = kept
}
