package dialog

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Outcome is what a step leaves: the state to commit and, once that is done,
// the messages to hand over now. Whatever cannot be handed over now is in the
// state, and its alarm says when to look again.
type Outcome struct {
	State    *State
	Deliver  []Entry
	Words    []Word // to be told now; with Erase: before the record goes
	Repeat   bool   // the event had been taken before; nothing changed
	Full     bool   // the step would have grown the state past [MaxState] and was undone
	Erase    bool   // forget the person: the record is to become a tombstone, not to be committed
	Remove   []Ref  // messages to take back; what could not be is reported by an event of kind [Removed]
	Stranger bool   // somebody did this whom the bot did not know before, and does not after it
	Dropped  int    // planned messages that came due too late to be of use
}

// Step is the bot as one pure function: what was, what happened, what follows.
// It takes s over; the caller goes on with Outcome.State. The same bytes, event
// and now always give the same outcome. It panics only on a defect, or with a
// value that [Recovered] turns into an error.
func (sc *Script) Step(s *State, ev Event, now time.Time) Outcome {
	now = now.UTC().Truncate(time.Millisecond)
	if now.Before(s.Clock) {
		now = s.Clock
	}
	out := Outcome{State: s}
	if ev.Alone {
		s.disown(now, ev.Mine)
	}
	if ev.Kind == Sent {
		s.Clock = now
		if ev.Receipt != nil {
			s.receipt(*ev.Receipt, now)
		}
		out.Deliver = s.claim(now, sc.Lease, (&Turn{Script: sc, State: s, Event: &ev, Now: now}).wanted)
		out.Words = s.claimWords(now, sc.Lease)
		return out
	}
	if s.knows(&ev) {
		out.Repeat = true
		return out
	}
	s.take(&ev, now)
	s.Clock = now
	s.tidy(now)
	t := &Turn{Script: sc, State: s, Event: &ev, Now: now}
	if s.Lang == "" {
		s.Lang = sc.lang(ev.Lang)
	}
	stranger := sc.Known != nil && byPerson(&ev) && !sc.Known(t)
	switch ev.Kind {
	case Blocked:
		s.Muted = true
	case Unblocked:
		s.Muted = false
	case Alarm:
		out.Dropped = t.ring()
	case Removed:
		if ev.Left > 0 {
			t.Say("engine.not_removed")
		}
	case Partner:
		if ev.From != "" {
			t.aside("partner." + ev.Name)
		}
	case ToldWord:
		if ev.From = s.settle(ev.Told, now); ev.From != "" {
			t.aside("partner.gone")
		}
	default:
		s.Muted = false
		switch s.Flood.pour(now, sc.Flood) {
		case floodFine:
			t.talk()
		case floodSpills:
			t.Say("engine.too_fast")
		case floodDrowns:
			t.posted = true // answered already
		}
		if !t.posted && !t.asking() {
			t.Say("engine.done") // nobody is left without an answer
		}
	}
	t.close()
	out.Erase, out.Remove = t.erase, t.remove
	out.Stranger = stranger && !sc.Known(t)
	out.Deliver = s.claim(now, sc.Lease, t.wanted)
	if t.erase {
		out.Words = s.lastWords()
	} else {
		out.Words = s.claimWords(now, sc.Lease)
	}
	return out
}

// knows tells whether an event is a repetition, or from a life that was forgotten.
func (s *State) knows(ev *Event) bool {
	return ev.ID != "" && (s.seen.has(ev.ID) || !ev.At.IsZero() && !ev.At.After(s.Since))
}

// take remembers an event. If it was tried before, it has now come to its end.
func (s *State) take(ev *Event, now time.Time) {
	if ev.ID != "" {
		s.seen.add(ev.ID, now)
	}
	if s.Tried.Event != 0 && s.Tried.Event == triedName(ev) {
		s.Tried = Tried{}
	}
}

