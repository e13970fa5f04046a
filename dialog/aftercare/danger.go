package aftercare

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/care"
	"afterglow/dialog/support"
)

// Danger is what a message told of, as long as the help it was answered with is
// open. It keeps no words: only what they were taken for.
type Danger struct {
	Categories []int
	Severity   int
	Clock      bool // see [care.Finding]
	About      int
	Lang       string // the language it is answered in
	Held       bool   // this finding is what put things on hold
	Country    string // chosen in this answer

	Locked time.Time // somebody under 18: closed until then
}

func danger(t *dialog.Turn) *Danger { return dialog.Part[Danger](t.State, partDanger) }

// clockMark is added to a severity that is about time alone, so that what was
// kept before can still be read.
const clockMark = 8

// Code tells the layout.
func (d *Danger) Code(c *dialog.Coder) {
	dialog.List(c, &d.Categories, (*dialog.Coder).Count)
	severity := d.Severity
	if d.Clock {
		severity += clockMark
	}
	c.Count(&severity)
	d.Clock, d.Severity = severity >= clockMark, severity%clockMark
	c.Count(&d.About)
	c.ID(&d.Lang)
	c.Bool(&d.Held)
	c.ID(&d.Country)
	c.Time(&d.Locked)
}

// finding is the danger as package support takes it.
func (d *Danger) finding() care.Finding {
	f := care.Finding{Severity: d.Severity, Clock: d.Clock, About: care.About(d.About)}
	for _, c := range d.Categories {
		f.Categories = append(f.Categories, care.Category(c))
	}
	return f
}

// look reads every text before anything else does.
func (b *bot) look(t *dialog.Turn, text string) bool {
	if b.Care == nil {
		return false
	}
	f := b.Care(withoutCodes(text))
	if closed(t) {
		f = behind(f)
	}
	if f.First() == care.Minor && !f.Sure && b.onlyTime(t, text) {
		return false
	}
	if f.First() == care.Benign || f.First() == care.Drop && asksOfLows(t) {
		return false
	}
	d := danger(t)
	if saysUnder18(f) {
		b.meet(t, f)
		return true
	}
	known := slices.Contains(d.Categories, int(f.First()))
	if d.open(t) && (f.Severity <= d.Severity && known || f.First() == care.Drop && !known) {
		if f.Severity >= 3 && known { // it goes on: what to do first is said again
			t.Tell(b.compose(t).Step)
		}
		b.stay(t) // more of the same, or a low beside something worse: stay, without a page again
		return true
	}
	b.meet(t, f)
	return true
}

// asksOfLows tells that the open question is what a low looks like: telling it is
// an answer.
func asksOfLows(t *dialog.Turn) bool {
	r := t.Top()
	return r != nil && r.Flow == "needs" && r.Last.Key == "low"
}

// onlyTime tells whether text is nothing but the moment that the open question asks
// for ("at 2026-05-12 19:10"): its numbers are no age.
func (b *bot) onlyTime(t *dialog.Turn, text string) bool {
	r := t.Top()
	if r == nil || b.ReadTime == nil || t.Script.Flows[r.Flow] == nil {
		return false
	}
	st, _ := t.Script.Flows[r.Flow].Step(r.Last.Key)
	if st == nil || st.Form != dialog.When && st.Free != dialog.When {
		return false
	}
	words := 0
	for _, w := range strings.Fields(dialog.Fold(text)) {
		if strings.Trim(w, "0123456789") != "" {
			words++
		}
	}
	_, reading := b.ReadTime(text, t.Now.In(dialog.Zone(t.State.Zone)), t.State.Lang)
	return words <= 1 && reading == dialog.Moment
}

// open tells whether the help for a finding is on the screen.
func (d *Danger) open(t *dialog.Turn) bool {
	n := len(t.State.Runs)
	return n > 0 && t.State.Runs[n-1].Flow == "caremode"
}

