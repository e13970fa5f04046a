package aftercare

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// Plan is what was agreed about coming back: encounters, and how much has been
// sent unasked.
type Plan struct {
	Encounters []Encounter // the latest few
	Told       string      // the encounter that was told of last
	Sent       []time.Time // unasked messages of the last week
	Paused     time.Time   // nothing comes unasked before then; [forever]: until they say
	Missed     int         // encounters in a row that stayed without an answer
	Silent     bool        // paused by silence; to be asked about at the next visit
	Hold       bool        // something hard came up: nothing unasked, nothing shared, until they restart it
}

// Encounter is one time two people (or one) were intimate; those within a day
// share one check-in.
type Encounter struct {
	ID       string
	At       time.Time
	Set      string // with whom: the id of a [Set]; may be empty
	Sent     int    // unasked messages about it
	Answered time.Time
}

// The ceilings on what comes unasked.
const (
	perDay       = 1
	perWeek      = 3
	perEncounter = 3
	missedPause  = 2 // encounters without an answer that pause all

	merge      = 24 * time.Hour // encounters closer than this are one
	quietStart = 3 * time.Hour  // after an encounter nothing is pushed before
	firstAfter = 8 * time.Hour
	again      = 24 * time.Hour // the one repeat, and the body's second look
	secondFrom = 36 * time.Hour
	between    = 20 * time.Hour // from the first check-in to the second, at least
	lastUse    = 72 * time.Hour // after an encounter a first nudge is of no more use
	maxKnown   = 8              // encounters remembered
)

func plan(t *dialog.Turn) *Plan { return dialog.Part[Plan](t.State, partPlan) }

// Code tells the layout.
func (p *Plan) Code(c *dialog.Coder) {
	dialog.List(c, &p.Encounters, func(c *dialog.Coder, e *Encounter) {
		c.ID(&e.ID)
		c.Time(&e.At)
		c.ID(&e.Set)
		c.Count(&e.Sent)
		c.Time(&e.Answered)
	})
	c.ID(&p.Told)
	dialog.List(c, &p.Sent, (*dialog.Coder).Time)
	c.Time(&p.Paused)
	c.Count(&p.Missed)
	c.Bool(&p.Silent)
	c.Bool(&p.Hold)
}

// Encounter returns the encounter id, or nil.
func (p *Plan) Encounter(id string) *Encounter {
	i := slices.IndexFunc(p.Encounters, func(e Encounter) bool { return e.ID == id })
	if i < 0 || id == "" {
		return nil
	}
	return &p.Encounters[i]
}

// latest is the encounter a check-in at now is about: the last one within reach, or nil.
func (p *Plan) latest(now time.Time) *Encounter {
	if n := len(p.Encounters); n > 0 && now.Sub(p.Encounters[n-1].At) < 2*lastUse {
		return &p.Encounters[n-1]
	}
	return nil
}

// note remembers an encounter, or finds the one it belongs to.
func (p *Plan) note(t *dialog.Turn, at time.Time, set string) *Encounter {
	for i := len(p.Encounters) - 1; i >= 0; i-- {
		e := &p.Encounters[i]
		// What came after its check-in was answered can not share that check-in.
		if at.Sub(e.At).Abs() < merge && (e.Answered.IsZero() || at.Before(e.Answered)) {
			if set != "" {
				e.Set = set
			}
			return e
		}
	}
	p.Encounters = append(p.Encounters, Encounter{ID: strconv.FormatInt(int64(t.Rand(1<<40)), 36), At: at, Set: set})
	slices.SortStableFunc(p.Encounters, func(a, b Encounter) int { return a.At.Compare(b.At) })
	if n := len(p.Encounters) - maxKnown; n > 0 {
		for _, e := range p.Encounters[:n] {
			stopNudges(t, e.ID)
		}
		p.Encounters = slices.Delete(p.Encounters, 0, n)
	}
	i := slices.IndexFunc(p.Encounters, func(e Encounter) bool { return e.At.Equal(at) })
	return &p.Encounters[i]
}

