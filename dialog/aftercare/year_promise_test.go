package aftercare_test

import (
	"slices"
	"strings"
	"time"
)

// unanswered counts the encounters in a row that have stayed without an answer
// for certain: a day longer than they may.
func (o *oracle) unanswered() int {
	const grace = 30 * time.Hour // the host's and the platform's lateness, and a day lost in moving
	for _, e := range o.all {
		if e.open.IsZero() || o.now.Sub(e.open) <= grace {
			continue
		}
		if !o.shutAt(e.open, grace) {
			e.counted = true
			o.missed++
		}
		e.open = time.Time{}
	}
	return o.missed
}

// ignored counts the encounters that may have stayed without an answer since the
// person was last heard.
func (o *oracle) ignored() (n int) {
	for _, e := range o.all {
		if len(e.times) == 0 || e.times[len(e.times)-1].Before(o.voice.Add(-80*time.Hour)) {
			continue
		}
		if k := len(e.answers); k == 0 || e.answers[k-1].Before(e.times[len(e.times)-1]) {
			n++
		}
	}
	return n
}

// reacted takes an encounter out of the count: there was a word, if no answer.
func (o *oracle) reacted(e *about) {
	if e.open = (time.Time{}); e.counted {
		e.counted = false
	}
	o.missed = 0 // lenient: whoever presses something is there
}

// heard ends the count: the person has come back. What is about to be counted may
// be so on either side of this word, and is let go.
func (o *oracle) heard() {
	o.missed, o.voice = 0, o.now
	for _, e := range o.all {
		if e.open.Before(o.now.Add(25 * time.Hour)) {
			e.open = time.Time{}
		}
	}
}

// shutAt tells whether something forbade messages at a time, or within grace after it.
func (o *oracle) shutAt(at time.Time, grace time.Duration) bool {
	return slices.ContainsFunc(o.quiet, func(s span) bool {
		return s.from.Before(at.Add(grace)) && (s.to.IsZero() || s.to.After(at))
	})
}

// settle looks at the promises whose time is over by now, and for those that were
// not kept.
func (o *oracle) settle(now time.Time) {
	o.untold(now)
	for _, e := range o.all {
		e.promises = slices.DeleteFunc(e.promises, func(p *promise) bool {
			if p.broke == "" {
				if now.Before(p.when.Add(useful + hostLate + o.spread(p))) {
					return false
				}
				p.over = now
				if p.broke = o.excuse(e, p); p.broke == "" {
					o.bad("%s was agreed for %v and never came", p.kind, p.when)
				}
			}
			if p.broke != "" && p.broke != "arrive" && p.broke != "lost" {
				o.counts["did not come: "+p.broke]++
			}
			return true
		})
	}
}

// spread is how far a move may have put the same hour of the day.
func (o *oracle) spread(p *promise) time.Duration {
	if slices.ContainsFunc(o.moves, func(at time.Time) bool { return at.After(p.made) }) {
		return 26 * time.Hour
	}
	return 0
}

// excuse is why a promise was not kept although nothing ended it.
func (o *oracle) excuse(e *about, p *promise) string {
	spread := o.spread(p)
	from, to := p.when.Add(-spread), p.when.Add(useful+spread+hostLate)
	for _, s := range o.quiet {
		if s.from.Before(to) && (s.to.IsZero() || !s.to.Before(from)) {
			return s.why
		}
	}
	if slices.ContainsFunc(e.answers, func(at time.Time) bool { return at.After(from) && at.Before(to) }) {
		return "answered"
	}
	if to.After(o.now) {
		return "the year was over"
	}
	if slices.ContainsFunc(e.times, func(at time.Time) bool { return at.After(from) && at.Before(to) }) {
		return "one with another of the same encounter"
	}
	// Every time at which it could have come was taken.
	for at := o.outOfQuiet(p.when); at.Before(p.when.Add(useful - 24*time.Hour)); at = at.Add(24 * time.Hour) {
		if !o.taken(e, p, at, spread) {
			return ""
		}
	}
	return "ceiling, or one with another"
}

func (o *oracle) taken(e *about, p *promise, at time.Time, spread time.Duration) bool {
	if e.came >= 3 && !free(p.kind) {
		return true
	}
	here := location(o.zone)
	week := 0
	if slices.ContainsFunc(o.late, func(x time.Time) bool { return x.Sub(at).Abs() < hostLate+spread }) {
		return true
	}
	for _, x := range slices.Concat(o.any, o.tried) {
		if sameDay(x.In(here), at.In(here)) || x.Sub(at).Abs() < hostLate+spread {
			return true
		}
	}
	for _, x := range slices.Concat(o.came, o.tried) {
		if d := at.Sub(x); d > -spread && d < 7*24*time.Hour+hostLate+spread {
			week++
		}
	}
	if p.kind == "word" { // leaves one of the three alone, and a day on which something was agreed
		return week >= 2 || slices.ContainsFunc(o.booked, func(x *promise) bool {
			return x.made.Before(at.Add(hostLate)) && at.Add(24*time.Hour).After(x.when) && (x.over.IsZero() || x.over.After(at.Add(-spread-hostLate)))
		})
	}
	return week >= 3 && !free(p.kind)
}

// isQuiet tells whether the clock on the wall stands within the quiet hours.
func (o *oracle) isQuiet(at time.Time) bool {
	wall := at.In(location(o.zone))
	m := wall.Hour()*60 + wall.Minute()
	if o.from < o.to {
		return m >= o.from && m < o.to
	}
	return m >= o.from || m < o.to
}

// outOfQuiet is the first moment from at on that is not quiet, found by waiting.
func (o *oracle) outOfQuiet(at time.Time) time.Time {
	for o.isQuiet(at) {
		at = at.Truncate(time.Minute).Add(time.Minute)
	}
	return at
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// wallSince is how far the hands of the clock have moved.
func wallSince(a, b time.Time) time.Duration {
	strip := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	}
	return strip(b).Sub(strip(a))
}

func location(zone string) *time.Location {
	loc, err := time.LoadLocation(zone)
	if err != nil || strings.TrimSpace(zone) == "" {
		return time.UTC
	}
	return loc
}
