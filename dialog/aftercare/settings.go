package aftercare

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

func (b *bot) settings(s *dialog.Script) {
	s.Actions["settings.close"] = func(t *dialog.Turn) {
		t.Say("settings.closed.say")
		t.Leave()
	}
	s.Lists["language"] = func(t *dialog.Turn) []dialog.Option {
		if s.Facts["languages"](t) == "one" {
			return nil
		}
		return []dialog.Option{{ID: "language"}}
	}
	s.Values["quiet"] = func(t *dialog.Turn) string {
		from, to := profile(t).Quiet()
		return clock(from) + "–" + clock(to)
	}
	s.Values["keep"] = func(t *dialog.Turn) string {
		days := profile(t).KeepDays()
		if days < 0 {
			return t.Label("settings.value.always")
		}
		return with(raw(t, "settings.value.days"), "n", strconv.Itoa(days))
	}
	s.Values["wording"] = func(t *dialog.Turn) string {
		if p := profile(t); p.Line == "" || p.Line == "any" {
			return t.Label("settings.value.line")
		}
		return dialog.Escape(b.line(t))
	}
	s.Values["paused"] = func(t *dialog.Turn) string {
		switch until := plan(t).Paused; {
		case until.IsZero() || !t.Now.Before(until):
			return t.Label("settings.value.sending")
		case endless(until):
			return t.Label("settings.value.paused")
		default:
			return with(raw(t, "settings.value.until"), "date", day(t, until))
		}
	}
	s.Values["paused_line"] = func(t *dialog.Turn) string {
		until := plan(t).Paused
		if endless(until) {
			return t.Label("pause.until.return")
		}
		return with(raw(t, "pause.until.line"), "date", day(t, until))
	}
	s.Readers["hour"] = func(t *dialog.Turn, text string) []string {
		m, ok := readClock(bare(t, text))
		if !ok {
			t.Say("set_quiet.from.unknown")
			return nil
		}
		return []string{"m" + strconv.Itoa(m)}
	}
	s.Actions["quiet.save"] = func(t *dialog.Turn) {
		p := profile(t)
		if minutes(t.Run.Value("from")) == minutes(t.Run.Value("to")) {
			t.Say("set_quiet.to.same")
			t.Again("from", "to", "do quiet.save")
			return
		}
		p.QuietFrom, p.QuietTo = minutes(t.Run.Value("from")), minutes(t.Run.Value("to"))
	}
	s.Lists["lines"] = func(t *dialog.Turn) []dialog.Option {
		list := []dialog.Option{{ID: "any", Label: t.Label("set_wording.line.any")}}
		for i, line := range b.lines(t) {
			list = append(list, dialog.Option{ID: "line" + strconv.Itoa(i), Label: line})
		}
		return list
	}
	s.Readers["neutral"] = func(t *dialog.Turn, text string) []string {
		switch {
		case len([]rune(text)) > 60:
			t.Say("set_wording.line.long")
			return nil
		case b.Neutral != nil && b.Neutral(text) != nil:
			t.Say("set_wording.line.refused")
			return nil
		}
		return []string{dialog.OwnItem(text)}
	}
	s.Actions["wording.save"] = func(t *dialog.Turn) { profile(t).Line = t.Run.Value("line") }
	s.Actions["tidy.save"] = func(t *dialog.Turn) { profile(t).Tidy = t.Run.Value("tidy") == "yes" }
	s.Values["tidy"] = func(t *dialog.Turn) string {
		if profile(t).Tidy {
			return t.Label("settings.value.tidied")
		}
		return t.Label("settings.value.left")
	}
	s.Actions["keep.save"] = func(t *dialog.Turn) {
		keep := map[string]int{"d30": 30, "d90": 90, "d365": 365, "always": -1}
		profile(t).Keep = keep[t.Run.Value("days")]
		sweep(t)
	}
	s.Actions["pause.save"] = func(t *dialog.Turn) {
		p := plan(t)
		switch t.Run.Value("long") {
		case "week":
			p.Paused = t.Now.Add(7 * 24 * time.Hour)
		case "month":
			p.Paused = t.Now.Add(30 * 24 * time.Hour)
		case "at":
			p.Paused = t.Run.Find("long").At
		case "return":
			p.Paused = t.Now.AddDate(untilReturn, 0, 0)
		default:
			p.Paused, p.Missed = time.Time{}, 0
		}
	}
	s.Actions["pause.off"] = func(t *dialog.Turn) { plan(t).Paused = untilStart }
	s.Actions["stop.all"] = func(t *dialog.Turn) {
		plan(t).Silent = false // what is quiet stays quiet, and nobody asks
		keep := *t.Run
		takenBack(t)
		t.EndAll()
		t.State.Runs = append(t.State.Runs, keep)
	}
}