// Apply is Step from bytes to bytes. A nil blob is a person nobody has met; seed
// is then where their chance comes from. It also goes into the ids of messages,
// so that these never repeat, even if the store loses a commit. A step that would grow the state past
// [MaxState] is undone: the person is told, and nothing else changes.
func (sc *Script) Apply(blob []byte, person PersonID, seed uint64, ev Event, now time.Time) (next []byte, out Outcome, err error) {
	defer func() { err = Recovered(recover(), err) }()
	s, err := ev.State, error(nil)
	if ev.State = nil; s != nil {
		s.salt = seed
	} else if s, err = restore(blob, person, seed); err != nil {
		return nil, out, err
	}
	out = sc.Step(s, ev, now)
	next = out.State.Encode()
	if len(next) <= MaxState {
		return next, out, nil
	}
	if s, err = restore(blob, person, seed); err != nil {
		return nil, out, err
	}
	s.take(&ev, now)
	switch t := (&Turn{Script: sc, State: s, Event: &ev, Now: now}); ev.Kind {
	case Partner: // they did nothing, and need not hear of it
	case ToldWord:
		s.settle(ev.Told, now)
	default:
		t.Say("engine.full")
		t.close()
	}
	out = Outcome{State: s, Deliver: s.claim(now, sc.Lease, nil), Words: s.claimWords(now, sc.Lease), Full: true}
	return s.Encode(), out, nil
}

// restore reads a state, or makes one if there is none yet.
func restore(blob []byte, person PersonID, seed uint64) (s *State, err error) {
	if blob == nil {
		s = NewState(person, seed)
	} else if s, err = DecodeState(blob); err != nil {
		return nil, err
	}
	s.salt = seed
	return s, nil
}

// Recovered turns what a step panicked with into an error. Use it in a deferred
// call with recover's result; with nil it returns err as it is.
func Recovered(panicked any, err error) error {
	switch p := panicked.(type) {
	case nil:
		return err
	case unreadablePart:
		return fmt.Errorf("state: part %d: %w: %w", p.id, p.err, ErrUnreadable)
	default:
		return &PanicError{p}
	}
}

// PanicError is a step that failed on a defect of ours. Its text names the
// defect's type only: the value may carry a person's words.
type PanicError struct{ Value any }

func (e *PanicError) Error() string { return fmt.Sprintf("step: panic (%T)", e.Value) }

// ring looks at what is due and returns how much of it came too late.
func (t *Turn) ring() (late int) {
	s := t.State
	for range maxTurn {
		i := -1
		for j := range s.Timers {
			at := s.Timers[j].At(s.Zone)
			if !at.After(t.Now) && (i < 0 || at.Before(s.Timers[i].At(s.Zone))) {
				i = j
			}
		}
		if i < 0 {
			return late
		}
		tm := s.Timers[i]
		s.Timers = append(s.Timers[:i:i], s.Timers[i+1:]...)
		if !tm.Latest.IsZero() && t.Now.After(tm.Latest) {
			late++
			continue
		}
		if ring := t.Script.Timers[tm.Name]; ring != nil {
			ring(t, tm)
		}
	}
	return late
}

// aside does what follows from another person. It is no answer to this one: what
// it says is let go, since it would come in the middle of theirs. Whatever they
// are to hear goes by timers and nudges.
func (t *Turn) aside(name string) {
	t.Do(name)
	t.paras, t.share = nil, nil
}

// talk answers whatever a person did.
func (t *Turn) talk() {
	ev := t.Event
	t.letGo()
	switch ev.Kind {
	case Text, Edited:
		ev.Text = Clean(ev.Text, MaxText)
	case Command:
		ev.Name = strings.ToLower(ev.Name)
		ev.Text = Clean(ev.Text, MaxText)
	}
	if ev.Kind == Press {
		t.press()
	} else if !t.care() && !t.heard() {
		switch ev.Kind {
		case Command:
			t.command()
		case Text:
			t.text()
		case Edited:
			t.Say("engine.edited")
			t.again()
		case Media:
			t.Say(t.mediaKey())
			t.again()
		}
	}
	t.advance()
	if t.Script.Visit != nil && !t.erase && !slices.ContainsFunc(t.State.Runs, func(r Run) bool { return !r.waits() }) {
		if flow := t.Script.Visit(t); flow != "" {
			t.Start(flow, "")
			t.advance()
		}
	}
}

