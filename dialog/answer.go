package dialog

import (
	"slices"
	"strings"
)

// open is the question that is open now, and the run it belongs to.
func (t *Turn) open() (*Run, *Step) {
	r := t.top()
	if r == nil {
		return nil, nil
	}
	f := t.Script.Flows[r.Flow]
	if f == nil {
		return r, nil
	}
	if r.waits() {
		return nil, nil
	}
	st, _ := f.Step(r.Last.Key)
	if st == nil || st.Print() != r.Last.Print {
		return r, nil // asked under an older version of the flow
	}
	return r, st
}

// press answers a tap. The data is whatever a client chose to send.
func (t *Turn) press() {
	s := t.State
	mark, print, code, ok := readData(t.Event.Data)
	i := -1
	if ok {
		i = s.runByMark(mark)
	}
	if i < 0 {
		if ok && slices.Contains(s.Ended, mark) {
			t.Say("engine.old_button")
		} else {
			t.Say("engine.foreign_button")
		}
		t.reaskOrGate()
		return
	}
	r := s.Runs[i]
	if t.gated(r.Flow) {
		return
	}
	if i != len(s.Runs)-1 { // a waiting conversation is taken up again by its button
		s.Runs = append(slices.Delete(s.Runs, i, i+1), r)
	}
	top := t.top()
	f := t.Script.Flows[top.Flow]
	st := stepByPrint(f, print)
	if st == nil {
		t.Say("engine.edited_flow")
		t.again()
		return
	}
	t.Run = top
	s.arrived(t.Event.Data, t.Event.Screen, t.Now, func() string { return t.question(top, st).Text })
	opt := t.optionByCode(top, st, code)
	if opt == "" {
		t.Say("engine.old_button")
		t.again()
		return
	}
	s.Misses = 0
	if top.waits() {
		top.Last = top.Asked
	}
	asked := top.Last == Question{st.Key, st.Print()}
	had := top.Find(st.Key)
	switch {
	case asked && had == nil:
		if t.Event.Screen != "" && (t.Event.Screen == s.Screen || s.Screen == "" || i != len(s.Runs)-1) {
			t.edit = t.Event.Screen
		}
		t.choose(top, f, st, opt)
	case had != nil && had.Mode == Given && len(had.Values) == 1 && st.Form == One && t.put(top, st, had.Values[0]):
		t.choose(top, f, st, opt)
	case had != nil && (had.Mode == Given || had.Mode == Skipped) && st.Form == One && !strings.HasPrefix(opt, "<"):
		said := len(t.paras)
		if t.change(top, f, t.answer(st, opt)) && slices.ContainsFunc(st.On, func(b Branch) bool { return b.Option == opt }) {
			t.paras = t.paras[:said] // what the option does speaks for itself
			t.branch(t.State.find(top.Mark, top), st, opt)
		}
		t.again()
	case had != nil:
		t.Say("engine.old_button")
		t.again()
	default: // not asked yet: the state was put back behind what the person has seen
		t.Say("engine.future_button")
		t.again()
	}
}

// put tells whether value was recorded by an action ([Turn.Put]) and is none of
// the question's options: the person has not answered yet.
func (t *Turn) put(r *Run, st *Step, value string) bool {
	return !slices.ContainsFunc(t.offered(r, st), func(o Option) bool { return o.ID == value })
}

func stepByPrint(f *Flow, print uint32) *Step {
	if f == nil {
		return nil
	}
	for i := range f.Steps {
		if f.Steps[i].Asks() && f.Steps[i].Print() == print {
			return &f.Steps[i]
		}
	}
	return nil
}

func (t *Turn) answer(st *Step, values ...string) Answer {
	return Answer{Question: Question{st.Key, st.Print()}, Values: values, At: t.Now}
}

// The options every question may have besides its own.
const (
	navBack = "<back"
	navSkip = "<skip"
	navStop = "<stop"
	navDone = "<done"
	navHelp = "<help"
)

