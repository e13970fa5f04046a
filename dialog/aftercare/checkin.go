package aftercare

import (
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
)

// hardFeelings are those that get a word of company.
var hardFeelings = []string{"lonely", "sad", "anxious", "ashamed", "angry", "empty"}

func (b *bot) checkin(s *dialog.Script) {
	s.Lists["mine"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		set := b.setOf(t)
		if set == nil {
			return nil
		}
		for _, rate := range []string{"want", "askfirst"} {
			for _, n := range set.Items("", rate) {
				if len(list) < maxRated && !slices.ContainsFunc(list, func(o dialog.Option) bool { return o.ID == n.Item }) {
					list = append(list, dialog.Option{ID: n.Item, Label: dialog.Plain(itemLabel(t, n))})
				}
			}
		}
		return list
	}
	s.Facts["second"] = func(t *dialog.Turn) string {
		e := b.encounter(t)
		if e == nil || !b.needsSecond(t) || plan(t).Hold || !b.secondFits(t, e, 20*60) {
			return "no"
		}
		if _, ok := nudgeAt(t, second, e.ID); ok {
			return "no"
		}
		return "offer"
	}
	s.Actions["checkin.stopped"] = func(t *dialog.Turn) {
		if t.Run.Value("overall") != "" { // something was told
			t.Say("checkin.stopped.say")
		}
	}
	s.Actions["checkin.save"] = func(t *dialog.Turn) { b.saveCheckin(t, "checkin"); t.Say("nudge.close.say") }
	s.Actions["again.save"] = func(t *dialog.Turn) { b.saveCheckin(t, "again"); t.Say("nudge.close.say") }
	s.Actions["recheck.save"] = func(t *dialog.Turn) { b.saveCheckin(t, "recheck"); t.Say("nudge.close.say") }
	s.Actions["checkin.snooze"] = func(t *dialog.Turn) {
		t.Start("snooze", nudgeNote(first, t.Run.Note))
	}
	s.Facts["sore"] = func(t *dialog.Turn) string {
		if t.Run.Has("body", "pain") || t.Run.Has("body", "bleeding") || t.Run.Has("body", "neck") {
			return "yes"
		}
		return "no"
	}
	s.Facts["grow"] = func(t *dialog.Turn) string {
		if _, _, ok := b.grows(t); ok {
			return "offer"
		}
		return "no"
	}
	s.Values["grow_item"] = func(t *dialog.Turn) string {
		n, _, _ := b.grows(t)
		return itemLabel(t, n)
	}
	s.Values["grow_rate"] = func(t *dialog.Turn) string {
		_, to, _ := b.grows(t)
		return t.Label("needs.touch." + to)
	}
	s.Actions["grow.yes"] = func(t *dialog.Turn) {
		n, to, ok := b.grows(t)
		set := b.setOf(t)
		if !ok || set == nil {
			return
		}
		for i := range set.Needs {
			if set.Needs[i].Item == n.Item {
				set.Needs[i].Rate = to
			}
		}
		t.Say("checkin.grown.say")
	}
}

const maxRated = 10

// setOf is the list of needs that the run's encounter is rated by.
func (b *bot) setOf(t *dialog.Turn) *Set {
	who := ""
	if e := b.encounter(t); e != nil {
		who = e.Set
	}
	return profile(t).For(who)
}

// needsSecond tells whether the answers were low, sore or unsure.
func (b *bot) needsSecond(t *dialog.Turn) bool {
	switch t.Run.Value("overall") {
	case "heavy", "numb", "unsure":
		return true
	}
	for _, f := range hardFeelings {
		if t.Run.Has("feelings", f) {
			return true
		}
	}
	for _, x := range []string{"sore", "pain", "bleeding", "neck"} {
		if t.Run.Has("body", x) {
			return true
		}
	}
	return t.Run.Has("mind", "hard") || t.Run.Has("mind", "doubting")
}

// saveCheckin folds the answers into the journal and settles what was planned.
func (b *bot) saveCheckin(t *dialog.Turn, kind string) {
	p := plan(t)
	e := b.encounter(t)
	entry := Entry{At: t.Now, Kind: kind}
	hurts := kind == "checkin" && (t.Run.Has("body", "pain") || t.Run.Has("body", "bleeding"))
	if e == nil && hurts { // a check-in of its own: what hurts is looked at again all the same
		e = p.note(t, t.Now, "")
		e.Last = time.Time{} // nobody told of one: there is nothing to wait after
	}
	p.Missed = 0
	if e != nil {
		entry.Encounter, entry.Set = e.ID, e.Set
		if e.Answered.IsZero() {
			e.Answered = t.Now
		}
		stopNudges(t, e.ID, first, repeat, snoozed, silence)
		id := e.ID
		t.CloseIf(func(r *dialog.Run) bool { return r.Flow == "nudge" && strings.HasSuffix(r.Note, ":"+id) })
		if kind == "again" {
			stopNudges(t, e.ID, second)
		}
		if t.Run.Value("second") == "yes" {
			stopNudges(t, e.ID, second)
			setNudge(t, second, e.ID, b.secondTime(t, e, 20*60))
		}
		if hurts && !p.Hold {
			setNudge(t, recheck, e.ID, b.afterQuiet(t, t.Now.Add(again)))
		}
	}
	entry.read(t.Run)
	journal(t).add(entry, t.Now, profile(t).KeepDays())
	sweep(t)
	if profile(t).Tidy {
		t.Remove()
	}
}

// grows finds a need that check-ins have said the same of more than once, and
// what it could be instead.
func (b *bot) grows(t *dialog.Turn) (Need, string, bool) {
	set := b.setOf(t)
	if set == nil {
		return Need{}, "", false
	}
	j := journal(t)
	var this *dialog.Answer
	if t.Run != nil {
		this = t.Run.Find("needs")
	}
	for _, n := range set.Needs {
		missing, unwanted := j.rated(n.Item, "not"), j.rated(n.Item, "unwanted")
		if this != nil {
			missing += count(this.Values, n.Item+"=not")
			unwanted += count(this.Values, n.Item+"=unwanted")
		}
		switch {
		case this == nil || !slices.ContainsFunc(this.Values, func(v string) bool { return strings.HasPrefix(v, n.Item+"=") }):
		case n.Rate == "askfirst" && missing >= 2:
			return n, "want", true
		case n.Rate == "want" && unwanted >= 2:
			return n, "askfirst", true
		}
	}
	return Need{}, "", false
}

func count(list []string, want string) (n int) {
	for _, v := range list {
		if v == want {
			n++
		}
	}
	return n
}