// meet leaves the form aside and answers a finding.
func (b *bot) meet(t *dialog.Turn, f care.Finding) {
	d := danger(t)
	if f.First() == care.Minor && !f.Sure {
		f.Severity = 1 // a guess closes nothing: the age is asked, once and neutrally
	}
	q, shut := doubt(t), closed(t)
	if f.First() == care.Minor && q.Severity > f.Severity {
		f.Severity, f.About = q.Severity, care.About(q.About)
	}
	lang := cmp.Or(f.Lang, t.State.Lang)
	if shut {
		lang = cmp.Or(d.Lang, lang) // the whole page in one
	}
	country := d.Country
	*d = Danger{Severity: f.Severity, Clock: f.Clock, About: int(f.About), Lang: lang, Locked: d.Locked, Held: d.Held && d.open(t) && f.First() != care.Minor}
	if shut {
		d.Country = country // it has no other place here
	}
	for _, c := range f.Categories {
		d.Categories = append(d.Categories, int(c))
	}
	if f.First() == care.Minor && f.Severity >= 3 && f.About == care.Self {
		b.lock(t)
		return
	}
	switch {
	case shut: // nothing is planned, and nothing is to be said about it later
	case f.First() == care.Minor:
		q.Severity, q.About = f.Severity, int(f.About)
		if !plan(t).Hold {
			plan(t).Hold, q.Held = true, true
		}
	case f.First() != care.Drop && f.Severity >= 2 && (!plan(t).Hold || q.Held):
		plan(t).Hold, d.Held, q.Held = true, true, false
	}
	t.State.Misses = 0
	if d.open(t) { // the same conversation, so that the buttons further up still work
		t.Run = t.Top()
		t.Again("answer", "stay")
		t.Reask()
		return
	}
	t.Start("caremode", "")
}

// stay says that the help is still there, without the whole page.
func (b *bot) stay(t *dialog.Turn) {
	if r := t.Top(); r != nil && r.Flow == "caremode" {
		t.Run = r
		if doubt(t).Severity == 1 && danger(t).finding().First() == care.Minor { // it waits for its answer
			t.Again("answer")
			t.Reask()
			return
		}
		t.Put("answer", "seen")
		t.Again("stay")
		t.Reask()
	}
}

// missed answers what fits nothing while help is on the screen: "no", "ok" and
// "8" are then no answers to what was interrupted.
func (b *bot) missed(t *dialog.Turn) bool {
	top, open := t.Top(), danger(t).open(t)
	text := t.Event.Text
	country := b.countryNamed(t, text)
	switch {
	case country != "" && open:
		saveCountry(t, country)
		t.Run = top
		t.Again("answer", "stay")
	case country != "" && top != nil && top.Flow == "locked":
		saveCountry(t, country)
		t.Tell(b.childHelp(t))
		t.Reask()
	case open:
		b.stay(t)
	default:
		return false
	}
	return true
}

// saveCountry keeps the country help is to be in. Behind the door it goes with the
// help, as everything does.
func saveCountry(t *dialog.Turn, code string) {
	if closed(t) {
		danger(t).Country = code
		return
	}
	profile(t).Country = code
}

func (b *bot) place(t *dialog.Turn) support.Place {
	if c := danger(t).Country; c != "" {
		return support.Place{Country: c}
	}
	return support.Place{Country: profile(t).Country}
}

// words are the reviewed sentences in the language of the answer.
func (b *bot) words(t *dialog.Turn) support.Words {
	lang := danger(t).Lang
	if lang == "" || len(b.Words[lang]["care.limits"]) == 0 {
		lang = t.State.Lang
	}
	if len(b.Words[lang]["care.limits"]) == 0 {
		lang = b.Langs[0]
	}
	return func(key string) []string { return b.Words[lang][key] }
}

func (b *bot) compose(t *dialog.Turn) support.Answer {
	return support.Compose(b.words(t), b.Support, danger(t).finding(), b.place(t))
}