// choose takes one option of the open question.
func (t *Turn) choose(r *Run, f *Flow, st *Step, opt string) {
	switch opt {
	case navBack:
		t.back(r, f)
		return
	case navStop:
		t.Say("engine.stopped")
		t.stop(r)
		return
	case navHelp:
		mark := r.Mark
		t.Do(t.Script.Commands["support"])
		if top := t.top(); top.Mark != mark {
			top.Called = true // the question goes on by itself afterwards
		}
		t.again()
		return
	case navSkip:
		if !st.Skip {
			t.Say("engine.no_skip")
			t.again()
			return
		}
		r.Draft = nil
		r.put(f, Answer{Question: Question{st.Key, st.Print()}, Mode: Skipped, At: t.Now})
		t.branch(r, st, "skip")
		return
	case navDone:
		t.confirm(r, f, st)
		return
	}
	if st.Form != Many && st.Form != Each {
		t.settle(r, f, st, t.answer(st, opt))
		return
	}
	t.toggle(r, st, opt)
	t.again()
}

// settle records an answer and does what it brings about.
func (t *Turn) settle(r *Run, f *Flow, st *Step, a Answer) {
	t.State.Misses = 0
	r.Draft = nil
	r.put(f, a)
	_, at := f.Step(st.Key)
	t.prune(r, f, at)
	// What is begun last is held first, so the first option's branch begins last.
	for i := len(st.On) - 1; i >= 0; i-- {
		if slices.Contains(a.Values, st.On[i].Option) {
			t.branch(t.State.find(r.Mark, r), st, st.On[i].Option)
		}
	}
}

// branch does what On says of an option, and tells whether there was something.
func (t *Turn) branch(r *Run, st *Step, opt string) bool {
	for _, b := range st.On {
		if b.Option != opt {
			continue
		}
		mark := r.Mark
		t.Run = r
		flow, ok := strings.CutPrefix(b.Do, "flow:")
		switch {
		case ok && t.gated(b.Do): // a menu that is open leads nowhere that is not
		case ok:
			called := t.Start(flow, "")
			called.Called = t.State.runByMark(mark) >= 0
		default:
			t.Do(b.Do)
		}
		return true
	}
	return false
}

// toggle switches an item on, moves its rating on, or switches it off.
func (t *Turn) toggle(r *Run, st *Step, opt string) {
	if st.Form == Many {
		if i := slices.Index(r.Draft, opt); i >= 0 {
			r.Draft = slices.Delete(r.Draft, i, i+1)
		} else {
			r.Draft = append(r.Draft, opt)
		}
		return
	}
	i := slices.IndexFunc(r.Draft, func(v string) bool { item, _ := splitRate(v); return item == opt })
	if i < 0 {
		r.Draft = append(r.Draft, opt+"="+st.Rates[0])
		return
	}
	_, rate := splitRate(r.Draft[i])
	if n := slices.Index(st.Rates, rate) + 1; n < len(st.Rates) {
		r.Draft[i] = opt + "=" + st.Rates[n]
	} else {
		r.Draft = slices.Delete(r.Draft, i, i+1)
	}
}

// confirm settles a many or each with what is switched on.
func (t *Turn) confirm(r *Run, f *Flow, st *Step) {
	if len(r.Draft) == 0 && !st.Skip && st.Form == Many {
		t.Say("engine.choose_one")
		t.again()
		return
	}
	values := r.Draft
	a := t.answer(st, values...)
	if len(values) == 0 {
		a.Mode = Skipped
	}
	t.settle(r, f, st, a)
}

// add switches an item on, of the list or the person's own, and rates it if rate is
// not empty. It tells whether there was room.
func (t *Turn) add(r *Run, st *Step, item, rate string) bool {
	own := 0
	at := -1
	for i, v := range r.Draft {
		had := v
		if st.Form == Each {
			had, _ = splitRate(v)
		}
		if had == item {
			at = i
		}
		if OwnText(had) != "" {
			own++
		}
	}
	if at < 0 && OwnText(item) != "" && own >= maxOwn {
		return false
	}
	if rate != "" {
		item += "=" + rate
	}
	if at >= 0 {
		r.Draft[at] = item
	} else {
		r.Draft = append(r.Draft, item)
	}
	return true
}

const (
	maxOwn     = 12 // items of one's own, a question
	maxOwnText = 40 // runes
)
