package aftercare_test

import (
	"slices"
	"time"
)

// What the oracle knows of the line that says that something has come.

// news is something that somebody else has sent.
type news struct {
	kind string
	at   time.Time
	told bool // a line has come for it
	gone bool // it has been taken back: a line for it is not owed, and would do no harm
	seen bool // its time is over, and it was judged; a line may still come
}

// toldWithin is how long the line for something may take, by ceilings of a week
// and hosts that are late, unless every day of it was taken.
const toldWithin = 8 * 24 * time.Hour

// word is what others did, and what the person has seen of it.
func (o *oracle) word(f fact) {
	drop := func(kinds ...string) {
		o.news = slices.DeleteFunc(o.news, func(n *news) bool { return slices.Contains(kinds, n.kind) })
		o.owed = o.owed && len(o.news) > 0
	}
	o.lapse()
	switch {
	case f.what == "word later":
		o.counts["word put off"]++
		o.later, o.owed = f.when, len(o.news) > 0
	case f.what == "looked" && f.kind == "asked":
		drop("ask")
	case f.what == "looked":
		drop("linked", "share", "kind")
	case f.what == "unlinked":
		drop("ask", "linked", "share", "kind")
	case f.kind == "unshare":
		for _, n := range o.news {
			n.gone = n.gone || n.kind == "share"
		}
	case f.kind != "unlinked" && f.kind != "gone":
		o.counts["word: "+f.kind]++
		o.news = append(o.news, &news{kind: f.kind, at: f.at})
	}
}

// knock checks the line that says that something has come.
func (o *oracle) knock(f fact) {
	o.counts[f.what+": "+f.kind]++
	o.unasked(f, &about{})
	if week := o.week(f.at); week > 2 && !free(f.kind) {
		o.bad("a word as number %d in seven days leaves no room", week)
	}
	o.lapse()
	fresh := 0
	for _, n := range o.news {
		if !n.told {
			fresh++
		}
		n.told = true
	}
	switch {
	case len(o.news) == 0:
		o.bad("a word, and nothing is there")
	case free(f.kind) && o.later.IsZero():
		o.bad("a word that nobody had put off")
	case free(f.kind) && (f.at.Before(o.later.Add(-time.Minute-o.moved(o.later))) || f.at.After(o.later.Add(useful+o.moved(o.later)))):
		o.bad("a word put off until %v came at %v", o.later, f.at)
	case free(f.kind):
	case fresh == 0:
		o.bad("a second word for the same thing")
	case fresh > 1:
		o.counts["several in one word"]++
	}
	if free(f.kind) {
		o.later = time.Time{}
	}
	o.any = append(o.any, f.at)
}

// lapse lets go of questions that nobody waits for any more.
func (o *oracle) lapse() {
	o.news = slices.DeleteFunc(o.news, func(n *news) bool { return n.kind == "ask" && o.now.Sub(n.at) >= 7*24*time.Hour })
}

// moved is how far a move since then may have put the same hour of the day.
func (o *oracle) moved(since time.Time) time.Duration {
	return o.spread(&promise{made: since.Add(-useful)})
}

// untold looks for what came so long ago that somebody was to hear of it by now.
func (o *oracle) untold(now time.Time) {
	if !o.later.IsZero() && now.After(o.later.Add(useful+hostLate+o.moved(o.later))) {
		if over := o.now.Before(o.later.Add(useful)); o.owed && !over && !o.shutBetween(o.later.Add(-useful), o.later.Add(useful)) {
			o.bad("a word was put off until %v and never came", o.later)
		}
		o.later = time.Time{}
	}
	for _, n := range o.news {
		if n.told || n.gone || n.seen || now.Before(n.at.Add(toldWithin)) || n.kind == "ask" {
			continue
		}
		n.seen = true
		if o.shutBetween(n.at, n.at.Add(toldWithin)) || o.now.Before(n.at.Add(toldWithin)) {
			continue
		}
		for at := o.outOfQuiet(n.at); at.Before(n.at.Add(toldWithin - 24*time.Hour)); at = at.Add(24 * time.Hour) {
			if !o.taken(&about{}, &promise{kind: "word"}, at, o.moved(n.at)) {
				o.bad("a word (%s) of %v never came", n.kind, n.at)
				break
			}
		}
	}
}

// shutBetween tells whether anything forbade messages in that time.
func (o *oracle) shutBetween(from, to time.Time) bool {
	return slices.ContainsFunc(o.quiet, func(s span) bool { return s.from.Before(to) && (s.to.IsZero() || !s.to.Before(from)) })
}
