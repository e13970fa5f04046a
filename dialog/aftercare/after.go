package aftercare

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// after is what follows an encounter: what helps now, and the plan.
func (b *bot) after(s *dialog.Script) {
	s.Actions["after.note"] = func(t *dialog.Turn) {
		at := t.Now
		switch t.Run.Value("when") {
		case "today":
			at = t.Now.Add(-4 * time.Hour)
		case "night":
			at = lastNight(t)
		case "yesterday":
			at = lastNight(t).Add(-8 * time.Hour)
		}
		p := plan(t)
		e := p.note(t, at, t.Run.Value("who"))
		p.Told = e.ID
		b.postpone(t, e)
	}
	s.Facts["planned"] = func(t *dialog.Turn) string {
		e := b.encounter(t)
		if e == nil {
			return "no"
		}
		for _, kind := range []string{first, second, recheck, repeat, snoozed} {
			if _, ok := nudgeAt(t, kind, e.ID); ok {
				return "yes"
			}
		}
		return "no"
	}
	s.Facts["paused"] = func(t *dialog.Turn) string {
		switch p := plan(t); {
		case p.Hold:
			return "held"
		case p.Silent:
			return "silent"
		case t.Now.Before(p.Paused):
			return "yes"
		}
		return "no"
	}
	s.Values["now_card"] = nowCard
	s.Lists["first_times"] = func(t *dialog.Turn) []dialog.Option {
		e := b.encounter(t)
		if e == nil {
			return nil
		}
		noon, evening := b.firstTime(t, e, 12*60+30), b.firstTime(t, e, 20*60)
		list := []dialog.Option{{ID: "noon", Label: when(t, noon)}, {ID: "evening", Label: when(t, evening)}}
		if evening.Before(noon) {
			slices.Reverse(list)
		}
		return list
	}
	s.Facts["twice"] = func(t *dialog.Turn) string {
		if e := b.encounter(t); e != nil && b.secondFits(t, e, b.clockOfFirst(t)) {
			return "fits"
		}
		return "no"
	}
	s.Values["second_time"] = func(t *dialog.Turn) string {
		if e := b.encounter(t); e != nil {
			return when(t, b.secondTime(t, e, b.clockOfFirst(t)))
		}
		return ""
	}
	s.Actions["after.plan"] = func(t *dialog.Turn) {
		e := b.encounter(t)
		if e == nil {
			return
		}
		a := t.Run.Find("first")
		if a == nil || len(a.Values) == 0 || a.Values[0] == "none" {
			return
		}
		at := b.agreedFirst(t, e)
		e.Typed, e.Answered = a.Values[0] == "at", time.Time{} // agreed anew: to be answered anew
		stopNudges(t, e.ID)                                    // what is still on its way has been overtaken
		setNudge(t, first, e.ID, at)
		if t.Run.Value("second") == "yes" {
			setNudge(t, second, e.ID, b.secondTime(t, e, b.clockOfFirst(t)))
		}
	}
	s.Lists["planned"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		e := b.encounter(t)
		if e == nil {
			return nil
		}
		for _, kind := range []string{first, second, recheck, repeat, snoozed} {
			if at, ok := nudgeAt(t, kind, e.ID); ok {
				list = append(list, dialog.Option{ID: "drop_" + kind, Label: with(raw(t, "after.plan.remove"), "when", when(t, at))})
			}
		}
		return list
	}
	for _, kind := range []string{first, second, recheck, repeat, snoozed} {
		s.Actions["plan.drop_"+kind] = func(t *dialog.Turn) {
			if e := b.encounter(t); e != nil {
				stopNudges(t, e.ID, kind)
				t.Say("after.removed.say")
			}
			t.Again("plan")
		}
	}
	s.Values["plan_lines"] = func(t *dialog.Turn) string { return b.planLines(t) }
	s.Actions["pause.end"] = func(t *dialog.Turn) {
		p := plan(t)
		p.Paused, p.Missed, p.Silent, p.Hold = time.Time{}, 0, false, false
	}
	s.Actions["pause.stay"] = func(t *dialog.Turn) { plan(t).Silent = false }
}

// encounter is the one the run is about.
func (b *bot) encounter(t *dialog.Turn) *Encounter {
	p := plan(t)
	if t.Run.Flow == "after" {
		return p.Encounter(p.Told)
	}
	if e := p.Encounter(t.Run.Note); e != nil {
		return e
	}
	return p.latest(t.Now)
}

