package dialog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// text answers what a person typed.
func (t *Turn) text() {
	text := t.Event.Text
	if text == "" {
		t.Say("engine.empty")
		t.reaskOrGate()
		return
	}
	r, st := t.open()
	fold := Fold(text)
	switch {
	case r == nil && t.takeUp(text):
	case r == nil:
		t.idle(fold)
	case st == nil:
		t.Say("engine.edited_flow")
		t.again()
	default:
		t.Run = r
		switch {
		case t.take(r, t.Script.Flows[r.Flow], st, text, fold):
		case t.takeUp(text):
		case r.Flow == ReturnFlow: // whoever writes on goes on
			t.resume()
		default:
			t.missed()
		}
	}
}

// takeUp gives a text to a nudge that waits, if it names one of its options.
func (t *Turn) takeUp(text string) bool {
	i := -1
	for j := range t.State.Runs {
		if t.State.Runs[j].waits() {
			i = j
		}
	}
	if i < 0 {
		return false
	}
	r := &t.State.Runs[i]
	f := t.Script.Flows[r.Flow]
	st := stepByPrint(f, r.Asked.Print)
	if st == nil {
		return false
	}
	list := t.several(r, st, t.choices(r, st), text)
	if len(list) == 0 {
		return false
	}
	if t.gated(r.Flow) {
		return true
	}
	r.Last = r.Asked
	t.Run = r
	t.chooseText(r, f, st, list)
	return true
}

// idle answers a text that no question waits for.
func (t *Turn) idle(fold string) {
	if name := cmp.Or(t.commandWord(fold), t.commandBegun(fold)); name != "" {
		t.Event.Name, t.Event.Text = name, ""
		t.command()
		return
	}
	if t.gated("") {
		return
	}
	if !t.courtesy(fold, "engine.hello") {
		t.Say("engine.idle")
	}
}

// courtesy answers what is said between people and asks for nothing: thanks, a
// greeting, a good-bye, whether somebody is there.
func (t *Turn) courtesy(fold, hello string) bool {
	for _, c := range []struct{ said, answer string }{{"thanks", "engine.welcome"}, {"hello", hello}, {"bye", "engine.bye"}, {"robot", "engine.robot"}} {
		if t.Means("engine.means."+c.said, fold) {
			t.Say(c.answer)
			return true
		}
	}
	return false
}

// missed answers a text that fits nothing, with more help each time.
func (t *Turn) missed() {
	if t.Script.Missed != nil && t.Script.Missed(t) {
		return
	}
	if t.courtesy(Fold(t.Event.Text), "engine.hi") { // no miss
		t.again()
		return
	}
	t.State.Misses++
	t.Say("engine.miss" + strconv.Itoa(min(t.State.Misses, 3)))
	t.again()
}

// sentence fits a text whose words say more than the name of an option, and tells
// whether it could.
func (t *Turn) sentence(r *Run, f *Flow, st *Step, opts []Option, fold string) bool {
	if list := t.spoken(r, st, opts, fold); len(list) > 0 {
		t.chooseText(r, f, st, list)
		return true
	}
	if st.Own {
		return false // it becomes an item
	}
	if rest := t.unfilled(fold); rest != fold {
		if o := t.near(r, st, opts, rest); o != "" {
			t.chooseText(r, f, st, []string{o})
			return true
		}
		if nav := t.navWord(rest); nav != "" {
			return t.nav(nav)
		}
		if rest == r.Flow { // "pause please" is no length
			t.Say("engine.here")
			t.again()
			return true
		}
	}
	name := t.commandBegun(fold)
	if name == "" || st.takes(When) || st.takes(Number) {
		return false
	}
	t.Event.Name, t.Event.Text = name, ""
	t.command()
	return true
}

