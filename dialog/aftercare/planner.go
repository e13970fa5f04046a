package aftercare

import (
	"strings"
	"time"

	"afterglow/dialog"
)

// planner walks one wish from the right moment to what was agreed. It is not
// for somebody who can not safely say no: that is asked first, once.
func (b *bot) planner(s *dialog.Script) {
	s.Facts["safe"] = func(t *dialog.Turn) string {
		if profile(t).SafeNo && t.Run.Find("safe") == nil {
			return "asked"
		}
		return "unasked"
	}
	s.Facts["wishes"] = func(t *dialog.Turn) string {
		if len(wishes(t)) == 0 {
			return "none"
		}
		return "some"
	}
	s.Lists["wishes"] = wishes
	s.Values["need"] = wish
	for _, tone := range []string{"gentle", "playful", "direct"} {
		s.Values[tone] = func(t *dialog.Turn) string { return firstWords(t, tone) }
	}
	s.Values["plan"] = planText
	s.Lists["sentence"] = func(t *dialog.Turn) []dialog.Option {
		return []dialog.Option{{ID: "share", Label: t.Label("planner.done_share.sentence"), Share: dialog.Plain(sentence(t))}}
	}
	s.Actions["planner.edit"] = func(t *dialog.Turn) {
		t.Again("done_share", "done")
		t.Start(dialog.ChangeFlow, "")
	}
	s.Actions["planner.save"] = func(t *dialog.Turn) {
		p := profile(t)
		if t.Run.Value("safe") == "yes" {
			p.SafeNo = true
		}
		if at := b.remindAt(t); !at.IsZero() {
			t.State.SetTimer(dialog.Timer{Name: remind, Wall: dialog.Wall(at, t.State.Zone)})
			t.Tell(with(raw(t, "planner.remind_set.say"), "when", when(t, at)))
		}
	}
	s.Timers[remind] = func(t *dialog.Turn, tm dialog.Timer) {
		if p := plan(t); p.Hold || t.Now.Before(p.Paused) || t.State.Muted {
			return
		}
		if hold := b.afterQuiet(t, t.Now); hold.After(t.Now) {
			tm.Wall = dialog.Wall(hold, t.State.Zone)
			t.State.SetTimer(tm)
			return
		}
		t.Wait("nudge", nudgeNote(remind, ""), b.quietBegins(t, t.Now))
	}
}

// wishes are what the person wants, to choose one from.
func wishes(t *dialog.Turn) []dialog.Option {
	var list []dialog.Option
	set := profile(t).For("any")
	if set == nil {
		return nil
	}
	for _, n := range set.Items("", "want") {
		if len(list) < maxRated {
			list = append(list, dialog.Option{ID: n.Area + "." + n.Item, Label: dialog.Plain(itemLabel(t, n))})
		}
	}
	return list
}

// wish is the one that was chosen or written, marked up.
func wish(t *dialog.Turn) string {
	for _, key := range []string{"need", "need_none"} {
		a := t.Run.Find(key)
		switch {
		case a == nil:
		case a.Text != "":
			return dialog.Escape(a.Text)
		case len(a.Values) > 0:
			area, item, _ := strings.Cut(a.Values[0], ".")
			return itemLabel(t, Need{Area: area, Item: item})
		}
	}
	return ""
}

// firstWords is a first sentence in that tone, the same while the run lasts.
func firstWords(t *dialog.Turn, tone string) string {
	return t.Word("planner.sentence_"+tone+".say", uint64(t.Run.Mark))
}

// sentence is what the person will say.
func sentence(t *dialog.Turn) string {
	for _, key := range []string{"sentence", "sentence_own"} {
		if a := t.Run.Find(key); a != nil && a.Text != "" {
			return dialog.Escape(a.Text)
		}
	}
	if tone := t.Run.Value("sentence"); tone != "" && tone != "own" {
		return firstWords(t, tone)
	}
	return ""
}

// planText is the whole plan; what was skipped is left out.
func planText(t *dialog.Turn) string {
	own := func(key string) string {
		if a := t.Run.Find(key); a != nil {
			return dialog.Escape(a.Text)
		}
		return ""
	}
	moment := own("moment") + own("moment_other") // one of them at most
	if m := t.Run.Value("moment"); m != "" && m != "other" {
		moment = t.Label("planner.moment." + m)
	}
	trade := own("trade")
	if x := t.Run.Value("trade"); x != "" {
		trade = t.Label("planner.trade_" + x + ".say")
	}
	var parts []string
	for _, line := range []struct{ key, text string }{
		{"need", wish(t)}, {"moment", moment}, {"sentence", sentence(t)},
		{"their_side", own("their_side")}, {"trade", trade}, {"agreed", own("agreed")},
	} {
		if line.text != "" {
			parts = append(parts, with(raw(t, "planner.plan."+line.key), line.key, line.text))
		}
	}
	return strings.Join(parts, "\n\n")
}

// remindAt is when the person wants to be reminded; zero: not.
func (b *bot) remindAt(t *dialog.Turn) time.Time {
	a := t.Run.Find("remind")
	if a == nil || len(a.Values) == 0 {
		return time.Time{}
	}
	day := dialog.Wall(t.Now, t.State.Zone).Truncate(24*time.Hour).AddDate(0, 0, 1)
	switch a.Values[0] {
	case "at":
		return b.afterQuiet(t, a.At)
	case "tomorrow":
		return b.nextAt(t, day, 12*60+30, t.Now)
	case "weekend":
		for day.Weekday() != time.Saturday {
			day = day.AddDate(0, 0, 1)
		}
		return b.nextAt(t, day, 11*60, t.Now)
	}
	return time.Time{}
}