// lastNight is half past ten yesterday evening, on the person's clock.
func lastNight(t *dialog.Turn) time.Time {
	day := dialog.Wall(t.Now, t.State.Zone).Truncate(24 * time.Hour)
	return dialog.Instant(day.Add(-90*time.Minute), t.State.Zone)
}

// firstTime is the first moment at that minute of the day, on the day after the
// encounter or later, at least eight hours after it and still to come. The small hours
// belong to the evening before.
func (b *bot) firstTime(t *dialog.Turn, e *Encounter, minute int) time.Time {
	day := dialog.Wall(e.Last.Add(-5*time.Hour), t.State.Zone).Truncate(24*time.Hour).AddDate(0, 0, 1)
	return b.nextAt(t, day, minute, e.Last.Add(firstAfter))
}

// agreedFirst is when the first check-in was agreed for, in this run or before;
// zero: not at all. In their own words: never before the quiet start, never in quiet hours.
func (b *bot) agreedFirst(t *dialog.Turn, e *Encounter) time.Time {
	a := t.Run.Find("first")
	switch {
	case a == nil || len(a.Values) == 0 || a.Values[0] == "none":
		at, _ := nudgeAt(t, first, e.ID)
		return at
	case a.Values[0] == "at":
		at := a.At
		if min := e.Last.Add(quietStart); at.Before(min) {
			at = min
		}
		return b.afterQuiet(t, at)
	}
	return b.firstTime(t, e, b.clockOfFirst(t))
}

// secondTime is two days after, 36 hours at the earliest, and never on the heels
// of the first check-in or of this very talk.
func (b *bot) secondTime(t *dialog.Turn, e *Encounter, minute int) time.Time {
	day := dialog.Wall(e.Last.Add(-5*time.Hour), t.State.Zone).Truncate(24*time.Hour).AddDate(0, 0, 2)
	from := e.Last.Add(secondFrom)
	for _, at := range []time.Time{t.Now, b.agreedFirst(t, e)} {
		if at = at.Add(between); at.After(from) {
			from = at
		}
	}
	return b.nextAt(t, day, minute, from)
}

// secondFits tells whether a second check-in can still come in its time.
func (b *bot) secondFits(t *dialog.Turn, e *Encounter, minute int) bool {
	return b.secondTime(t, e, minute).Sub(e.Last) <= lastUse
}

func (b *bot) nextAt(t *dialog.Turn, day time.Time, minute int, notBefore time.Time) time.Time {
	for {
		at := b.afterQuiet(t, dialog.Instant(day.Add(time.Duration(minute)*time.Minute), t.State.Zone))
		if !at.Before(notBefore) && at.After(t.Now) {
			return at
		}
		day = day.AddDate(0, 0, 1)
	}
}

// clockOfFirst is the minute of the day that the first check-in was agreed for.
func (b *bot) clockOfFirst(t *dialog.Turn) int {
	if a := t.Run.Find("first"); a != nil && len(a.Values) > 0 {
		switch a.Values[0] {
		case "noon":
			return 12*60 + 30
		case "at":
			e := b.encounter(t)
			if e == nil {
				break
			}
			wall := dialog.Wall(b.agreedFirst(t, e), t.State.Zone)
			return wall.Hour()*60 + wall.Minute()
		}
	}
	return 20 * 60
}

// planLines says how many messages will come at most, and when.
func (b *bot) planLines(t *dialog.Turn) string {
	e := b.encounter(t)
	if e == nil {
		return t.Label("after.plan.none")
	}
	var lines []string
	most := 0
	for _, kind := range []string{first, snoozed, repeat, second, recheck} {
		at, ok := nudgeAt(t, kind, e.ID)
		if !ok {
			continue
		}
		most++
		lines = append(lines, with(raw(t, "after.plan.line"), "when", when(t, at)))
		if (kind == first || kind == snoozed) && !repeatedBySecond(t, e.ID, at) {
			most++
			lines = append(lines, with(raw(t, "after.plan.repeat"), "when", when(t, nextDay(at, t.State.Zone))))
		}
	}
	if most == 0 {
		return t.Label("after.plan.none")
	}
	head := t.Label("after.plan.one")
	if n := min(most, perEncounter-e.Sent); n > 1 {
		head = with(raw(t, "after.plan.most"), "n", strconv.Itoa(n))
	}
	return head + "\n" + strings.Join(lines, "\n")
}

