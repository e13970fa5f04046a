package aftercare

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// newWord is the note of the one neutral line that says that something has come.
// It looks like any other unasked line and keeps to the same hours and ceilings.
const newWord = "word"

// knock plans that line, unless one is planned already.
func knock(t *dialog.Turn) {
	for i := range t.State.Timers {
		if t.State.Timers[i].Name == newWord {
			return
		}
	}
	knockLater(t, t.Now, 0)
}

// knockLater plans the line for at. It is of use as long as something has not
// been looked at, so it waits for the ceilings as long as it takes.
func knockLater(t *dialog.Turn, at time.Time, count int) {
	t.State.SetTimer(dialog.Timer{Name: newWord, Wall: wallFrom(at, t.State.Zone), Count: count})
}

// unknock lets go of the line that is planned. One that the person put off
// themselves comes as agreed.
func unknock(t *dialog.Turn) {
	if !slices.ContainsFunc(t.State.Timers, func(tm dialog.Timer) bool { return tm.Name == newWord && tm.Count == agreed }) {
		t.State.StopTimer(newWord, "")
	}
}

// onScreen notes that what is new about somebody is on the screen: if that is all
// there is, the line that was to tell of it comes no more.
func onScreen(t *dialog.Turn, note string) {
	if partners(t).fresh(note) {
		return
	}
	unknock(t)
	if waiting(t) {
		t.CloseIf(func(r *dialog.Run) bool { return r.Flow == "nudge" && strings.HasPrefix(r.Note, newWord+":") })
	}
}

func (b *bot) pings(s *dialog.Script) {
	s.Timers[newWord] = func(t *dialog.Turn, tm dialog.Timer) {
		p := plan(t)
		if p.still(t) || !partners(t).fresh("") { // it is found under /partner
			return
		}
		at := b.knockAt(t, tm.Count)
		if waiting(t) { // one at a time
			at = b.afterQuiet(t, t.Now.Add(time.Hour))
		}
		if at.After(t.Now) {
			move(t, tm, at)
			return
		}
		p.Way, p.Named = nudgeNote(newWord, strconv.Itoa(t.Rand(1<<30))), tm.Count == agreed // random, so that it is not always the same line
		t.Wait("nudge", p.Way, time.Time{})
	}
}

// knockAt is now, or when the line may come that may not come yet. One whose time
// the person named is outside the ceilings.
func (b *bot) knockAt(t *dialog.Turn, count int) time.Time {
	if at := b.afterQuiet(t, t.Now); at.After(t.Now) { // and the morning decides, lest a day is lost
		return at
	}
	p := plan(t)
	p.forgetOld(t.Now)
	// Others decide how often something comes; so it never takes the place of what
	// the person agreed on themselves.
	if count != agreed && (p.sentOn(t) >= perDay || len(p.Sent) >= perWeek-1 || agreedToday(t)) {
		return b.afterQuiet(t, nextDay(t.Now, t.State.Zone))
	}
	return b.earliest(t, newWord, nil, count)
}

// knockNow decides on a line that is about to go, and counts it. It tells of all
// that has come by now.
func (b *bot) knockNow(t *dialog.Turn, r *dialog.Run, out *dialog.Entry) bool {
	p, count := plan(t), 0
	if p.Way == r.Note && p.Named {
		count = agreed
	}
	if n := len(p.Sent); out.Tries > 0 && n > 0 && count != agreed { // the try before counts no more
		p.Sent = p.Sent[:n-1]
	}
	if p.still(t) || !partners(t).fresh("") {
		return false
	}
	if at := b.knockAt(t, count); at.After(t.Now) {
		knockLater(t, at, count)
		return false
	}
	if count != agreed {
		p.Sent = append(p.Sent, t.Now)
	}
	unknock(t)
	return true
}
