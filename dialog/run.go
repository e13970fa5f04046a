package dialog

import (
	"slices"
	"strings"
)

// advance goes on from where the conversation stands until it needs the person.
func (t *Turn) advance() {
	for {
		r := t.top()
		if r == nil || r.waits() {
			return
		}
		if t.steps++; t.steps > maxTurn || len(r.Answers) > maxAnswers {
			t.tangled(r)
			return
		}
		f := t.Script.Flows[r.Flow]
		if f == nil { // the flow is gone from this version
			t.drop(r)
			t.Say("engine.gone")
			continue
		}
		if t.gated(r.Flow) { // begun before the gate stood in its way
			continue
		}
		t.Run = r
		st := t.next(r, f)
		switch {
		case st == nil:
			t.finish(r, f)
		case st.Form == Say:
			if st.Must || !r.pastStep(f, st) {
				t.Tell(t.Word(f.Name+"."+st.Key+".say", t.salt(r, st.Key)))
			}
			r.put(f, Answer{Question: Question{st.Key, st.Print()}, Mode: Said})
		case st.Form == Do:
			r.put(f, Answer{Question: Question{st.Key, st.Print()}, Mode: Done})
			t.actions(st.Do)
		default:
			if st.From != "" && len(st.Options) == 0 && st.Free == 0 && !st.Own && len(t.options(st)) == 0 {
				r.put(f, Answer{Question: Question{st.Key, st.Print()}, Mode: Skipped})
				continue
			}
			if r.Asked == (Question{st.Key, st.Print()}) && !t.asking() {
				return // it is on the screen already, and nothing was said
			}
			t.askNow(r, f, st)
			return
		}
	}
}

// next is the first step that applies and has no answer yet.
func (t *Turn) next(r *Run, f *Flow) *Step {
	for i := range f.Steps {
		st := &f.Steps[i]
		if !t.applies(r, st) {
			continue
		}
		a := r.Find(st.Key)
		if a != nil && a.Print != st.Print() {
			// The flow was edited and the answer might mean something else now.
			r.drop(func(b *Answer) bool { return b.Key == st.Key })
			if a.Mode != Said {
				t.Say("engine.reasked")
			}
			a = nil
		}
		if a == nil {
			return st
		}
	}
	return nil
}

func (t *Turn) applies(r *Run, st *Step) bool {
	for i := range st.When {
		if !st.When[i].holds(r, func(name string) string { return t.Script.Facts[name](t) }) {
			return false
		}
	}
	return true
}

// pastStep tells whether something after st has been answered already.
func (r *Run) pastStep(f *Flow, st *Step) bool {
	_, at := f.Step(st.Key)
	for i := range r.Answers {
		if _, j := f.Step(r.Answers[i].Key); j > at && r.Answers[i].Mode <= Skipped {
			return true
		}
	}
	return false
}

func (t *Turn) actions(names []string) {
	for _, name := range names {
		t.Do(name)
	}
}

// finish folds a run: it leaves the state, and its done actions keep what is to be kept.
func (t *Turn) finish(r *Run, f *Flow) {
	kept := *r
	t.State.Runs = t.State.Runs[:len(t.State.Runs)-1]
	t.State.ended(kept.Mark)
	t.Run = &kept
	t.actions(f.Done)
	t.after(&kept, f)
}

// after offers what was interrupted, once a conversation has ended.
func (t *Turn) after(ended *Run, f *Flow) {
	top := t.top()
	if top == nil || ended.Flow == ReturnFlow || ended.Flow == ChangeFlow {
		return
	}
	if ended.Called { // the run below had asked for it and goes on by itself
		t.again()
		return
	}
	if top.Begun.Equal(t.Now) && len(top.Answers) == 0 {
		return // just begun by the one that ended
	}
	t.offer()
}

// offer begins the return flow for the last conversation that waits, if any does.
func (t *Turn) offer() {
	s := t.State
	for i := len(s.Runs) - 1; i >= 0; i-- {
		if g := t.Script.Flows[s.Runs[i].Flow]; g != nil && !g.Aside {
			r := s.Runs[i]
			s.Runs = append(slices.Delete(s.Runs, i, i+1), r)
			t.Start(ReturnFlow, r.Flow)
			return
		}
	}
}

// resume and leave are what the return flow decides on the run beneath it.
func (t *Turn) resume() {
	t.End()
	t.again()
}

func (t *Turn) leave() {
	t.End()
	if r := t.top(); r != nil {
		t.stop(r)
	}
}

// waiting names the conversation that the return flow offers.
func waiting(t *Turn) string {
	if t.Run == nil || t.Run.Note == "" {
		return ""
	}
	return t.Label(t.Run.Note + ".title")
}

// stop leaves a run before its end: what its stop actions keep is kept.
func (t *Turn) stop(r *Run) {
	f := t.Script.Flows[r.Flow]
	kept := *r
	t.drop(r)
	if f != nil {
		t.Run = &kept
		t.actions(f.Stop)
		t.after(&kept, f)
	}
}