// nowCard is what helps right now: the person's own wants, an area a line.
func nowCard(t *dialog.Turn) string {
	set := profile(t).For(t.Run.Value("who"))
	if set == nil || len(set.Items("", "want")) == 0 {
		return t.Label("after.nowcard.empty")
	}
	var lines []string
	for _, area := range []string{"food", "comfort", "touch", "words", "body"} {
		var items []string
		for _, n := range set.Items(area, "want") {
			items = append(items, itemLabel(t, n))
		}
		if len(items) > 0 {
			lines = append(lines, "*"+t.Label("needs."+area+".title")+"* "+strings.Join(items, ", "))
		}
	}
	if f := set.Fact("closeness"); f != nil && f.Value != "" {
		lines = append(lines, "*"+t.Label("needs.closeness.title")+"* "+t.Label("needs.closeness."+f.Value))
	}
	return strings.Join(lines, "\n")
}

// snooze moves a check-in; every choice names the exact time.
func (b *bot) snooze(s *dialog.Script) {
	times := map[string]func(*dialog.Turn) time.Time{
		"hour": func(t *dialog.Turn) time.Time { return b.afterQuiet(t, t.Now.Add(time.Hour)) },
		"tonight": func(t *dialog.Turn) time.Time {
			day := dialog.Wall(t.Now, t.State.Zone).Truncate(24 * time.Hour)
			return b.nextAt(t, day, 20*60, t.Now.Add(30*time.Minute))
		},
		"tomorrow": func(t *dialog.Turn) time.Time {
			day := dialog.Wall(t.Now, t.State.Zone).Truncate(24*time.Hour).AddDate(0, 0, 1)
			return b.nextAt(t, day, 12*60+30, t.Now)
		},
	}
	order := []string{"hour", "tonight", "tomorrow"}
	s.Lists["snooze"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		seen := map[time.Time]bool{}
		for _, id := range order {
			at := times[id](t)
			if !seen[at.Truncate(time.Minute)] {
				list = append(list, dialog.Option{ID: id, Label: with(raw(t, "snooze.until."+id), "when", when(t, at))})
			}
			seen[at.Truncate(time.Minute)] = true
		}
		return list
	}
	s.Actions["snooze.save"] = func(t *dialog.Turn) {
		a := t.Run.Find("until")
		kind, id, _ := strings.Cut(t.Run.Note, ":")
		e := plan(t).Encounter(id)
		if a == nil || len(a.Values) == 0 {
			return
		}
		at := a.At
		if f := times[a.Values[0]]; f != nil {
			at = f(t)
		}
		at = b.afterQuiet(t, at)
		if kind == remind || kind == newWord { // neither is a check-in
			t.State.SetTimer(dialog.Timer{Name: kind, Wall: wallFrom(at, t.State.Zone), Count: agreed})
			t.Tell(with(raw(t, "snooze.saved.say"), "when", when(t, at)))
			return
		}
		if e == nil {
			e = plan(t).latest(t.Now)
		}
		if e == nil {
			e = plan(t).note(t, t.Now, "")
			e.Last = time.Time{} // nobody told of one: there is nothing to wait after
		}
		if kind == second || kind == recheck { // it stays what it is, and what was agreed in so many words is outside the ceilings
			setTimer(t, kind, e.ID, at, agreed)
		} else {
			stopNudges(t, e.ID, first, repeat, snoozed, silence)
			setNudge(t, snoozed, e.ID, at)
		}
		heard(t, e)
		closeCheckins(t, e.ID)
		t.Tell(with(raw(t, "snooze.saved.say"), "when", when(t, at)))
	}
	s.Actions["snooze.drop"] = func(t *dialog.Turn) {
		kind, id, _ := strings.Cut(t.Run.Note, ":")
		e := plan(t).Encounter(id)
		if e == nil && kind != remind && kind != newWord {
			e = plan(t).latest(t.Now)
		}
		if e != nil {
			stopNudges(t, e.ID)
			heard(t, e)
			id = e.ID
		}
		closeCheckins(t, id)
		t.Say("snooze.dropped.say")
		t.Leave()
	}
	s.Actions["snooze.stop"] = func(t *dialog.Turn) {
		plan(t).Paused = forever
		_, id, _ := strings.Cut(t.Run.Note, ":")
		heard(t, plan(t).Encounter(id))
		closeCheckins(t, id)
		t.Say("snooze.stopped.say")
		t.Leave()
	}
}

// closeCheckins lets go of a check-in that was put off, and of the message that
// had asked for it.
func closeCheckins(t *dialog.Turn, id string) {
	t.Close("checkin", "again", "recheck")
	t.CloseIf(func(r *dialog.Run) bool { return r.Flow == "nudge" && strings.HasSuffix(r.Note, ":"+id) })
}
