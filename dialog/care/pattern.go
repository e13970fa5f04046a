package care

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A pattern is a row of places. Every place asks for one atom or is a gap of a
// few words, so matching at one word takes bounded time.
type pattern struct {
	places  []place
	bag     bool  // the places may come in any order, near each other
	atStart bool  // only where a sentence begins
	atEnd   bool  // only where a sentence ends
	before  int   // the most words that can stand before the anchor
	anchor  int32 // the rarest atom, which every match contains
	use     use
	text    string
}

type place struct {
	atom     int32 // 0: a gap
	gap      int   // up to so many words
	optional bool
}

// use says what a pattern is for: a mask, a rule, or what takes a rule back.
type use struct {
	mask, unless bool
	of           int32 // the number of the mask or rule
}

const (
	reach    = 8  // words between the first and the last place of a bag
	maxGap   = 6  // words
	maxParts = 14 // places
)

// add compiles the patterns of one mask or rule.
func (g *Grammar) add(lexicon string, texts []string, u use) error {
	for _, text := range texts {
		p, err := g.parse(text)
		if err != nil {
			return &LexiconError{lexicon, text, err.Error()}
		}
		p.use, p.text = u, text
		g.patterns = append(g.patterns, p)
	}
	return nil
}

// numberNames are the patterns for numbers, in the order of their atoms.
var numberNames = []string{"#minor", "#teen", "#adult", "#num"}

// parse reads the language of patterns:
//
//	word        the word          word*     any word that begins so
//	<set>       any of a set      #minor    a number: also #teen, #adult, #num
//	(a|b c|<d>) one of these      [a|b]     one of these or nothing
//	..          up to 3 words     ...       up to 6 words
//	^ $         the beginning and the end of a sentence
//	a & b & c   all of these, in any order, near each other
func (g *Grammar) parse(text string) (pattern, error) {
	var p pattern
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		var part string
		if closing := map[byte]string{'(': ")", '[': "]", '<': ">"}[rest[0]]; closing != "" {
			end := strings.Index(rest, closing)
			if end < 0 {
				return p, fmt.Errorf("%q is never closed", rest[:1])
			}
			part, rest = rest[:end+1], rest[end+1:]
		} else if end := strings.IndexAny(rest, " ([<"); end > 0 {
			part, rest = rest[:end], rest[end:]
		} else {
			part, rest = rest, ""
		}
		if err := g.place(&p, part); err != nil {
			return p, err
		}
	}
	return p, p.check()
}

func (g *Grammar) place(p *pattern, part string) error {
	switch {
	case part == "^":
		p.atStart = true
	case part == "$":
		p.atEnd = true
	case part == "&":
		p.bag = true
	case part == "..":
		p.places = append(p.places, place{gap: 3})
	case part == "...":
		p.places = append(p.places, place{gap: maxGap})
	case part[0] == '#':
		atom := slices.Index(numberNames, part)
		if atom < 0 {
			return fmt.Errorf("unknown number %q: there are #minor, #teen, #adult and #num", part)
		}
		p.places = append(p.places, place{atom: int32(atom) + anyMinor})
	case part[0] == '(' || part[0] == '[':
		atom, err := g.group(part[1 : len(part)-1])
		if err != nil {
			return err
		}
		p.places = append(p.places, place{atom: atom, optional: part[0] == '['})
	default:
		if name, ok := setName(part); ok {
			if g.sets[name] == 0 {
				return fmt.Errorf("no such set %q", name)
			}
			p.places = append(p.places, place{atom: g.sets[name]})
			return nil
		}
		ws := words(part)
		if len(ws) == 1 {
			ws[0] = part // with its umlauts
		}
		for _, w := range ws {
			atom, err := g.group(w)
			if err != nil {
				return err
			}
			p.places = append(p.places, place{atom: atom})
		}
	}
	return nil
}

// group makes one atom of alternatives; the same alternatives give the same atom.
func (g *Grammar) group(text string) (int32, error) {
	name := fmt.Sprintf("%d(%s)", g.now, text)
	if atom := g.sets[name]; atom != 0 {
		return atom, nil
	}
	atom := g.newAtom("")
	g.sets[name] = atom
	for alternative := range strings.SplitSeq(text, "|") {
		if set, ok := setName(alternative); ok {
			if g.sets[set] == 0 {
				return 0, fmt.Errorf("no such set %q", set)
			}
			if err := g.include(atom, set); err != nil {
				return 0, err
			}
			continue
		}
		if number := slices.Index(numberNames, alternative); number >= 0 {
			id := g.numbers[int32(number)+anyMinor]
			g.atoms[id] = append(g.atoms[id], atom)
			continue
		}
		if strings.ContainsAny(alternative, "<>()[]#") {
			return 0, fmt.Errorf("%q: a set or group inside a phrase of a group", alternative)
		}
		if err := g.phrase(atom, alternative); err != nil {
			return 0, err
		}
	}
	return atom, nil
}

// include lets all that stands for a set stand for atom too.
func (g *Grammar) include(atom int32, set string) error {
	defer func(now int) { g.now = now }(g.now)
	for _, m := range g.members[set] {
		g.now = m.lexicon
		if err := g.phrase(atom, m.text); err != nil {
			return err
		}
	}
	return nil
}

func setName(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2 && s[0] == '<' && s[len(s)-1] == '>' {
		return s[1 : len(s)-1], true
	}
	return "", false
}

func (p *pattern) check() error {
	firm := 0
	for _, pl := range p.places {
		if pl.atom != 0 && !pl.optional {
			firm++
		}
		if p.bag && (pl.atom == 0 || pl.optional) {
			return errors.New("gaps and optional words have no place between &")
		}
	}
	switch n := len(p.places); {
	case firm == 0:
		return errors.New("a pattern needs a word")
	case n > maxParts:
		return fmt.Errorf("%d places, the most is %d", n, maxParts)
	case p.places[0].atom == 0 || p.places[n-1].atom == 0:
		return errors.New("a gap at an end says nothing")
	}
	return nil
}

// anchor gives every pattern the atom that fewest patterns ask for, and every
// atom the patterns to try where it stands.
func (g *Grammar) anchor() {
	asked := make([]int, len(g.names))
	for _, p := range g.patterns {
		for _, pl := range p.places {
			asked[pl.atom]++
		}
	}
	g.anchored = make([][]int32, len(g.names))
	for i := range g.patterns {
		p := &g.patterns[i]
		firm := slices.DeleteFunc(slices.Clone(p.places), func(pl place) bool { return pl.atom == 0 || pl.optional })
		p.anchor = slices.MinFunc(firm, func(a, b place) int { return cmp.Compare(asked[a.atom], asked[b.atom]) }).atom
		g.anchored[p.anchor] = append(g.anchored[p.anchor], int32(i))
		for _, pl := range p.places {
			if pl.atom == p.anchor {
				break
			}
			p.before += max(pl.gap, 1)
			if pl.atom != 0 {
				p.before += 2 // a phrase may be three words
			}
		}
		if p.bag {
			p.before = reach
		}
		p.before = min(p.before, 20)
	}
}
