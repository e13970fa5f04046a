package aftercare

import (
	"strconv"
	"time"

	"afterglow/dialog"
)

// newWord is the note of the one neutral line that says that something has come.
// It looks like any other unasked line and keeps to the same hours and ceilings.
const newWord = "word"

// knock plans that line, unless one is planned or on its way already.
func knock(t *dialog.Turn) {
	for i := range t.State.Timers {
		if t.State.Timers[i].Name == newWord {
			return
		}
	}
	t.State.SetTimer(dialog.Timer{Name: newWord, Wall: wallFrom(t.Now, t.State.Zone), Latest: t.Now.Add(useful)})
}

func (b *bot) pings(s *dialog.Script) {
	s.Timers[newWord] = func(t *dialog.Turn, tm dialog.Timer) {
		if plan(t).still(t) || !partners(t).fresh() { // it is found under /partner
			return
		}
		at := b.knockAt(t)
		if waiting(t) { // one at a time
			at = b.afterQuiet(t, t.Now.Add(time.Hour))
		}
		if at.After(t.Now) {
			move(t, tm, at)
			return
		}
		id := strconv.Itoa(t.Rand(1 << 30)) // so that it is not always the same line
		t.Wait("nudge", nudgeNote(newWord, id), b.quietBegins(t, t.Now))
	}
}

// knockAt is now, or when the line may come that may not come yet.
func (b *bot) knockAt(t *dialog.Turn) time.Time {
	p := plan(t)
	p.forgetOld(t.Now)
	// Others decide how often something comes; so it never takes the place of what
	// the person agreed on themselves.
	if p.sentOn(t) >= perDay || len(p.Sent) >= perWeek-1 || agreedToday(t) {
		return b.afterQuiet(t, nextDay(t.Now, t.State.Zone))
	}
	return b.earliest(t, newWord, nil, 0)
}

// knockNow decides on a line that is about to go, and counts it.
func (b *bot) knockNow(t *dialog.Turn, out *dialog.Entry) bool {
	p := plan(t)
	if n := len(p.Sent); out.Tries > 0 && n > 0 { // the try before counts no more
		p.Sent = p.Sent[:n-1]
	}
	if p.still(t) || !partners(t).fresh() || b.knockAt(t).After(t.Now) {
		return false
	}
	p.Sent = append(p.Sent, t.Now)
	return true
}
