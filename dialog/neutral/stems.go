package neutral

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

type set map[string]struct{}

func (s set) has(text string) bool { _, ok := s[text]; return ok }

// stems are the banned words, by how they match.
type stems struct {
	begin, very, inside set
	rows                map[string][]row // by their first word
}

// row is what follows the first of several words.
type row struct {
	rest []string
	very bool // the last of them is a whole word
}

func newStems(list []string) stems {
	s := stems{begin: set{}, very: set{}, inside: set{}, rows: map[string][]row{}}
	for _, stem := range list {
		plain := fold(stem)
		s.add(plain)
		if german := fold(umlauts.Replace(norm.NFC.String(stem))); german != plain {
			s.add(german)
		}
	}
	return s
}

func (s *stems) add(stem string) {
	very, inside := strings.HasPrefix(stem, "="), strings.HasPrefix(stem, "*")
	words := split(stem)
	if len(words) == 0 {
		return
	}
	first := words[0].text
	switch {
	case len(words) > 1:
		r := row{very: very}
		glued := first
		for _, w := range words[1:] {
			r.rest = append(r.rest, w.text)
			glued += w.text
		}
		s.rows[first] = append(s.rows[first], r)
		s.very[glued] = struct{}{} // "lastnight"
	case very:
		s.very[first] = struct{}{}
	case inside:
		s.inside[first] = struct{}{}
	default:
		s.begin[first] = struct{}{}
	}
}

// match tells whether any stem is in the tokens of a line.
func (s *stems) match(line []token) bool {
	for i, t := range line {
		for _, r := range s.rows[t.text] {
			if r.follows(line[i+1:]) {
				return true
			}
		}
	}
	for i := 0; i < len(line); {
		j := i + 1
		for j < len(line) && spelled(line[j-1], line[j]) {
			j++
		}
		if s.matchWord(line[i:j]) {
			return true
		}
		i = j
	}
	return false
}

func (r row) follows(line []token) bool {
	if len(line) < len(r.rest) {
		return false
	}
	for i, w := range r.rest {
		got := line[i].text
		if got != w && (r.very || i < len(r.rest)-1 || !strings.HasPrefix(got, w)) {
			return false
		}
	}
	return true
}

// matchWord looks at one word, given in the pieces it was found in. A stem begins
// where a piece begins, and a whole word ends where a piece ends.
func (s *stems) matchWord(pieces []token) bool {
	var text strings.Builder
	starts, ends := map[int]bool{}, map[int]bool{}
	for _, p := range pieces {
		starts[text.Len()] = true
		text.WriteString(p.text)
		ends[text.Len()] = true
	}
	word := text.String()
	for i := range word {
		for j := i + 1; j <= len(word); j++ {
			part := word[i:j]
			if starts[i] && (s.begin.has(part) || ends[j] && s.very.has(part)) || s.inside.has(part) {
				return true
			}
		}
	}
	return false
}