func (b *bot) danger(s *dialog.Script) {
	s.Care = b.look
	s.Missed = b.missed
	s.Values["care_answer"] = func(t *dialog.Turn) string { return b.compose(t).Text() }
	s.Values["care_stay"] = func(t *dialog.Turn) string {
		if t.Run.Has("answer", "replied") { // a reply stands above it already
			return t.Label("caremode.near")
		}
		return t.Label("caremode.stays")
	}
	s.Lists["care"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		a := b.compose(t)
		for _, x := range a.Buttons {
			if x.ID != "on" || goesOn(t) {
				list = append(list, dialog.Option{ID: x.ID, Label: x.Label})
			}
		}
		return list
	}
	b.buttons(s)
	s.Actions["care.unwanted"] = func(t *dialog.Turn) {
		b.meet(t, care.Finding{Categories: []care.Category{care.NonConsent}, Severity: 3})
	}
	s.Actions["care.unsure"] = func(t *dialog.Turn) {
		b.meet(t, care.Finding{Categories: []care.Category{care.NonConsent}, Severity: 2})
	}
	s.Values["locked"] = func(t *dialog.Turn) string {
		w := b.words(t)
		return w("care.minor.deleted")[0] + " " + with(w("care.minor.way_back")[0], "wait", b.wait(t), "operator", first1(w("care.minor.operator")))
	}
	s.Lists["locked"] = func(t *dialog.Turn) []dialog.Option {
		w := b.words(t)
		list := []dialog.Option{{ID: "help", Label: first1(w("care.minor.who"))}}
		if b.place(t).Country == "" {
			list = append(list, dialog.Option{ID: "country", Label: first1(w("care.button.country"))})
		}
		return append(list, dialog.Option{ID: "erase", Label: first1(w("care.minor.erase"))})
	}
	s.Actions["locked.help"] = func(t *dialog.Turn) {
		t.Tell(b.childHelp(t))
		t.Again("closed")
	}
	s.Actions["locked.country"] = func(t *dialog.Turn) { t.Again("closed"); t.Call("country") }
	s.Timers[unlock] = func(t *dialog.Turn, _ dialog.Timer) {
		if d := danger(t); !d.Locked.IsZero() && !t.Now.Before(d.Locked) {
			t.Erase()
		}
	}
	b.someone(s)
	b.body(s)
}

// goesOn tells that the help interrupted something.
func goesOn(t *dialog.Turn) bool {
	n := len(t.State.Runs)
	return n > 1 && t.State.Runs[n-2].Last.Key != ""
}

// buttons are what the choices under help do. Each says its reviewed reply.
func (b *bot) buttons(s *dialog.Script) {
	stay := func(t *dialog.Turn) { t.Put("answer", "seen"); t.Again("stay") }
	page := func(t *dialog.Turn) { t.Again("answer", "stay") }
	leave := func(t *dialog.Turn) { b.leaveCare(t); t.Quit() } // nothing is asked until they begin something
	back := func(t *dialog.Turn) {
		d, q := danger(t), doubt(t)
		held := d.Held
		if d.finding().First() == care.Minor {
			held = held || q.Held
			*q = Doubt{}
		}
		if held && q.open() {
			q.Held = true
		} else if held {
			plan(t).Hold = false
		}
		b.leaveCare(t)
		t.Reask()
	}
	adult := func(t *dialog.Turn) {
		back(t)
		if profile(t).Adult.IsZero() { // it says as much as the first question's yes
			note := ""
			for i := range t.State.Runs {
				if r := &t.State.Runs[i]; r.Flow == "start" {
					note = r.Note
				}
			}
			t.Run = t.Start("start", note)
			t.Put("adult", "yes")
			t.Reask()
		}
	}
	for id, do := range map[string]func(*dialog.Turn){
		"danger_yes": stay, "danger_no": stay, "device_yes": stay, "device_no": stay, "device_unsure": stay,
		"safe": leave, "quiet": leave, "words": stay, "note": stay,
		"wrong": back, "adult": adult, "adults": back, "on": back,
		"minor":   b.lock,
		"minors":  func(t *dialog.Turn) { danger(t).Severity, doubt(t).Severity = 3, 3; page(t) },
		"again":   page,
		"later":   func(t *dialog.Turn) { b.leaveCare(t); t.Start("snooze", nudgeNote(first, "")) },
		"country": func(t *dialog.Turn) { page(t); t.Call("country") },
		"windows": func(t *dialog.Turn) { stay(t); t.Call("windows") },
		"help":    func(t *dialog.Turn) { stay(t); t.Call("someone") },
		"remove":  func(t *dialog.Turn) { stay(t); t.Remove() },
	} {
		s.Actions["care."+id] = func(t *dialog.Turn) {
			reply := support.Reply(b.words(t), b.Support, danger(t).finding().First(), b.place(t), id)
			t.Tell(reply)
			do(t)
			if reply != "" && t.Run.Has("answer", "seen") {
				t.Put("answer", "replied")
			}
		}
	}
}

// leaveCare closes the help. What it put on hold stays on hold, and a question of
// age comes back.
func (b *bot) leaveCare(t *dialog.Turn) {
	d, q := danger(t), doubt(t)
	switch {
	case closed(t):
		*d = Danger{Locked: d.Locked, Lang: d.Lang, Country: d.Country}
	case q.open():
		*d = Danger{Categories: []int{int(care.Minor)}, Severity: q.Severity, About: q.About, Lang: d.Lang}
	default:
		*d = Danger{}
	}
	t.End()
}