// heard tells the script of a text or command, and whether that was all of it.
func (t *Turn) heard() bool {
	ev := t.Event
	if t.Script.Heard == nil || ev.Kind != Text && ev.Kind != Command {
		return false
	}
	name := t.commandWord(Fold(ev.Name))
	if ev.Kind == Text {
		fold := Fold(ev.Text)
		name = cmp.Or(t.commandWord(fold), t.commandBegun(fold))
	}
	if !t.Script.Heard(t, name) {
		return false
	}
	t.again()
	return true
}

// letGo ends conversations that nobody has touched for a long time.
func (t *Turn) letGo() {
	s := t.State
	for i := 0; i < len(s.Runs); {
		r := &s.Runs[i]
		last := r.Begun
		for j := range r.Answers {
			if at := r.Answers[j].At; at.After(last) {
				last = at
			}
		}
		if t.Now.Sub(last) > runLife {
			s.ended(r.Mark)
			s.Runs = append(s.Runs[:i:i], s.Runs[i+1:]...)
			continue
		}
		i++
	}
}

func (t *Turn) mediaKey() string {
	key := "engine.media." + t.Event.Name
	if len(t.Script.variants(t.State.Lang, key)) == 0 {
		return "engine.media.other"
	}
	return key
}

// care lets the script look at what was typed, before anything else does. A
// text that is nothing but answers to the open question ("close and sad") is left
// alone, as is a bare number or the name of a command: the buttons would not be
// looked at either.
func (t *Turn) care() bool {
	look := t.Script.Care
	if look == nil || t.Event.Text == "" || t.Event.Kind == Press {
		return false
	}
	if t.Event.Kind == Text {
		fold := Fold(t.Event.Text)
		if _, err := strconv.Atoi(fold); err == nil {
			return false
		}
		r, st := t.open()
		if st != nil && t.answers(r, st, t.Event.Text) {
			return false
		}
		if (st == nil || !st.takes(Write)) && t.commandWord(fold) != "" {
			return false
		}
	}
	return look(t, t.Event.Text)
}

func (t *Turn) command() {
	name := t.Event.Name
	do, ok := t.Script.Commands[name]
	if word := t.commandWord(Fold(name)); !ok && word != "" { // "/delete", "/menu"
		do, ok = t.Script.Commands[word], true
	}
	switch {
	case name == WelcomeBack:
		if r := t.top(); (r == nil || r.waits()) && !t.gated("") {
			t.Say("engine.hello")
		}
		t.again()
	case !ok && t.nav(name):
	case !ok:
		t.Say("engine.unknown_command")
		t.again()
	case t.gated(do):
	default:
		t.State.Misses = 0
		flow, isFlow := strings.CutPrefix(do, "flow:")
		if isFlow && t.State.findRun(flow) >= 0 && !t.Script.Flows[flow].Aside {
			if top := t.top(); top.Flow == flow {
				t.Say("engine.here")
			} else {
				t.Say("engine.again")
			}
		}
		t.Run = t.top()
		t.Do(do)
		t.again()
	}
}

// gated begins the gate's flow instead of do, if the person has not passed it.
func (t *Turn) gated(do string) bool {
	if t.Script.Gate == nil || t.erase {
		return false
	}
	flow, _ := strings.CutPrefix(do, "flow:")
	gate := t.Script.Gate(t, t.Script.Flows[flow])
	if gate == "" || gate == flow {
		return false
	}
	if top := t.top(); top == nil || top.Flow != gate {
		t.Start(gate, "")
	}
	t.again()
	return true
}
