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
	Way        string      // the note of the message on its way, or of the last one
	Named      bool        // its time was named by the person: it is outside the ceilings
	Hold       bool        // something hard came up: nothing unasked, nothing shared, until they restart it
}

// Encounter is one time two people (or one) were intimate; those within a day
// share one check-in.
type Encounter struct {
	ID       string
	At       time.Time
	Set      string    // with whom: the id of a [Set]; may be empty
	Last     time.Time // the latest that was told of; those within a day of At are one
	Typed    bool      // the first message's time is the person's own: it may come sooner
	Sent     int       // unasked messages about it, snoozes aside
	Repeated bool      // the one repeat has been
	Missed   bool      // counted as unanswered
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
	lastUse    = 72 * time.Hour // after an encounter a second nudge is of no more use
	useful     = 60 * time.Hour // after the agreed time a message is of no more use
	maxKnown   = 8              // encounters remembered
)

func plan(t *dialog.Turn) *Plan { return dialog.Part[Plan](t.State, partPlan) }

// Code tells the layout.
func (p *Plan) Code(c *dialog.Coder) {
	dialog.List(c, &p.Encounters, func(c *dialog.Coder, e *Encounter) {
		c.ID(&e.ID)
		c.Time(&e.At)
		c.ID(&e.Set)
		c.Time(&e.Last)
		c.Bool(&e.Typed)
		c.Count(&e.Sent)
		c.Bool(&e.Repeated)
		c.Bool(&e.Missed)
		c.Time(&e.Answered)
	})
	c.ID(&p.Told)
	dialog.List(c, &p.Sent, (*dialog.Coder).Time)
	c.Time(&p.Paused)
	c.Count(&p.Missed)
	c.Bool(&p.Silent)
	c.ID(&p.Way)
	c.Bool(&p.Named)
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
			if at.After(e.Last) {
				e.Last = at
			}
			if set != "" {
				e.Set = set
			}
			return e
		}
	}
	p.Encounters = append(p.Encounters, Encounter{ID: strconv.FormatInt(int64(t.Rand(1<<40)), 36), At: at, Last: at, Set: set})
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

// setNudge plans a message for at, or for when its use has not ended by then.
func setNudge(t *dialog.Turn, kind, id string, at time.Time) { setTimer(t, kind, id, at, 0) }

func setTimer(t *dialog.Turn, kind, id string, at time.Time, count int) {
	t.State.SetTimer(dialog.Timer{Name: "nudge", Note: nudgeNote(kind, id), Wall: wallFrom(at, t.State.Zone), Latest: at.Add(useful), Count: count})
}

// wallFrom is what the clock on the wall shows at the first moment, not before
// at, that it shows only once or for the first time: an hour that comes twice
// is waited out.
func wallFrom(at time.Time, zone string) time.Time {
	at = at.Add(time.Second - 1).Truncate(time.Second)
	for dialog.Instant(dialog.Wall(at, zone), zone).Before(at) {
		at = at.Add(time.Minute)
	}
	return dialog.Wall(at, zone)
}

// nextDay is the moment a day later by the clock on the wall.
func nextDay(at time.Time, zone string) time.Time {
	return dialog.Instant(dialog.Wall(at, zone).AddDate(0, 0, 1), zone)
}

func nudgeAt(t *dialog.Turn, kind, id string) (time.Time, bool) {
	for i := range t.State.Timers {
		if tm := &t.State.Timers[i]; tm.Name == "nudge" && tm.Note == nudgeNote(kind, id) {
			return tm.At(t.State.Zone), true
		}
	}
	return time.Time{}, false
}

// stopNudges lets go of everything planned for an encounter, and of what is on
// its way; kinds: only these.
func stopNudges(t *dialog.Turn, id string, kinds ...string) {
	for _, kind := range []string{first, second, recheck, repeat, snoozed, silence} {
		if len(kinds) > 0 && !slices.Contains(kinds, kind) {
			continue
		}
		note := nudgeNote(kind, id)
		t.State.StopTimer("nudge", note)
		if waiting(t) {
			t.CloseIf(func(r *dialog.Run) bool { return r.Flow == "nudge" && r.Note == note })
		}
	}
}

func (b *bot) nudges(s *dialog.Script) {
	s.Timers["nudge"] = b.ring
	s.Unasked = b.handOver
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
		stopNudges(t, id, repeat) // whoever opens it needs no second hello
		heard(t, plan(t).Encounter(id))
		t.End()
		flow := map[string]string{second: "again", recheck: "recheck", remind: "reminder", newWord: "partner"}[kind]
		if kind == newWord {
			id = ""
		}
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
		_, id, _ := strings.Cut(note, ":")
		heard(t, plan(t).Encounter(id))
		t.End()
		t.Start("snooze", note)
	}
	s.Actions["nudge.quiet"] = func(t *dialog.Turn) {
		_, id, _ := strings.Cut(t.Run.Note, ":")
		heard(t, plan(t).Encounter(id))
		t.End()
		t.Start("pause", "")
	}
	b.snooze(s)
	b.after(s)
}