// The ends of a pause that only the person ends: by saying so, or also by /start.
var (
	forever    = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	untilStart = time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC)
)

// untilReturn is how many years a pause is set to last that ends when the person
// writes again: so it still tells when it began.
const untilReturn = 5000

// endless tells whether only the person ends the pause.
func endless(until time.Time) bool { return until.Year() > untilReturn }

// returned ends a pause when somebody comes back to it, as they were told. It says
// so, and tells whether that is the whole answer. What they write within the hour
// is still the talk in which they asked for quiet.
func returned(t *dialog.Turn, command string) bool {
	p := plan(t)
	quiet := []string{"stop", "pause", "hide", "forget", "support", "someone", "body", "windows", "caremode"} // no time for a welcome
	top := t.Top()
	if !endless(p.Paused) || p.Silent || p.Hold || gate(t, nil) != "" || top != nil && slices.Contains(quiet, top.Flow) {
		return false
	}
	said := t.Event.Kind == dialog.Text && top == nil && t.Means("unpause.means.again", dialog.Fold(t.Event.Text))
	began := p.Paused.AddDate(-untilReturn, 0, 0)
	away := !p.Paused.Equal(forever) && !p.Paused.Equal(untilStart) && t.Now.Sub(began) >= time.Hour
	switch {
	case said, command == "start" && !p.Paused.Equal(forever):
	case !away, slices.Contains(quiet, command):
		return false
	}
	p.Paused, p.Missed = time.Time{}, 0
	if command != "start" { // which greets by itself
		t.Say("unpause.welcome.say")
	}
	t.Say("unpause.returned.say")
	return said
}

// lines are the neutral lines a person may choose from, in the words' order.
func (b *bot) lines(t *dialog.Turn) []string {
	if v := b.Words[t.State.Lang]["nudge.line.say"]; len(v) > 0 {
		return v
	}
	return b.Words[b.Langs[0]]["nudge.line.say"]
}

// line is what an unasked message says: the person's choice, or any of the set.
func (b *bot) line(t *dialog.Turn) string {
	p := profile(t)
	if own := dialog.OwnText(p.Line); own != "" {
		return own
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(p.Line, "line")); err == nil {
		if lines := b.lines(t); n < len(lines) {
			return lines[n]
		}
	}
	return t.Label("set_wording.line.any")
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// day is a date as a person reads it.
func day(t *dialog.Turn, at time.Time) string {
	at = at.In(dialog.Zone(t.State.Zone))
	return fmt.Sprintf("%s %d %s", t.Label("calendar.day."+strings.ToLower(at.Format("Mon"))), at.Day(), t.Label("calendar.month."+strings.ToLower(at.Format("Jan"))))
}

// minutes reads an option of the quiet hours: "h22" or "m1350".
func minutes(id string) int {
	if h, ok := strings.CutPrefix(id, "h"); ok {
		n, _ := strconv.Atoi(h)
		return n * 60
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "m"))
	return n
}

var clockForm = regexp.MustCompile(`(?i)^(\d{1,2})(?:[:.h ]([0-5]\d))?\s*(am|pm|h|uhr|o'?clock)?$`)

// readClock reads a time of day: "22", "22:30", "10 pm", "9h". Minutes since midnight.
func readClock(text string) (int, bool) {
	m := clockForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi("0" + m[2])
	switch half := strings.ToLower(m[3]); {
	case half == "pm" && h < 12:
		h += 12
	case half == "am" && h == 12:
		h = 0
	}
	if h == 24 {
		h = 0
	}
	return h*60 + min, h < 24
}
