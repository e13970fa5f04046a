package dialog_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"afterglow/dialog"
)

// trip is a small flow with every form of question, branches and a barrier.
func trip(t testing.TB) *dialog.Script {
	t.Helper()
	flow := &dialog.Flow{Name: "trip", Steps: []dialog.Step{
		{Key: "hello", Form: dialog.Say},
		{Key: "where", Form: dialog.One, Options: []string{"sea", "hills"}},
		{Key: "boat", Form: dialog.One, Options: []string{"yes", "no"}, When: []dialog.Cond{{Key: "where", Values: []string{"sea"}}}},
		{Key: "boots", Form: dialog.One, Options: []string{"old", "new"}, When: []dialog.Cond{{Key: "where", Values: []string{"hills"}}}},
		{Key: "pack", Form: dialog.Many, Options: []string{"hat", "map", "rope"}, Own: true, Skip: true},
		{Key: "food", Form: dialog.Each, Options: []string{"bread", "plums"}, Rates: []string{"much", "little"}, Skip: true},
		{Key: "days", Form: dialog.Number, Min: 1, Max: 14},
		{Key: "note", Form: dialog.Write, Max: 50, Skip: true},
	}, Done: []string{"keep"}}
	booked := &dialog.Flow{Name: "booked", Steps: []dialog.Step{
		{Key: "first", Form: dialog.One, Options: []string{"a", "b"}},
		{Key: "do book", Form: dialog.Do, Do: []string{"book"}},
		{Key: "second", Form: dialog.One, Options: []string{"a", "b"}},
		{Key: "third", Form: dialog.One, Options: []string{"a", "b"}},
	}}
	back := &dialog.Flow{Name: dialog.ReturnFlow, Bare: true, Aside: true, Open: true, Steps: []dialog.Step{
		{Key: "offer", Form: dialog.One, Options: []string{"go_on", "let_go"}, On: []dialog.Branch{{Option: "go_on", Do: "engine.resume"}, {Option: "let_go", Do: "engine.leave"}}},
	}}
	change := &dialog.Flow{Name: dialog.ChangeFlow, Bare: true, Aside: true, Open: true, Done: []string{"engine.change"}, Steps: []dialog.Step{
		{Key: "which", Form: dialog.One, From: "answered"},
	}}
	s := &dialog.Script{
		Flows: map[string]*dialog.Flow{"trip": flow, "booked": booked, back.Name: back, change.Name: change},
		Langs: []string{"en"}, Words: map[string]dialog.Words{"en": {}},
		Commands: map[string]string{"trip": "flow:trip", "booked": "flow:booked"},
		Actions: map[string]func(*dialog.Turn){
			"keep": func(t *dialog.Turn) { t.Tell("kept: " + answers(t.Run)) },
			"book": func(t *dialog.Turn) { t.Tell("booked") },
		},
	}
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	return s
}

// answers are a run's answers as one line.
func answers(r *dialog.Run) string {
	var list []string
	for _, a := range r.Answers {
		if a.Mode == dialog.Given || a.Mode == dialog.Skipped {
			list = append(list, fmt.Sprintf("%s=%v%s%d", a.Key, a.Values, a.Text, a.Number))
		}
	}
	return strings.Join(list, " ")
}

// talker is one person, kept as bytes between events.
type talker struct {
	t    rapid.TB
	s    *dialog.Script
	blob []byte
	now  time.Time
	n    int
	said string // everything said in the last turn
	last dialog.Message
}

func (k *talker) do(ev dialog.Event) {
	k.n++
	k.now = k.now.Add(time.Second)
	ev.ID = fmt.Sprint(k.n)
	k.raw(ev)
}

