package dialog

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// Turn is one event meeting one state. Actions work through it: they read the
// answers of their run, change what is kept, and say words.
type Turn struct {
	Script *Script
	State  *State
	Event  *Event
	Now    time.Time // never earlier than at any turn before
	Run    *Run      // the run an action belongs to; may have ended already

	paras  []string // said and not yet posted
	steps  int      // taken in this turn
	edit   Ref      // the message the first post may replace
	share  []Choice // buttons that belong to what was said
	erase  bool
	posted bool // something has been put in the outbox
	remove []Ref
}

// Word is the sentence under key, its placeholders filled. Where there are
// several, chance picks; the same salt picks the same. A key without words
// gives the key itself, which the check of package prompts makes impossible.
func (t *Turn) Word(key string, salt uint64) string {
	v := t.Script.variants(t.State.Lang, key)
	if len(v) == 0 {
		return key
	}
	return t.fill(v[salt%uint64(len(v))])
}

// Raw is the first sentence under key with its placeholders left as they are,
// for those that only the caller can fill; "" if there is none.
func (s *Script) Raw(lang, key string) string {
	if v := s.variants(lang, key); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Label is Word for keys that have one form only.
func (t *Turn) Label(key string) string { return t.Word(key, 0) }

// fill replaces {name} by the answer of the run or the value that Go knows.
func (t *Turn) fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("{" + rest)
			return b.String()
		}
		b.WriteString(t.Value(name))
		text = after
	}
}

// Value is what the placeholder name stands for.
func (t *Turn) Value(name string) string {
	if v := t.Script.Values[name]; v != nil {
		return v(t)
	}
	if t.Run != nil {
		if a := t.Run.Find(name); a != nil {
			return t.Show(t.Run.Flow, a)
		}
	}
	return ""
}

