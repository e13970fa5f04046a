package support

import (
	"strconv"
	"strings"

	"afterglow/dialog/care"
)

// Answer is what a person in danger, or low, is told. Its parts are separate so
// that a flow can lay them out; [Answer.Text] is the plain order. An empty part
// is left out.
type Answer struct {
	First     string   // care
	Step      string   // the one most urgent step
	Silent    string   // how to reach the emergency number without speaking, where one can
	More      string   // what else this category calls for
	Also      string   // a sentence for the second category, if there is one
	Resources []string // at most three, one a line
	Limits    string   // that this is automated and nobody reads along
	Ask       string   // one question; its answers are the first row of Buttons
	Buttons   []Button // in order
}

// Button is one choice under an answer. What it answers stands under the key
// "care.answer." and the ID, if the words have it.
type Button struct {
	ID    string // "safe", "again", "wrong", …; unique within an answer
	Label string
	Reply bool // answers Ask
}

// Text is the whole answer as paragraphs, the question last.
func (a Answer) Text() string {
	parts := []string{a.First, a.Step, a.Silent, a.More, a.Also, strings.Join(a.Resources, "\n"), a.Limits, a.Ask}
	var full []string
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	return strings.Join(full, "\n\n")
}

// scene names the words of a finding and what stands below them.
type scene struct {
	row string // words at "care." + category + "." + row + ".first", ".step", ".more"
	ask string // question at "care.ask." + ask; "" for none
}

// scenes has a row for every severity (1, 2, 3) and About (self, other, actor)
// of every category, so that nothing falls back at run time. Where two share a
// row, the same words serve both: someone who hurt themselves is not told apart
// from someone who says they did harm and wants to die; whoever caused an
// injury helps like anybody beside it; a low is a low, also for the one who led.
var scenes = map[care.Category][3][3]scene{
	care.SelfHarm: {
		{{"1.self", "danger"}, {"2.other", ""}, {"1.self", "danger"}},
		{{"2.self", "danger"}, {"2.other", ""}, {"2.self", "danger"}},
		{{"3.self", "danger"}, {"3.other", ""}, {"3.self", "danger"}},
	},
	care.NonConsent: {
		{{"1.self", ""}, {"2.other", ""}, {"2.actor", ""}},
		{{"2.self", ""}, {"2.other", ""}, {"2.actor", ""}},
		{{"3.self", ""}, {"3.other", ""}, {"3.actor", ""}},
	},
	care.Violence: {
		{{"1.self", "device"}, {"2.other", ""}, {"2.actor", ""}},
		{{"2.self", "device"}, {"2.other", ""}, {"2.actor", ""}},
		{{"3.self", "device"}, {"3.other", ""}, {"3.actor", ""}},
	},
	care.Medical: {
		{{"1.self", ""}, {"1.other", ""}, {"1.other", ""}},
		{{"2.self", ""}, {"2.other", ""}, {"2.other", ""}},
		{{"3.self", ""}, {"3.other", ""}, {"3.other", ""}},
	},
	care.Minor: {
		{{"1.self", "age"}, {"1.other", "ages"}, {"1.other", "ages"}},
		{{"3.self", ""}, {"3.other", ""}, {"3.actor", ""}},
		{{"3.self", ""}, {"3.other", ""}, {"3.actor", ""}},
	},
	care.Drop: {
		{{"1.self", "comfort"}, {"1.other", ""}, {"1.self", "comfort"}},
		{{"2.self", "comfort"}, {"1.other", ""}, {"2.self", "comfort"}},
		{{"2.self", "comfort"}, {"1.other", ""}, {"2.self", "comfort"}},
	},
}

// replies are the buttons that answer each question.
var replies = map[string][]string{
	"danger":  {"danger_yes", "danger_no"},
	"device":  {"device_yes", "device_no", "device_unsure"},
	"age":     {"adult", "minor"},
	"ages":    {"adults", "minors"},
	"comfort": {"words", "quiet", "later"}, // a note to the partner only if they ask for one
}

// places are what a body needs instead of a helpline, by severity.
var places = [3][]string{
	{"care.place.doctor", "care.place.pharmacist"},
	{"care.place.hospital", "care.place.doctor", "care.place.pharmacist"},
	{"care.place.emergency"},
}