func (k *talker) raw(ev dialog.Event) {
	next, out, err := k.s.Apply(k.blob, "test:p", 1, ev, k.now)
	if err != nil {
		k.t.Fatal(err)
	}
	k.said = ""
	k.blob = next
	for _, e := range out.Deliver {
		k.said += e.Msg.Text + "\n"
		if len(e.Msg.Choices) > 0 {
			k.last = e.Msg
		}
		r := dialog.Receipt{Entry: e.ID, OK: true, Ref: "1"}
		if k.blob, _, err = k.s.Apply(k.blob, "test:p", 1, dialog.Event{Kind: dialog.Sent, Receipt: &r}, k.now); err != nil {
			k.t.Fatal(err)
		}
	}
}

func (k *talker) type_(text string) { k.do(dialog.Event{Kind: dialog.Text, Text: text}) }

func (k *talker) run() *dialog.Run {
	s, err := dialog.DecodeState(k.blob)
	if err != nil {
		k.t.Fatal(err)
	}
	if len(s.Runs) == 0 {
		return nil
	}
	return &s.Runs[len(s.Runs)-1]
}

func (k *talker) button(option string) string {
	for _, row := range k.last.Choices {
		for _, c := range row {
			if strings.HasSuffix(c.Label, "."+option) || strings.Contains(c.Label, "."+option+":") {
				return c.Data
			}
		}
	}
	return ""
}

// replies are texts that answer each question of trip.
var replies = map[string][]string{
	"where": {"1", "2"}, "boat": {"1", "2"}, "boots": {"1", "2"},
	"pack": {"1", "1, 2", "1 2 3", "engine.nav.skip"},
	"food": {"engine.nav.done", "engine.nav.skip"},
	"days": {"3", "14"}, "note": {"a word", "engine.nav.skip"},
}

func begin(t rapid.TB, s *dialog.Script) *talker {
	k := &talker{t: t, s: s, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	k.do(dialog.Event{Kind: dialog.Command, Name: "trip"})
	return k
}

// TestBackUndoes: whatever was answered, an answer and Back leave the same
// answers and the same open question.
func TestBackUndoes(t *testing.T) {
	s := trip(t)
	rapid.Check(t, func(t *rapid.T) {
		k := begin(t, s)
		for range rapid.IntRange(0, 5).Draw(t, "answers before") {
			k.type_(rapid.SampledFrom(replies[k.run().Asked.Key]).Draw(t, "reply"))
		}
		before, asked := answers(k.run()), k.run().Asked
		if asked.Key == "note" {
			return // the last answer ends the run, and there is no way back into it
		}
		k.type_(rapid.SampledFrom(replies[asked.Key]).Draw(t, "reply"))
		k.type_("engine.nav.back")
		if r := k.run(); answers(r) != before || r.Asked != asked {
			t.Fatalf("after an answer and back: %s at %v, before: %s at %v", answers(r), r.Asked, before, asked)
		}
	})
}

// TestChangeIsAsIfAnsweredSo: an earlier answer given anew leads to the same end
// as if it had been given so at once.
func TestChangeIsAsIfAnsweredSo(t *testing.T) {
	s := trip(t)
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SampledFrom([]string{"1", "2"}).Draw(t, "first")
		later := rapid.SampledFrom([]string{"sea", "hills"}).Draw(t, "later")
		rest := map[string]string{}
		for _, key := range []string{"boat", "boots", "pack", "food", "days", "note"} {
			rest[key] = rapid.SampledFrom(replies[key]).Draw(t, key)
		}
		at := rapid.IntRange(1, 5).Draw(t, "changed before answer")
		finish := func(k *talker) string {
			for range 20 {
				r := k.run()
				if r == nil {
					return k.said[strings.Index(k.said, "kept:"):]
				}
				k.type_(rest[r.Asked.Key])
			}
			t.Fatal("it does not end")
			return ""
		}
		direct := begin(t, s)
		direct.type_(map[string]string{"sea": "1", "hills": "2"}[later])
		changed := begin(t, s)
		button := changed.button(later)
		changed.type_(first)
		for range at - 1 {
			changed.type_(rest[changed.run().Asked.Key])
		}
		changed.do(dialog.Event{Kind: dialog.Press, Data: button})
		if x, y := finish(direct), finish(changed); x != y {
			t.Fatalf("directly: %schanged: %s", x, y)
		}
	})
}