func (t *Turn) drop(r *Run) {
	if i := t.State.runByMark(r.Mark); i >= 0 {
		t.State.ended(r.Mark)
		t.State.Runs = slices.Delete(t.State.Runs, i, i+1)
	}
}

// tangled ends a run that takes more than a turn or a run may take: a defect of
// a flow, which must not hold the person.
func (t *Turn) tangled(r *Run) {
	t.drop(r)
	t.paras = nil
	t.Say("engine.tangled")
}

// back drops the last answer, and what was said after it. It does not cross
// what has been done.
func (t *Turn) back(r *Run, f *Flow) {
	for i := len(r.Answers) - 1; i >= 0; i-- {
		switch r.Answers[i].Mode {
		case Done:
			t.Say("engine.settled")
			t.again()
			return
		case Given, Skipped:
			key, old := r.Answers[i].Key, r.Answers[i].Values
			r.Answers = r.Answers[:i]
			r.Draft = nil
			if st, _ := f.Step(key); st != nil && (st.Form == Many || st.Form == Each) {
				r.Draft = old // what was ticked is still ticked
			}
			t.again()
			return
		}
	}
	if i := t.State.runByMark(r.Mark); r.Called && i > 0 { // what an answer beneath has begun: back to that answer
		beneath := t.State.Runs[i-1]
		if f := t.Script.Flows[beneath.Flow]; f != nil && !f.Bare && beneath.canBack() {
			t.State.ended(r.Mark)
			t.State.Runs = slices.Delete(t.State.Runs, i, i+1)
			t.Run = &t.State.Runs[i-1]
			t.back(t.Run, f)
			return
		}
	}
	t.Say("engine.first")
	t.again()
}

// canBack tells whether there is an answer to go back to.
func (r *Run) canBack() bool {
	for i := len(r.Answers) - 1; i >= 0; i-- {
		switch r.Answers[i].Mode {
		case Done:
			return false
		case Given, Skipped:
			return true
		}
	}
	return false
}

// change gives an earlier answer anew. Later answers are kept if they still fit
// the question they were given to; the person is told of those that do not.
// It tells whether the answer is another one now.
func (t *Turn) change(r *Run, f *Flow, a Answer) bool {
	old := r.Find(a.Key)
	if old != nil && slices.Equal(old.Values, a.Values) && old.Text == a.Text && old.Mode == a.Mode {
		return false // the same again: a second tap
	}
	_, at := f.Step(a.Key)
	for i := range r.Answers {
		if _, j := f.Step(r.Answers[i].Key); j > at && r.Answers[i].Mode == Done {
			t.Say("engine.settled")
			return false
		}
	}
	r.put(f, a)
	t.Say("engine.changed")
	t.prune(r, f, at)
	return true
}

// prune drops the answers behind place at that no longer apply.
func (t *Turn) prune(r *Run, f *Flow, at int) {
	dropped := false
	for i := at + 1; i < len(f.Steps); i++ {
		st := &f.Steps[i]
		if a := r.Find(st.Key); a != nil && !t.applies(r, st) {
			dropped = dropped || a.Mode == Given
			r.drop(func(b *Answer) bool { return b.Key == st.Key })
		}
	}
	if dropped {
		t.Say("engine.dropped")
	}
}

// answered lists the answers of the run beneath, for the change flow.
func answered(t *Turn) []Option {
	s := t.State
	n := len(s.Runs)
	if n == 0 {
		return nil
	}
	i := s.findRun(ChangeFlow)
	if i < 1 {
		return nil
	}
	r := &s.Runs[i-1]
	mine := t.Run
	t.Run = r
	defer func() { t.Run = mine }()
	var list []Option
	for j := range r.Answers {
		a := &r.Answers[j]
		if a.Mode == Done {
			list = nil // what has been done is settled, and all before it
		}
		if a.Mode == Given || a.Mode == Skipped {
			list = append(list, Option{ID: a.Key, Label: t.short(r.Flow, a)})
		}
	}
	return list
}

// short is an answer and its question on a button.
func (t *Turn) short(flow string, a *Answer) string {
	title := Plain(t.Label(flow + "." + a.Key + ".title"))
	if title == flow+"."+a.Key+".title" {
		title = Plain(t.Label(flow + "." + a.Key + ".ask"))
	}
	if show := Plain(t.Show(flow, a)); show != "" {
		title += " " + show
	}
	return Shorten(title, 40)
}

func (t *Turn) changeChosen() {
	key := t.Run.Value("which")
	t.End()
	if r := t.top(); r != nil {
		r.drop(func(a *Answer) bool { return a.Key == key })
		r.Draft = nil
		t.again()
	}
}

// Shorten cuts text to n runes, the last of them an ellipsis.
func Shorten(text string, n int) string {
	runes := []rune(strings.TrimSpace(text))
	if len(runes) <= n {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