// take fits a text to the open question and tells whether it could.
func (t *Turn) take(r *Run, f *Flow, st *Step, text, fold string) bool {
	opts := t.choices(r, st)
	// What an option means goes first: "next" among cards is another card, not a skip.
	if nav := t.navWord(fold); nav != "" && t.option(r, st, opts, fold) == "" {
		return t.nav(nav)
	}
	if list := t.several(r, st, opts, text); len(list) > 0 {
		t.chooseText(r, f, st, list)
		return true
	}
	list, writes := st.Form == Many || st.Form == Each, st.takes(Write)
	none := (list || writes) && t.Means("engine.means.none", fold) || writes && t.Means("engine.means.thanks", fold)
	if st.Skip && none { // of a list, not one of its items; and nobody's note
		if len(r.Draft) > 0 {
			t.choose(r, f, st, navDone)
		} else {
			t.choose(r, f, st, navSkip)
		}
		return true
	}
	if (writes || st.Own) && t.Means("engine.command.support", fold) { // a call for help is nobody's note
		t.choose(r, f, st, navHelp)
		return true
	}
	if writes { // of more words than one: "that's enough" in a note is a sentence
		if rest := t.unfilled(fold); strings.Contains(rest, " ") {
			if nav := t.navWord(rest); nav == "back" || nav == "stop" || nav == "repeat" {
				return t.nav(nav)
			}
		}
	}
	if (st.Form == Many || st.Form == Each) && t.takeOff(r, st, opts, fold) {
		return true
	}
	if st.Own && t.asks(text) {
		t.Say("engine.own_how")
		t.again()
		return true
	}
	if st.Form == Each && st.Own && t.takeRates(r, st, opts, text) {
		return true
	}
	if !writes && !st.Own {
		if name := t.commandWord(fold); name != "" {
			t.Event.Name, t.Event.Text = name, ""
			t.command()
			return true
		}
	}
	if !writes {
		if o := t.near(r, st, opts, fold); o != "" {
			t.chooseText(r, f, st, []string{o})
			return true
		}
	}
	if !writes && !f.Exact && t.sentence(r, f, st, opts, fold) {
		return true
	}
	switch {
	case st.takes(When) && t.Script.ReadTime != nil:
		return t.takeTime(r, f, st, text)
	case st.takes(Number):
		return t.takeNumber(r, f, st, fold)
	case writes:
		if n := utf8.RuneCountInString(text); n > st.Max {
			t.Say("engine.too_long")
			t.again()
			return true
		}
		a := t.answer(st)
		a.Text = text
		if st.Read != "" {
			a.Values = t.Script.Readers[st.Read](t, text)
			if a.Values == nil { // the reader has said why
				t.again()
				return true
			}
		}
		t.settle(r, f, st, a)
		return true
	case st.Own && utf8.RuneCountInString(text) <= maxOwnText:
		rate := ""
		if st.Form == Each {
			rate = st.Rates[0]
		}
		if !t.add(r, st, OwnItem(strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "=", "-")), rate) {
			t.Say("engine.own_full")
		}
		t.again()
		return true
	case st.Own:
		t.Say("engine.own_long")
		t.again()
		return true
	}
	return false
}

func (t *Turn) takeTime(r *Run, f *Flow, st *Step, text string) bool {
	at, reading := t.Script.ReadTime(text, t.Now.In(Zone(t.State.Zone)), t.State.Lang)
	if lead, rest, _ := strings.Cut(strings.TrimSpace(text), " "); reading == Unclear && t.Means("engine.means.until", Fold(lead)) {
		at, reading = t.Script.ReadTime(rest, t.Now.In(Zone(t.State.Zone)), t.State.Lang)
	}
	switch reading {
	case Moment:
		if !at.After(t.Now) {
			t.Say("engine.when_past")
			t.again()
			return true
		}
		a := t.answer(st)
		a.At = at.UTC()
		a.Text = ""
		a.Values = []string{"at"}
		t.settle(r, f, st, a)
		return true
	case Declined:
		for _, no := range []string{"never", "no", "none", "not_now"} {
			if slices.Contains(st.Options, no) {
				t.choose(r, f, st, no)
				return true
			}
		}
		if st.Skip {
			t.choose(r, f, st, navSkip)
			return true
		}
	}
	t.Say("engine.when_again")
	t.again()
	return true
}

func (t *Turn) takeNumber(r *Run, f *Flow, st *Step, fold string) bool {
	n, err := strconv.ParseInt(strings.Fields(fold + " x")[0], 10, 32)
	if err != nil || n < int64(st.Min) || n > int64(st.Max) {
		t.Say("engine.number")
		t.again()
		return true
	}
	a := t.answer(st)
	a.Number = n
	a.Text = strconv.FormatInt(n, 10)
	t.settle(r, f, st, a)
	return true
}

// nav does what a navigation word or command says about the open question, and
// tells whether there is one it could be about.
func (t *Turn) nav(name string) bool {
	r, st := t.open()
	if r == nil || st == nil {
		return false
	}
	f := t.Script.Flows[r.Flow]
	t.Run = r
	switch name {
	case "back":
		t.back(r, f)
	case "skip":
		t.choose(r, f, st, navSkip)
	case "stop", "cancel":
		t.choose(r, f, st, navStop)
	case "repeat":
		t.again()
	case "change":
		if !r.canBack() {
			t.Say("engine.nothing_yet")
			t.again()
			return true
		}
		t.Start(ChangeFlow, "")
	default:
		return false
	}
	t.State.Misses = 0
	return true
}

// chooseText takes options that were typed. What is typed to a many is the whole
// answer, unless it takes an item back; an each is shown again, since its items
// can be rated further.
func (t *Turn) chooseText(r *Run, f *Flow, st *Step, list []string) {
	t.State.Misses = 0
	done := slices.Contains(list, navDone)
	back := false
	list = slices.DeleteFunc(list, func(o string) bool { return o == navDone })
	for _, o := range list {
		if item, rate := splitRate(o); st.Form == Each && rate != "" {
			r.Draft = slices.DeleteFunc(r.Draft, func(v string) bool { i, _ := splitRate(v); return i == item })
			r.Draft = append(r.Draft, o)
			continue
		}
		switch {
		case st.Form != Many && st.Form != Each:
			t.choose(r, f, st, o)
			return
		case st.Form == Many && slices.Contains(r.Draft, o):
			if len(list) == 1 {
				t.toggle(r, st, o)
				back = true
			}
		default:
			t.toggle(r, st, o)
		}
	}
	switch {
	case done || st.Form == Many && !back:
		t.confirm(r, f, st)
	default:
		t.again()
	}
}
