package care

import (
	"cmp"
	"fmt"
	"slices"
)

// How sure the classifier must be. docs/care.md tells what the numbers were
// tuned on.
const (
	doubt     = 0.38 // benign at least this much: benign
	quiet     = 0.31 // the same for eight words or fewer that name no set of danger
	terse     = 0.13 // the same for four words or fewer that name none, and for one alone that is no danger now: they say little
	foreign   = 3.00 // times the share of words learned: a text of mostly unknown words is benign
	partly    = 0.15 // what a part of a long text may leave to benign
	firm      = 0.46 // benign at most this much where a rule matched
	underAge  = 1.15 // times all that if it would be somebody under 18: to go on with them would be the worst
	surely    = 0.80 // benign more than this much in every part: a rule that is sure otherwise is not to be believed
	drowned   = 0.90 // the same for a text so long that it is read in parts, which a few words hardly move, and for one of a few words, which tell the classifier little
	few       = 3    // words at most in such a text
	dangerNow = 0.40 // of the severities above 0, the share that means 3
	serious   = 0.35 // of the severities 1 and 2, the share that means 2
	worse     = 0.60 // a worse category's share that speaks against a low that is sure
	alongside = 0.25 // a second category's share
	hinted    = 0.05 // the same where a rule matched
)

// urgency orders categories when two are equally severe: what must be
// answered first stands first.
var urgency = [Drop + 1]int{SelfHarm: 6, Minor: 5, Medical: 4, NonConsent: 3, Violence: 2, Drop: 1}

// decide weighs rules and classifier.
func (r *Recogniser) decide(in *reading, v view) Finding {
	rules := in.matched()
	f := Finding{Categories: []Category{Benign}}
	var sure *rule
	low := false           // a low is sure: it decides only where nothing worse is likely
	others := false        // rules of other categories matched
	var hint [Drop + 1]int // by category: the severity that rules give
	for _, m := range rules {
		hint[m.rule.Is] = max(hint[m.rule.Is], m.severity)
		certain := m.rule.Sure && in.writtenFor(m.rule.of)
		low = low || m.rule.Is == Drop && certain
		others = others || m.rule.Is != Drop
		if certain && m.rule.Is != Drop && (sure == nil || before(m, sure, hint)) {
			sure = m.rule
		}
	}
	if r.model != nil && (v.calm > drowned || v.calm > surely && len(in.tokens) > few && len(in.tokens) <= window) {
		sure, low = nil, false
	}
	limit := r.limit(in, &v, len(rules) > 0)
	var first Category
	switch {
	case sure != nil:
		first = sure.Is
	case r.model == nil && len(rules) > 0:
		first = slices.MaxFunc(rules, func(a, b matched) int {
			return cmp.Or(cmp.Compare(a.severity, b.severity), cmp.Compare(urgency[a.rule.Is], urgency[b.rule.Is]))
		}).rule.Is
	case low && !others && v.category[v.likeliest()] < worse:
		first = Drop
	case v.category[Benign] < limit:
		first = v.likeliest()
	default:
		return f
	}
	f.Categories[0] = first
	f.Severity = max(hint[first], v.severe(first))
	if r.model == nil || hint[first] == 1 && sure != nil && sure.Is == first {
		f.Severity = hint[first]
	}
	f.About = v.whom(rules, first)
	if first == Minor && f.About == Self && r.model != nil {
		f.Severity = min(f.Severity, max(hint[Minor], 2)) // a guess must not shut an adult out
	}
	f.Clock = first == Medical && in.names(r.g.clock) && !in.names(r.g.body)
	f.Sure = sure != nil || low && first == Drop
	if second := r.second(&v, first, hint); second != Benign {
		f.Categories = append(f.Categories, second)
	}
	f.Why = r.why(in, rules, v)
	return f
}

// limit is how much of a message the classifier must leave to benign for the
// message to be benign. A rule that matched makes it doubt more, and so does a
// guess that somebody is under 18; few words, harmless words, words it never
// learned make it doubt less.
func (r *Recogniser) limit(in *reading, v *view, ruled bool) float32 {
	factor := float32(1)
	if v.likeliest() == Minor {
		factor *= underAge
	}
	if ruled {
		return firm * factor
	}
	words, known := 0, 0
	for i := range in.tokens {
		if t := &in.tokens[i]; !t.masked {
			words++
			if t.num >= 0 || r.model != nil && r.model.Seen.has(hashString('w', t.text)) {
				known++
			}
		}
	}
	limit := float32(doubt)
	switch {
	case words > 8 || in.names(r.g.loud) && (words > 1 || v.severe(v.likeliest()) > 2):
	case words > 4:
		limit = quiet
	default:
		limit = terse
	}
	return factor * limit * min(1, foreign*float32(known)/float32(max(words, 1)))
}