// A nudge's note is its kind and its encounter: "first:k3x". What is agreed in
// so many words, with its time, is outside the ceilings: a snooze, or one of
// another kind whose timer counts as agreed.
const (
	first   = "first"
	second  = "second"
	recheck = "recheck"
	repeat  = "repeat"
	snoozed = "snoozed"
	silence = "silence" // not a message: the moment to count an encounter as unanswered
	remind  = "remind"  // no encounter's: the reminder of a talk

	agreed = 1 // a timer's Count
)

// repeatedBySecond tells whether a second check-in comes so soon after a first at
// at that it takes the place of the repeat.
func repeatedBySecond(t *dialog.Turn, id string, at time.Time) bool {
	next, ok := nudgeAt(t, second, id)
	return ok && next.After(at) && next.Sub(at) < 36*time.Hour
}

func nudgeNote(kind, id string) string { return kind + ":" + id }

func setNudge(t *dialog.Turn, kind, id string, wall time.Time) {
	t.State.SetTimer(dialog.Timer{Name: "nudge", Note: nudgeNote(kind, id), Wall: wall})
}

func nudgeAt(t *dialog.Turn, kind, id string) (time.Time, bool) {
	for i := range t.State.Timers {
		if tm := &t.State.Timers[i]; tm.Name == "nudge" && tm.Note == nudgeNote(kind, id) {
			return tm.At(t.State.Zone), true
		}
	}
	return time.Time{}, false
}

// stopNudges lets go of everything planned for an encounter; kinds: only these.
func stopNudges(t *dialog.Turn, id string, kinds ...string) {
	for _, kind := range []string{first, second, recheck, repeat, snoozed, silence} {
		if len(kinds) == 0 || slices.Contains(kinds, kind) {
			t.State.StopTimer("nudge", nudgeNote(kind, id))
		}
	}
}

func (b *bot) nudges(s *dialog.Script) {
	s.Timers["nudge"] = b.ring
	s.Values["nudge_line"] = func(t *dialog.Turn) string {
		p := profile(t)
		if p.Line != "" && p.Line != "any" {
			return dialog.Escape(b.line(t))
		}
		lines := b.lines(t)
		if len(lines) == 0 || t.Run == nil {
			return ""
		}
		_, id, _ := strings.Cut(t.Run.Note, ":") // a repeat says what the first one said
		return dialog.Escape(lines[order(0, id)%uint64(len(lines))])
	}
	s.Actions["nudge.open"] = func(t *dialog.Turn) {
		kind, id, _ := strings.Cut(t.Run.Note, ":")
		stopNudges(t, id, repeat, silence) // whoever opens it needs no second hello
		t.End()
		flow := map[string]string{second: "again", recheck: "recheck", remind: "reminder"}[kind]
		if e := plan(t).Encounter(id); kind == second && (e == nil || e.Answered.IsZero()) {
			flow = "" // there is no first time to compare with
		}
		if flow == "" {
			flow = "checkin"
		}
		t.Start(flow, id)
	}
	s.Actions["nudge.later"] = func(t *dialog.Turn) {
		note := t.Run.Note
		t.End()
		t.Start("snooze", note)
	}
	s.Actions["nudge.quiet"] = func(t *dialog.Turn) {
		t.End()
		t.Start("pause", "")
	}
	b.snooze(s)
	b.after(s)
}