// Show is an answer in words, marked up.
func (t *Turn) Show(flow string, a *Answer) string {
	if a.Text != "" {
		return Escape(a.Text)
	}
	var labels []string
	for _, v := range a.Values {
		item, rate := splitRate(v)
		label := t.optionLabel(flow, a.Key, item)
		if rate != "" {
			label += ": " + t.optionLabel(flow, a.Key, rate)
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, ", ")
}

// optionLabel is an option in words, marked up: a person's own, one of a list
// that Go knows, or what the words have for it.
func (t *Turn) optionLabel(flow, key, id string) string {
	if own := OwnText(id); own != "" {
		return Escape(own)
	}
	if f := t.Script.Flows[flow]; f != nil {
		if st, _ := f.Step(key); st != nil && st.From != "" {
			for _, o := range t.options(st) {
				if o.ID == id && o.Label != "" {
					return Escape(o.Label)
				}
			}
		}
	}
	return t.Label(flow + "." + key + "." + id)
}

// Say adds the sentence under key to what is being said.
func (t *Turn) Say(key string) { t.Tell(t.Word(key, t.State.rand())) }

// Tell adds a paragraph of marked-up text to what is being said.
func (t *Turn) Tell(text string) {
	if text != "" {
		t.paras = append(t.paras, text)
	}
}

// Offer adds a button that belongs to what is being said and is no answer: one
// with a URL or a text to share.
func (t *Turn) Offer(c Choice) { t.share = append(t.share, c) }

// Send posts what has been said so far as a message of its own, so that it can
// be forwarded or kept.
func (t *Turn) Send() {
	if len(t.paras) > 0 {
		t.post(Entry{Msg: Message{Choices: t.shareRow(nil)}})
	}
}

// Post sends a message that is complete in itself: a file, a nudge.
func (t *Turn) Post(e Entry) {
	t.Send()
	if e.Msg.Hint == "" && t.Event.Kind != Alarm {
		e.Msg.Hint, t.Event.Hint = t.Event.Hint, ""
	}
	t.State.post(e, t.Now)
	t.posted = true
}

func (t *Turn) shareRow(rows [][]Choice) [][]Choice {
	var own [][]Choice
	for _, c := range t.share {
		own = append(own, []Choice{c})
	}
	t.share = nil
	return append(own, rows...)
}

// post completes e with what was said and the message it may replace.
func (t *Turn) post(e Entry) {
	e.Msg.Text = strings.Join(t.paras, "\n\n")
	t.paras = nil
	e.Msg.Edit, t.edit = t.edit, ""
	if e.Screen && t.State.screenWaits() {
		e.Msg.Edit = "" // an older screen has still to go out; the newest is to stand below it
	}
	e.Msg.Hint, t.Event.Hint = t.Event.Hint, "" // the platform waits for one answer
	t.posted = true
	t.State.post(e, t.Now)
}

// Rand is a number below n by the person's own chance.
func (t *Turn) Rand(n int) int { return int(t.State.rand() % uint64(n)) }

// Secret is 16 random bytes for what nobody is to guess. It never comes twice, also
// if the store loses a commit.
func (t *Turn) Secret() string {
	b := binary.LittleEndian.AppendUint64([]byte("secret"), t.State.salt)
	for range 4 {
		b = binary.LittleEndian.AppendUint64(b, t.State.rand())
	}
	sum := sha256.Sum256(b) // it must not tell where the person's chance stands
	return string(sum[:16])
}

// Do runs an action or begins a flow ("flow:NAME").
func (t *Turn) Do(name string) {
	if flow, ok := strings.CutPrefix(name, "flow:"); ok {
		t.Start(flow, "")
		return
	}
	if do := t.Script.Actions[name]; do != nil {
		do(t)
	}
}

// Start begins a flow on top of what is open. One that waits already is taken
// up again, unless it is Aside, which begins anew.
func (t *Turn) Start(flow, note string) *Run {
	s := t.State
	f := t.Script.Flows[flow]
	if i := s.findRun(flow); i >= 0 {
		r := s.Runs[i]
		s.Runs = slices.Delete(s.Runs, i, i+1)
		if f != nil && !f.Aside && note == r.Note {
			s.Runs = append(s.Runs, r)
			return t.top()
		}
		s.ended(r.Mark)
	}
	if len(s.Runs) >= maxRuns {
		s.ended(s.Runs[0].Mark)
		s.Runs = slices.Delete(s.Runs, 0, 1)
	}
	s.Runs = append(s.Runs, Run{Flow: flow, Mark: uint32(s.rand()) | 1, Begun: t.Now, Note: note})
	return t.top()
}

// Wait begins a flow beneath what is open and puts its first question into a
// message of its own, without taking the floor: a nudge. It tells whether it
// could.
func (t *Turn) Wait(flow, note string, latest time.Time) {
	s := t.State
	t.CloseIf(func(r *Run) bool { return r.Flow == flow && r.Note == note })
	s.Runs = slices.Insert(s.Runs, 0, Run{Flow: flow, Mark: uint32(s.rand()) | 1, Begun: t.Now, Note: note})
	r := &s.Runs[0]
	f := t.Script.Flows[flow]
	for i := range f.Steps {
		if st := &f.Steps[i]; st.Asks() {
			r.Asked = Question{st.Key, st.Print()} // and Last stays empty: see waits
			old := t.Run
			t.Run = r
			e := Entry{Latest: latest, Screen: len(s.Runs) == 1}
			e.Msg = t.question(r, st)
			e.Msg.Nudge = true
			t.Run = old
			s.post(e, t.Now)
			return
		}
	}
}

// waits tells whether the run is a nudge that nobody has taken up yet: its
// question is on a screen, but no text is an answer to it unless it names one of
// its options, and it is not asked again.
func (r *Run) waits() bool { return r.Asked.Key != "" && r.Last.Key == "" }

// End closes the action's run without its done actions.
func (t *Turn) End() {
	if i := t.State.runByMark(t.Run.Mark); i >= 0 {
		t.State.ended(t.Run.Mark)
		kept := *t.Run
		t.State.Runs = slices.Delete(t.State.Runs, i, i+1)
		t.Run = &kept
	}
}

// Erase forgets the person: nothing of the state is kept, and what is being
// said in this turn is the last they hear.
// Words go with the rest, but for the last ones, said before or after it.
func (t *Turn) Erase() {
	t.erase = true
	t.State.Outbox = nil
	t.State.Words = slices.DeleteFunc(t.State.Words, func(w Word) bool { return !w.Last })
	t.EndAll()
}

// Forget empties the state as Erase does, but the record stays: what is kept after
// this is all there is, beside the ids that tell a repeated event.
func (t *Turn) Forget() {
	s := t.State
	since := s.Since
	if at := t.Event.At; at.After(since) {
		since = at
	}
	words := slices.DeleteFunc(s.Words, func(w Word) bool { return !w.Last })
	*s = State{Person: s.Person, Seed: s.Seed, Clock: s.Clock, Flood: s.Flood, Since: since, Words: words, seen: s.seen, spoken: s.spoken, salt: s.salt}
	t.Run, t.edit = nil, ""
}

// EndAll closes every open conversation.
func (t *Turn) EndAll() {
	for _, r := range t.State.Runs {
		t.State.ended(r.Mark)
	}
	t.State.Runs = nil
}

// Close ends open conversations of those flows, without their done actions.
func (t *Turn) Close(flows ...string) {
	t.CloseIf(func(r *Run) bool { return slices.Contains(flows, r.Flow) })
}

// CloseIf ends the open conversations for which gone is true, without their done
// actions.
func (t *Turn) CloseIf(gone func(*Run) bool) {
	if t.Run != nil { // it points into the list that is about to move
		kept := *t.Run
		defer func() { t.Run = t.State.find(kept.Mark, &kept) }()
	}
	t.State.Runs = slices.DeleteFunc(t.State.Runs, func(r Run) bool {
		if gone(&r) {
			t.State.ended(r.Mark)
			return true
		}
		return false
	})
}

// Again drops answers of the action's run, so that they are asked anew.
func (t *Turn) Again(keys ...string) {
	if i := t.State.runByMark(t.Run.Mark); i >= 0 {
		r := &t.State.Runs[i]
		r.drop(func(a *Answer) bool { return slices.Contains(keys, a.Key) })
		if slices.Contains(keys, r.Asked.Key) { // it stands on the screen with its old words
			r.Asked = Question{}
		}
	}
}

// Put records an answer of the action's run by hand.
func (t *Turn) Put(key string, values ...string) {
	i := t.State.runByMark(t.Run.Mark)
	if i < 0 {
		return
	}
	r := &t.State.Runs[i]
	f := t.Script.Flows[r.Flow]
	if st, _ := f.Step(key); st != nil {
		r.put(f, Answer{Question: Question{key, st.Print()}, Values: values})
	}
}

// Top is the run that is being held, or nil.
func (t *Turn) Top() *Run { return t.top() }

// Reask makes the open question be shown again when the turn ends.
func (t *Turn) Reask() { t.again() }

// Call begins a flow; the run beneath goes on by itself when it ends.
func (t *Turn) Call(flow string) { t.Start(flow, "").Called = true }

// Leave closes the action's run and offers a conversation that waits, as at the
// end of any other.
func (t *Turn) Leave() {
	called := t.Run.Called
	t.End()
	if called {
		t.again()
		return
	}
	t.offer()
}

// Quit leaves every open conversation as "stop here" does, but offers nothing and
// says nothing of it: what their stop actions keep is kept.
func (t *Turn) Quit() {
	said := t.paras
	for r := t.top(); r != nil; r = t.top() {
		kept := *r
		t.drop(r)
		if f := t.Script.Flows[kept.Flow]; f != nil {
			t.Run = &kept
			t.actions(f.Stop)
		}
	}
	t.paras = said
}

// Remove asks the platform to take back the bot's own messages of late.
func (t *Turn) Remove() {
	for _, x := range t.State.Trail {
		t.remove = append(t.remove, x.Ref)
	}
	t.State.Trail = nil
}

func (t *Turn) top() *Run {
	if n := len(t.State.Runs); n > 0 {
		return &t.State.Runs[n-1]
	}
	return nil
}

func (s *State) findRun(flow string) int {
	return slices.IndexFunc(s.Runs, func(r Run) bool { return r.Flow == flow })
}

// find is the run with that mark where it stands now, or gone if it has ended.
func (s *State) find(mark uint32, gone *Run) *Run {
	if i := s.runByMark(mark); i >= 0 {
		return &s.Runs[i]
	}
	return gone
}

func (s *State) runByMark(mark uint32) int {
	return slices.IndexFunc(s.Runs, func(r Run) bool { return r.Mark == mark })
}

// ended remembers a mark, so that its buttons are known as old.
func (s *State) ended(mark uint32) {
	s.Ended = append(s.Ended, mark)
	if n := len(s.Ended) - 16; n > 0 {
		s.Ended = slices.Delete(s.Ended, 0, n)
	}
}

// SetTimer plans t.Name, replacing a timer of the same name and note.
func (s *State) SetTimer(t Timer) {
	s.StopTimer(t.Name, t.Note)
	t.ID = uint32(s.rand())
	s.Timers = append(s.Timers, t)
}

// StopTimer lets go of the timers of that name, of any note if note is "".
func (s *State) StopTimer(name, note string) {
	s.Timers = slices.DeleteFunc(s.Timers, func(t Timer) bool {
		return t.Name == name && (note == "" || t.Note == note)
	})
}