// TestResumeIsNothing: days between any two events, repeats of any event and
// interruptions change nothing.
func TestResumeIsNothing(t *testing.T) {
	s := trip(t)
	rapid.Check(t, func(t *rapid.T) {
		calm, busy := begin(t, s), begin(t, s)
		for calm.run() != nil {
			text := rapid.SampledFrom(replies[calm.run().Asked.Key]).Draw(t, "reply")
			calm.type_(text)
			busy.now = busy.now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "hours")) * time.Hour)
			if rapid.Bool().Draw(t, "interrupt") {
				busy.do(dialog.Event{Kind: dialog.Command, Name: "booked"})
				busy.type_("1")
				busy.type_("engine.nav.stop")
				busy.type_("return.offer.go_on")
			}
			busy.n++
			ev := dialog.Event{ID: fmt.Sprint("x", busy.n), Kind: dialog.Text, Text: text}
			busy.raw(ev)
			said := busy.said
			if rapid.Bool().Draw(t, "again") {
				was := busy.blob
				busy.raw(ev)
				if !reflect.DeepEqual(was, busy.blob) || busy.said != "" {
					t.Fatal("a repeated event changed something")
				}
			}
			busy.said = said
		}
		if busy.run() != nil || calm.said[strings.Index(calm.said, "kept:"):] != busy.said[strings.Index(busy.said, "kept:"):] {
			t.Fatalf("calm: %s busy: %s", calm.said, busy.said)
		}
	})
}