// Loud tells whether text names a set that may mean danger, or matches a rule.
func (g *Grammar) Loud(text string) bool {
	var m message
	m.read(g, text)
	return len(m.rules) > 0 || m.names(g.loud)
}

// names tells that the message names a set that is marked.
func (m *message) names(marked marks) bool {
	for i := range m.tokens {
		t := &m.tokens[i]
		if t.masked {
			continue
		}
		for _, s := range m.spans[m.starts[i]:m.starts[i+1]] {
			if s.atom < m.g.named && marked[s.atom] && !m.covered(s) {
				return true
			}
		}
		for _, id := range t.ids[:t.n] {
			for _, atom := range m.g.atoms[id] {
				if atom < m.g.named && marked[atom] {
					return true
				}
			}
		}
	}
	return false
}

func before(m matched, than *rule, hint [Drop + 1]int) bool {
	return cmp.Or(cmp.Compare(m.severity, hint[than.Is]), cmp.Compare(urgency[m.rule.Is], urgency[than.Is])) > 0
}

// likeliest is the category with the greatest share, benign aside.
func (v *view) likeliest() Category {
	best := SelfHarm
	for c := SelfHarm; c <= Drop; c++ {
		if v.category[c] > v.category[best] {
			best = c
		}
	}
	return best
}

// severe is the severity that the classifier gives to a finding in c.
func (v *view) severe(c Category) int {
	mild, today, now := v.severity[1], v.severity[2], v.severity[3]
	switch {
	case c != Drop && now >= dangerNow*(mild+today+now):
		return 3
	case today >= serious*(mild+today):
		return 2
	}
	return 1
}

// second is a category worth naming beside the first, or Benign.
func (r *Recogniser) second(v *view, first Category, hint [Drop + 1]int) Category {
	best := Benign
	for c := SelfHarm; c <= Drop; c++ {
		share := float32(alongside)
		switch {
		case hint[c] > 1 && r.model == nil:
			share = 0
		case hint[c] > 1:
			share = hinted
		}
		if c == first || c == Drop || v.category[c] < share {
			continue
		}
		if best == Benign || v.category[c] > v.category[best] {
			best = c
		}
	}
	return best
}

// whom says whom the message is about: a rule that knows, else the classifier.
func (v *view) whom(rules []matched, first Category) About {
	for _, m := range rules {
		if m.rule.Whom && m.rule.Is == first {
			return m.rule.About
		}
	}
	best := Self
	for a := Self; a <= Actor; a++ {
		if v.about[a] > v.about[best] {
			best = a
		}
	}
	return best
}

// matched is a rule that holds for a message.
type matched struct {
	rule     *rule
	severity int
	hit      hit
}

// matched lists the rules that hold, each once, in the lexicon's order.
func (m *message) matched() []matched {
	var all []matched
	past := -1
	for _, h := range m.rules {
		r := &m.g.rules[h.pattern.use.of]
		severity := r.Severity
		if r.Past > 0 {
			if past < 0 {
				past = m.count("past")
			}
			if past > 0 {
				severity = r.Past
			}
		}
		all = append(all, matched{r, severity, h})
	}
	return all
}

// count is how many tokens stand for a named set.
func (m *message) count(set string) int {
	atom, n := m.g.sets[set], 0
	for i := range m.tokens {
		if atom != 0 && m.stands(atom, i) {
			n++
		}
	}
	return n
}

// why names the rules and the words that weighed most.
func (r *Recogniser) why(in *reading, rules []matched, v view) []string {
	var why []string
	for _, m := range rules {
		why = append(why, fmt.Sprintf("rule %s (%s)", m.rule.name, m.hit.pattern.text))
	}
	if len(why) > 8 {
		why = why[:8]
	}
	if r.model != nil {
		for c, share := range v.category {
			if share >= 0.10 {
				why = append(why, fmt.Sprintf("%s %.2f", Category(c), share))
			}
		}
		why = append(why, r.loudest(in, v.likeliest())...)
	}
	return why
}

// loudest names the three words that spoke most for c.
func (r *Recogniser) loudest(in *reading, c Category) []string {
	type word struct {
		text string
		loud int32
	}
	var all []word
	table := &r.model.Tables[0]
	for i := range in.tokens[:min(len(in.tokens), 200)] {
		t := &in.tokens[i]
		if w := table.Row(hashString('w', t.text)).Weight(int(c)); w > 0 && !t.masked && t.num < 0 {
			all = append(all, word{t.text, w})
		}
	}
	slices.SortStableFunc(all, func(a, b word) int { return cmp.Compare(b.loud, a.loud) })
	var names []string
	for _, w := range all[:min(len(all), 3)] {
		names = append(names, fmt.Sprintf("word %q", w.text))
	}
	return names
}
