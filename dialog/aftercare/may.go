package aftercare

import (
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
)

// still tells whether nothing may come unasked.
func (p *Plan) still(t *dialog.Turn) bool {
	return p.Hold || t.Now.Before(p.Paused) || t.State.Muted
}

// may tells whether a message may be sent now, by what is true now. One that has
// to wait is planned for later, as long as it is of use.
func (b *bot) may(t *dialog.Turn, tm dialog.Timer) bool {
	p := plan(t)
	kind, id, _ := strings.Cut(tm.Note, ":")
	e := p.Encounter(id)
	if e == nil || p.still(t) || (kind == first || kind == repeat) && !e.Answered.IsZero() {
		return false
	}
	if at := b.earliest(t, kind, e, tm.Count); at.After(t.Now) {
		move(t, tm, at)
		return false
	}
	if kind == snoozed || tm.Count == agreed {
		return true
	}
	p.forgetOld(t.Now)
	switch {
	case e.Sent >= perEncounter:
		return false
	case p.sentOn(t) >= perDay || len(p.Sent) >= perWeek || kind == repeat && agreedToday(t), older(t, tm):
		at := dialog.Instant(tm.Wall, t.State.Zone)
		for !at.After(t.Now) {
			at = nextDay(at, t.State.Zone)
		}
		move(t, tm, at)
		return false
	}
	return true
}

// agreedToday tells whether something that was agreed on is still to come today: a
// repeat lets it go first.
func agreedToday(t *dialog.Turn) bool {
	today := dialog.Wall(t.Now, t.State.Zone).Truncate(24 * time.Hour)
	return slices.ContainsFunc(t.State.Timers, func(tm dialog.Timer) bool {
		kind, _, _ := strings.Cut(tm.Note, ":")
		return tm.Name == "nudge" && (kind == first || kind == second || kind == recheck) && tm.Count != agreed && !tm.Wall.After(today.Add(24*time.Hour))
	})
}

// older tells whether something agreed on earlier is due as well, and goes first.
func older(t *dialog.Turn, tm dialog.Timer) bool {
	return slices.ContainsFunc(t.State.Timers, func(x dialog.Timer) bool {
		kind, _, _ := strings.Cut(x.Note, ":")
		return x.Name == "nudge" && (kind == first || kind == second || kind == recheck) && x.Latest.Before(tm.Latest) && !x.At(t.State.Zone).After(t.Now)
	})
}

// earliest is now, or when a message may come that may not come yet: after the
// quiet hours, some hours after an encounter.
func (b *bot) earliest(t *dialog.Turn, kind string, e *Encounter, count int) time.Time {
	at := t.Now
	after := func(x *Encounter, wait time.Duration) {
		if end := x.Last.Add(wait); end.After(at) {
			at = end
		}
	}
	if kind == snoozed || count == agreed { // they named the time themselves
		return b.afterQuiet(t, at)
	}
	p := plan(t)
	for i := range p.Encounters {
		after(&p.Encounters[i], quietStart)
	}
	switch {
	case kind == first && !e.Typed:
		after(e, firstAfter)
	case kind == second:
		after(e, secondFrom)
	}
	return b.afterQuiet(t, at)
}

// move plans a message for later, unless it would be of no use by then.
func move(t *dialog.Turn, tm dialog.Timer, at time.Time) {
	if tm.Latest.IsZero() || !at.After(tm.Latest) {
		tm.Wall = wallFrom(at, t.State.Zone)
		t.State.SetTimer(tm)
	}
}

// named tells whether the person named the time of a planned message themselves.
func named(t *dialog.Turn, kind, id string) bool {
	return slices.ContainsFunc(t.State.Timers, func(x dialog.Timer) bool {
		return x.Name == "nudge" && x.Note == nudgeNote(kind, id) && x.Count == agreed
	})
}

// postpone moves what is planned about an encounter out of the hours after it, to
// the same time of day, once a later one has joined it.
func (b *bot) postpone(t *dialog.Turn, e *Encounter) {
	for _, kind := range []string{first, second} {
		at, ok := nudgeAt(t, kind, e.ID)
		if ok && !named(t, kind, e.ID) && at.After(t.Now) && b.earliest(t, kind, e, 0).After(at) {
			wall := dialog.Wall(at, t.State.Zone)
			setNudge(t, kind, e.ID, b.nextAt(t, wall.Truncate(24*time.Hour), wall.Hour()*60+wall.Minute(), b.earliest(t, kind, e, 0)))
		}
	}
}
