package care

import (
	"fmt"
	"slices"
	"strings"
)

// Lexicon is one file of what people know about words: plain data, as written
// by somebody who knows people better than Go. docs/care.md explains how to
// write one; [Compile] proves it.
type Lexicon struct {
	// Name stands in errors and reasons: "en".
	Name string
	// Tells are everyday words that tell the language: "the", "and".
	Tells []string
	// Words are named sets of words ("hit", "hits", "punch*") and phrases ("beat
	// up"). Patterns write a set as <name>. Sets of one name in several
	// lexicons are one set, so that a pattern can speak every language. A name
	// that begins with _ only serves patterns: the classifier does not see it.
	Words map[string][]string
	// Loud are the named sets that may mean danger. A message that names none of
	// them, and matches no rule, is benign unless the classifier is very sure.
	Loud []string
	// Clock are the named sets of what is about time alone, a condom that broke or
	// a worry about HIV or pregnancy; Body those of signs that do not wait for it.
	Clock, Body []string
	// Typos are what people type and what they mean: "sucide" = "suicide".
	Typos map[string]string
	// Keys are the words worth finding behind one wrong letter.
	Keys []string
	// Masks are what only sounds like danger: idioms and denials.
	Masks []Mask
	// Rules are what tells of danger.
	Rules []Rule
}

// Mask hides the words it matches from every rule, and tells the classifier
// its name instead of them.
type Mask struct {
	Name string
	Say  []string // patterns
}

// Rule says what a message tells when one of its patterns matches.
type Rule struct {
	Name     string
	Is       Category
	Severity int   // 1 to 3
	About    About // whom the message is about; only counts with Whom
	Whom     bool  // About is set: otherwise the classifier decides
	// Sure rules are believed without asking the classifier.
	Sure bool
	// Past, when not 0, is the severity if the message also says <past>.
	Past   int
	Say    []string // patterns
	Unless []string // patterns that, near the match, take it back
}

// LexiconError is a fault in a lexicon.
type LexiconError struct {
	Lexicon string // its name
	Entry   string // the pattern, word or rule, as written; empty when unknown
	Problem string
}

func (e *LexiconError) Error() string {
	return fmt.Sprintf("care: lexicon %s: %q: %s", e.Lexicon, e.Entry, e.Problem)
}

// Grammar is a compiled set of lexicons. It is immutable and safe for
// concurrent use.
type Grammar struct {
	vocabulary
	patterns []pattern
	rules    []rule
	langs    []string  // the lexicons by number
	masks    []string  // names, by number
	anchored [][]int32 // by atom: the patterns to try where it stands
	named    int32     // atoms below are named sets that the classifier sees
	loud     marks     // see [Lexicon.Loud]
	clock    marks     // see [Lexicon.Clock]
	body     marks
}

// marks tells of each named set, by its atom, whether it is one of some list.
type marks []bool

// rule is what Compile keeps of a [Rule].
type rule struct {
	Rule
	name string // with the lexicon's: "en: wants to die"
	of   int    // the lexicon
}

// Compile proves the lexicons and makes them ready. A fault is a [*LexiconError].
func Compile(lexicons ...Lexicon) (*Grammar, error) {
	if len(lexicons) > most {
		return nil, fmt.Errorf("care: %d lexicons, the most is %d", len(lexicons), most)
	}
	g := &Grammar{vocabulary: newVocabulary()}
	if err := g.nameSets(lexicons); err != nil {
		return nil, err
	}
	for i, lex := range lexicons {
		g.langs = append(g.langs, lex.Name)
		g.now = i
		g.typos[i] = map[string][]string{}
		for _, from := range sortedKeys(lex.Typos) {
			g.typos[i][foldWord(from)] = words(lex.Typos[from])
		}
		for _, tell := range lex.Tells {
			g.tells[foldWord(tell)] |= 1 << i
			g.tongues |= 1 << i
		}
		for _, mask := range lex.Masks {
			g.masks = append(g.masks, mask.Name)
			if err := g.add(lex.Name, mask.Say, use{mask: true, of: int32(len(g.masks) - 1)}); err != nil {
				return nil, err
			}
		}
		for _, r := range lex.Rules {
			if err := r.check(lex.Name); err != nil {
				return nil, err
			}
			g.rules = append(g.rules, rule{r, lex.Name + ": " + r.Name, i})
			of := int32(len(g.rules) - 1)
			if err := g.add(lex.Name, r.Say, use{of: of}); err != nil {
				return nil, err
			}
			if err := g.add(lex.Name, r.Unless, use{of: of, unless: true}); err != nil {
				return nil, err
			}
		}
	}
	for _, lex := range lexicons {
		g.addKeys(lex.Keys)
	}
	g.seal()
	g.anchor()
	return g, nil
}

func (r Rule) check(lexicon string) error {
	problem := ""
	switch {
	case r.Name == "":
		problem = "a rule needs a name"
	case r.Is == Benign || r.Is > Drop:
		problem = "a rule needs a category other than benign"
	case r.Severity < 1 || r.Severity > 3 || r.Is == Drop && r.Severity == 3:
		problem = "severity is 1 to 3, for drop 1 or 2"
	case r.Past < 0 || r.Past > 3:
		problem = "past is a severity, 1 to 3"
	case len(r.Say) == 0:
		problem = "a rule needs patterns in say"
	default:
		return nil
	}
	return &LexiconError{lexicon, r.Name, problem}
}

// nameSets gathers the named sets of all lexicons, in a fixed order.
func (g *Grammar) nameSets(lexicons []Lexicon) error {
	all := map[string]bool{}
	for _, lex := range lexicons {
		for name := range lex.Words {
			all[name] = true
		}
	}
	for _, name := range sortedKeys(all) {
		if !strings.HasPrefix(name, "_") {
			g.sets[name] = g.newAtom(name)
		}
	}
	g.named = int32(len(g.names))
	for _, name := range sortedKeys(all) {
		if strings.HasPrefix(name, "_") {
			g.sets[name] = g.newAtom(name)
		}
	}
	g.loud, g.clock, g.body = make(marks, g.named), make(marks, g.named), make(marks, g.named)
	for i, lex := range lexicons {
		g.langs = append(g.langs, lex.Name)
		g.now = i
		for _, list := range []struct {
			names []string
			marks marks
		}{{lex.Loud, g.loud}, {lex.Clock, g.clock}, {lex.Body, g.body}} {
			for _, name := range list.names {
				if atom := g.sets[name]; atom == 0 || atom >= g.named {
					return &LexiconError{lex.Name, name, "no such set"}
				}
				list.marks[g.sets[name]] = true
			}
		}
		for _, name := range sortedKeys(lex.Words) {
			for _, entry := range lex.Words[name] {
				g.members[name] = append(g.members[name], member{i, entry})
				if err := g.phrase(g.sets[name], entry); err != nil {
					return &LexiconError{lex.Name, entry, err.Error()}
				}
			}
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
