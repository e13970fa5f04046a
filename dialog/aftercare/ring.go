package aftercare

import (
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
)

// ring is a planned message whose time has come.
func (b *bot) ring(t *dialog.Turn, tm dialog.Timer) {
	if id, ok := strings.CutPrefix(tm.Note, silence+":"); ok {
		stopNudges(t, id, repeat)
		if p := plan(t); p.Encounter(id) != nil && !p.still(t) {
			p.miss(p.Encounter(id))
		}
		return
	}
	if !b.may(t, tm) {
		return
	}
	if waiting(t) { // one at a time
		move(t, tm, b.afterQuiet(t, t.Now.Add(time.Hour)))
		return
	}
	p := plan(t)
	p.Way, p.Named = tm.Note, tm.Count == agreed
	_, id, _ := strings.Cut(tm.Note, ":")
	t.CloseIf(func(r *dialog.Run) bool { return r.Flow == "nudge" && strings.HasSuffix(r.Note, ":"+id) })
	t.Wait("nudge", tm.Note, tm.Latest)
}

// stopTimers lets go of what is planned, and not of what is on its way.
func stopTimers(t *dialog.Turn, id string, kinds ...string) {
	for _, kind := range kinds {
		t.State.StopTimer("nudge", nudgeNote(kind, id))
	}
}

// takenBack sees to it that what is on its way, and will not arrive because all
// is being closed, does not count as unanswered.
func takenBack(t *dialog.Turn) {
	if kind, id, _ := strings.Cut(plan(t).Way, ":"); waiting(t) && (kind == first || kind == snoozed) {
		stopTimers(t, id, repeat, silence)
	}
}

// waiting tells whether an unasked message is on its way.
func waiting(t *dialog.Turn) bool {
	return slices.ContainsFunc(t.State.Outbox, func(e dialog.Entry) bool { return e.Msg.Nudge })
}

// handOver decides on a message that is about to go to the platform, at every
// try, and counts it: what holds is what is true when it goes.
func (b *bot) handOver(t *dialog.Turn, r *dialog.Run, out *dialog.Entry) bool {
	p := plan(t)
	kind, id, _ := strings.Cut(r.Note, ":")
	if kind == remind {
		return !p.still(t) && !b.afterQuiet(t, t.Now).After(t.Now)
	}
	if kind == newWord {
		return b.knockNow(t, r, out)
	}
	e := p.Encounter(id)
	tm := dialog.Timer{Name: "nudge", Note: r.Note, Wall: dialog.Wall(r.Begun, t.State.Zone), Latest: out.Latest}
	if p.Way == r.Note && p.Named {
		tm.Count = agreed
	}
	free := kind == snoozed || tm.Count == agreed
	if out.Tries > 0 && e != nil { // the try before counts no more
		if n := len(p.Sent); !free && n > 0 {
			p.Sent, e.Sent = p.Sent[:n-1], max(e.Sent-1, 0)
		}
		if kind == first || kind == snoozed {
			stopTimers(t, id, repeat, silence)
		}
	}
	if !b.may(t, tm) {
		return false
	}
	if !free {
		p.Sent = append(p.Sent, t.Now)
		e.Sent++
	}
	b.follow(t, kind, e)
	return true
}

// follow plans what comes if a message stays without an answer: one repeat a day
// later, and another day later the encounter counts as unanswered.
func (b *bot) follow(t *dialog.Turn, kind string, e *Encounter) {
	if !e.Answered.IsZero() || kind == recheck {
		return
	}
	tomorrow := nextDay(t.Now, t.State.Zone)
	switch {
	case kind == repeat:
		e.Repeated = true
		setNudge(t, silence, e.ID, tomorrow)
	case kind == second: // it takes the place of a repeat
		stopTimers(t, e.ID, repeat)
		if _, ok := nudgeAt(t, silence, e.ID); !ok {
			setNudge(t, silence, e.ID, tomorrow)
		}
	default:
		setNudge(t, silence, e.ID, nextDay(tomorrow, t.State.Zone))
		if !e.Repeated && !repeatedBySecond(t, e.ID, t.Now) {
			setNudge(t, repeat, e.ID, tomorrow)
		}
	}
}

// miss counts an encounter that stayed without an answer.
func (p *Plan) miss(e *Encounter) {
	if !e.Answered.IsZero() || e.Missed {
		return
	}
	e.Missed = true
	if p.Missed++; p.Missed >= missedPause {
		p.Paused, p.Silent = forever, true
	}
}

// visit asks somebody whose messages went silent by themselves, once.
func visit(t *dialog.Turn) string {
	if p := plan(t); p.Silent && !t.Now.Before(danger(t).Locked) {
		p.Silent = false
		return "unpause"
	}
	return ""
}

// heard notes that the person has reacted, though not with an answer: that is
// no silence.
func heard(t *dialog.Turn, e *Encounter) {
	if e == nil {
		return
	}
	t.State.StopTimer("nudge", nudgeNote(silence, e.ID))
	if p := plan(t); e.Missed {
		e.Missed, p.Missed = false, max(p.Missed-1, 0)
	}
}

func (p *Plan) forgetOld(now time.Time) {
	p.Sent = slices.DeleteFunc(p.Sent, func(at time.Time) bool { return now.Sub(at) >= 7*24*time.Hour })
}

// sentOn counts what was sent on the person's today.
func (p *Plan) sentOn(t *dialog.Turn) (n int) {
	today := dialog.Wall(t.Now, t.State.Zone).Truncate(24 * time.Hour)
	for _, at := range p.Sent {
		if dialog.Wall(at, t.State.Zone).Truncate(24 * time.Hour).Equal(today) {
			n++
		}
	}
	return n
}