// ring is a planned message whose time has come. Whether it is sent is decided
// here and now, by what is true now.
func (b *bot) ring(t *dialog.Turn, tm dialog.Timer) {
	p := plan(t)
	kind, id, _ := strings.Cut(tm.Note, ":")
	e := p.Encounter(id)
	if e == nil || p.Hold || t.Now.Before(p.Paused) || t.State.Muted {
		return
	}
	if kind == silence {
		p.miss(e)
		return
	}
	if (kind == first || kind == repeat) && !e.Answered.IsZero() {
		return
	}
	if hold := b.afterQuiet(t, t.Now); hold.After(t.Now) {
		b.move(t, kind, id, hold)
		return
	}
	if kind != snoozed && tm.Count != agreed {
		p.forgetOld(t.Now)
		switch {
		case p.sentOn(t) >= perDay:
			b.move(t, kind, id, dialog.Instant(tm.Wall.AddDate(0, 0, 1), t.State.Zone))
			return
		case len(p.Sent) >= perWeek || e.Sent >= perEncounter:
			if kind == repeat { // the first one stays without an answer all the same
				setNudge(t, silence, id, tm.Wall.AddDate(0, 0, 1))
			}
			return
		}
		p.Sent = append(p.Sent, t.Now)
		e.Sent++
	}
	t.CloseIf(func(r *dialog.Run) bool { return r.Flow == "nudge" && strings.HasSuffix(r.Note, ":"+id) })
	t.Wait("nudge", tm.Note, b.quietBegins(t, t.Now))
	switch {
	case (kind == first || kind == snoozed) && !repeatedBySecond(t, id, t.Now):
		setNudge(t, repeat, id, tm.Wall.AddDate(0, 0, 1))
	case kind == repeat, kind == second && e.Answered.IsZero():
		setNudge(t, silence, id, tm.Wall.AddDate(0, 0, 1))
	}
}

// move plans a nudge for later, unless it would be of no use by then or another
// one comes at that time already: a backlog becomes one message.
func (b *bot) move(t *dialog.Turn, kind, id string, at time.Time) {
	e := plan(t).Encounter(id)
	if at.Sub(e.At) > lastUse+again && kind != snoozed {
		return
	}
	for i := range t.State.Timers {
		if tm := &t.State.Timers[i]; tm.Name == "nudge" && !strings.HasPrefix(tm.Note, silence) && tm.At(t.State.Zone).Equal(at) {
			return
		}
	}
	setNudge(t, kind, id, dialog.Wall(at, t.State.Zone))
}

// miss counts an encounter that stayed without an answer.
func (p *Plan) miss(e *Encounter) {
	if !e.Answered.IsZero() {
		return
	}
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

// afterQuiet is at, or the end of the quiet hours it falls into.
func (b *bot) afterQuiet(t *dialog.Turn, at time.Time) time.Time {
	from, to := profile(t).Quiet()
	wall := dialog.Wall(at, t.State.Zone)
	m := wall.Hour()*60 + wall.Minute()
	day := wall.Truncate(24 * time.Hour)
	switch {
	case from < to && m >= from && m < to:
	case from > to && m >= from:
		day = day.AddDate(0, 0, 1)
	case from > to && m < to:
	default:
		return at
	}
	end := dialog.Instant(day.Add(time.Duration(to)*time.Minute), t.State.Zone)
	if end.Before(at) { // the hour comes twice tonight
		return at
	}
	return end
}

// quietBegins is when the quiet hours begin next; what is not delivered by then
// is not delivered.
func (b *bot) quietBegins(t *dialog.Turn, at time.Time) time.Time {
	from, _ := profile(t).Quiet()
	day := dialog.Wall(at, t.State.Zone).Truncate(24 * time.Hour)
	for range 3 {
		if begin := dialog.Instant(day.Add(time.Duration(from)*time.Minute), t.State.Zone); begin.After(at) {
			return begin.Add(-time.Millisecond)
		}
		day = day.AddDate(0, 0, 1)
	}
	return at.Add(24 * time.Hour)
}

// when is a moment as a person reads it: "tomorrow 12:30".
func when(t *dialog.Turn, at time.Time) string {
	wall, today := dialog.Wall(at, t.State.Zone), dialog.Wall(t.Now, t.State.Zone)
	days := int(wall.Truncate(24*time.Hour).Sub(today.Truncate(24*time.Hour)) / (24 * time.Hour))
	key := map[int]string{0: "today", 1: "tomorrow"}[days]
	if key == "" {
		key = "later"
	}
	return with(raw(t, "calendar.when."+key), "day", day(t, at), "time", wall.Format("15:04"))
}