// Compose is the answer to a finding for a person who chose the place, or none.
// A benign finding gives the zero Answer: the ordinary reply is somebody else's.
// What is about time alone gets [Clock].
func Compose(w Words, b Book, f care.Finding, at Place) Answer {
	if f.Clock && f.First() == care.Medical {
		f.Clock, f.Severity = false, 2 // for who knows that nothing else is wrong
		a := Compose(w, b, f, at)
		key := "care.medical.clock.self."
		if f.About == care.Other {
			key = "care.medical.clock.other."
		}
		a.First, a.Step, a.More = w.say(key+"first"), w.say(key+"step"), w.say(key+"more")
		return a
	}
	first := f.First()
	rows, known := scenes[first]
	if !known {
		return Answer{}
	}
	severity := min(max(f.Severity, 1), 3)
	about := f.About
	if about > care.Actor {
		about = care.Self
	}
	sc := rows[severity-1][about]
	key := "care." + first.String() + "." + sc.row + "."
	country := b.Country(at.Country)
	call := w.emergency(country, first)
	a := Answer{First: w.say(key+"first", "emergency", call)}
	if first == care.Minor && sc.ask != "" { // one neutral question, nothing else until it is answered
		a.Ask, a.Buttons = w.question(sc.ask)
		return a
	}
	a.Step = w.say(key+"step", "emergency", call)
	a.More = w.say(key+"more", "emergency", call)
	if country.Silent != "" && about == care.Self && (first == care.NonConsent || first == care.Violence) && severity > 1 {
		a.Silent = w.say("care.silent", "number", country.Silent)
	}
	limit := 3
	if first == care.Drop {
		limit = 1 // warm first, resources last, and no wall of them
	}
	var second *Line
	if len(f.Categories) > 1 && limit > 1 {
		a.Also = w.say("care.also." + f.Categories[1].String())
		if also := b.Choose(at, f.Categories[1], about, 2); len(also.Lines) > 0 && also.Lines[0].Serves == All {
			second = &also.Lines[0]
			limit--
		}
	}
	if first == care.Medical {
		for _, p := range places[severity-1] {
			a.Resources = append(a.Resources, w.say(p, "emergency", call))
		}
		if second == nil {
			a.Resources = a.Resources[:min(limit, len(a.Resources))]
		}
	} else {
		c := b.Choose(at, first, about, limit)
		for _, l := range c.Lines {
			a.Resources = append(a.Resources, w.Line(l))
		}
		if c.Directory {
			a.Resources = append(a.Resources, w.say("care.directory"))
		}
	}
	if second != nil {
		a.Resources = append(a.Resources[:min(limit, len(a.Resources))], w.Line(*second))
	}
	if first != care.Drop {
		a.Limits = w.say("care.limits")
	}
	a.Ask, a.Buttons = w.question(sc.ask)
	for _, id := range buttons(first, severity, about, at) {
		a.Buttons = append(a.Buttons, w.button(id))
	}
	return a
}

// Clock is the answer to a message, or a button, that is only about time: a
// condom that broke, a worry about HIV or pregnancy; [Windows] counts on.
func Clock(w Words, b Book, about care.About, at Place) Answer {
	return Compose(w, b, care.Finding{Categories: []care.Category{care.Medical}, Severity: 2, Clock: true, About: about}, at)
}

// Reply is what the press of an answer's button is answered with; empty for a
// button that leads elsewhere (country, windows, help) or asks for the answer again.
func Reply(w Words, b Book, c care.Category, at Place, button string) string {
	return w.say("care.answer."+button, "emergency", w.emergency(b.Country(at.Country), c))
}

// buttons are the ways on from an answer, the ways back last. The clocks are
// offered to whom they may still run for: not for what is long past, not while
// an ambulance comes first, and not to the one who did it.
func buttons(c care.Category, severity int, a care.About, at Place) []string {
	if c == care.Drop {
		return []string{"on", "help", "wrong"} // a low need not end what it came up in
	}
	var ids []string
	if c == care.NonConsent && severity > 1 && a != care.Actor || c == care.Medical && severity < 3 {
		ids = append(ids, "windows")
	}
	if at.Country == "" {
		ids = append(ids, "country")
	}
	if c == care.Violence && a != care.Actor {
		ids = append(ids, "remove")
	}
	if c == care.Minor { // the account is closed; there is nothing to return to
		return append(ids, "again", "wrong")
	}
	return append(ids, "safe", "again", "wrong")
}

func (w Words) question(id string) (string, []Button) {
	if id == "" {
		return "", nil
	}
	var bs []Button
	for _, r := range replies[id] {
		b := w.button(r)
		b.Reply = true
		bs = append(bs, b)
	}
	return w.say("care.ask." + id), bs
}

func (w Words) button(id string) Button {
	return Button{ID: id, Label: w.say("care.button." + id)}
}

// emergency names whom to call, in words that stand after "call": the verified
// number that fits best, or the words for "your local emergency number". Where
// police and ambulance have numbers of their own, violence may need either.
func (w Words) emergency(c Country, about care.Category) string {
	assault := about == care.NonConsent || about == care.Violence || about == care.Minor
	switch {
	case c.Emergency != "":
		return w.say("care.emergency.number", "number", c.Emergency)
	case assault && c.Police != "" && c.Ambulance != "":
		return w.say("care.emergency.both", "police", c.Police, "ambulance", c.Ambulance)
	case assault && c.Police != "":
		return w.say("care.emergency.police", "number", c.Police)
	case !assault && c.Ambulance != "":
		return w.say("care.emergency.ambulance", "number", c.Ambulance)
	}
	return w.say("care.emergency.unknown")
}

func number(n int) string { return strconv.Itoa(n) }