// Back does not cross what has been done.
func TestBackStopsAtWhatIsDone(t *testing.T) {
	k := &talker{t: t, s: trip(t), now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	k.do(dialog.Event{Kind: dialog.Command, Name: "booked"})
	k.type_("1")
	k.type_("1")
	for range 3 {
		k.type_("engine.nav.back")
	}
	if asked := k.run().Asked.Key; asked != "second" {
		t.Errorf("three times back leads to %q, not to the first question after what was done", asked)
	}
	if !strings.Contains(k.said, "engine.settled") {
		t.Errorf("it is not said why: %q", k.said)
	}
}

// An edited flow never takes an old answer for something else: it asks again.
func TestEditedFlowAsksAgain(t *testing.T) {
	k := begin(t, trip(t))
	k.type_("1") // the sea
	k.type_("2") // no boat
	k.type_("1") // a hat
	edited := trip(t)
	st, _ := edited.Flows["trip"].Step("where")
	st.Options = []string{"sea", "town"}
	*st = dialog.Step{Key: st.Key, Form: st.Form, Options: st.Options}
	if err := edited.Init(); err != nil {
		t.Fatal(err)
	}
	k.s = edited
	old := k.button("bread")
	k.do(dialog.Event{Kind: dialog.Press, Data: old})
	if r := k.run(); r.Asked.Key != "where" || r.Find("pack") == nil {
		t.Errorf("asked %q with %s", r.Asked.Key, answers(r))
	}
	if !strings.Contains(k.said, "engine.reasked") {
		t.Errorf("it is not said why: %q", k.said)
	}
}

// What has to be said is said once to everybody, also to those already past it.
func TestMustIsSaidToThoseAlreadyPast(t *testing.T) {
	for _, must := range []bool{true, false} {
		k := begin(t, trip(t))
		k.type_("1")
		k.type_("2")
		edited := trip(t)
		f := edited.Flows["trip"]
		f.Steps = append([]dialog.Step{{Key: "terms", Form: dialog.Say, Must: must}}, f.Steps...)
		if err := edited.Init(); err != nil {
			t.Fatal(err)
		}
		k.s = edited
		k.type_("1")
		if got := strings.Contains(k.said, "trip.terms.say"); got != must {
			t.Errorf("must %v: said %v: %q", must, got, k.said)
		}
		k.type_("engine.nav.done")
		if strings.Contains(k.said, "trip.terms.say") {
			t.Error("said twice")
		}
	}
}

// A newer or damaged state is unreadable, never a stranger.
func TestUnreadableIsNoStranger(t *testing.T) {
	k := begin(t, trip(t))
	newer := append([]byte{}, k.blob...)
	newer[2] = 200
	flipped := append([]byte{}, k.blob...)
	flipped[len(flipped)/2] ^= 1
	for name, blob := range map[string][]byte{"newer": newer, "flipped": flipped, "cut": k.blob[:len(k.blob)-3], "empty": {}, "text": []byte("hello")} {
		_, _, err := k.s.Apply(blob, "test:p", 1, dialog.Event{Kind: dialog.Text, Text: "hi"}, k.now)
		if err == nil || !strings.Contains(err.Error(), dialog.ErrUnreadable.Error()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecodeState(f *testing.F) {
	s := trip(f)
	k := begin(f, s)
	f.Add(k.blob)
	k.type_("1")
	k.type_("1, 2")
	f.Add(k.blob)
	f.Add(withWords(f, k.blob))
	f.Add([]byte("A\x01\x01"))
	f.Fuzz(func(t *testing.T, blob []byte) {
		st, err := dialog.DecodeState(blob)
		if err != nil {
			return
		}
		again, err := dialog.DecodeState(st.Encode())
		if err != nil {
			t.Fatalf("what was read can not be written: %v", err)
		}
		if string(again.Encode()) != string(st.Encode()) {
			t.Fatal("written twice, it differs")
		}
	})
}

// FuzzDecodeBody skips the checksum, so that the decoder itself is reached.
func FuzzDecodeBody(f *testing.F) {
	k := begin(f, trip(f))
	f.Add(string(k.blob[3 : len(k.blob)-4]))
	words := withWords(f, k.blob)
	f.Add(string(words[3 : len(words)-4]))
	f.Fuzz(func(t *testing.T, body string) {
		var s dialog.State
		_ = dialog.Decode(body, &s)
	})
}

func FuzzStep(f *testing.F) {
	s := trip(f)
	f.Add(uint8(1), "1", "", "")
	f.Add(uint8(2), "", "AAAAAAAAAAAAAAAA", "")
	f.Add(uint8(3), "x", "", "trip")
	f.Add(uint8(4), "", "", "voice")
	f.Add(uint8(1), "back\u202e\x00\xff", "", "")
	f.Fuzz(func(t *testing.T, kind uint8, text, data, name string) {
		k := begin(t, s)
		for range 3 {
			k.do(dialog.Event{Kind: dialog.Kind(kind%8 + 1), Text: text, Data: data, Name: name})
			k.type_(text)
			if k.run() != nil && k.said == "" {
				t.Fatalf("%q is answered by silence", text)
			}
		}
	})
}

// What looks like nothing is no text: a name of it would be an empty button.
func TestCleanLeavesOutBlanks(t *testing.T) {
	for _, text := range []string{"\u2800", "\uffa0", "\u1160\u115f", "\u3164", "\u17b4\u17b5", "\u034f", "\u00ad", "\u200b\u202e"} {
		if got := dialog.Clean(text, 10); got != "" {
			t.Errorf("%+q leaves %+q", text, got)
		}
	}
	if family := "👩\u200d👧"; dialog.Clean(family, 10) != family {
		t.Error("emoji come apart")
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\u200bb\u202e", 10)
	f.Fuzz(func(t *testing.T, text string, n int) {
		n = n&0xfff + 1
		got := dialog.Clean(text, n)
		if len([]rune(got)) > n || strings.ContainsAny(got, "\x00\u202e\u200b\r") || got != strings.ToValidUTF8(got, "") {
			t.Fatalf("%q", got)
		}
	})
}
