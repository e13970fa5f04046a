package dialog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

// says runs a turn of somebody's with that action.
func says(t testing.TB, blob []byte, now time.Time, ev dialog.Event, do func(*dialog.Turn)) ([]byte, dialog.Outcome) {
	t.Helper()
	sc := sim.Script()
	sc.Commands["do"] = "do"
	sc.Actions["do"], sc.Actions["partner.do"] = do, do
	if ev.Kind == 0 {
		ev.Kind, ev.Name = dialog.Command, "do"
	}
	next, out, err := sc.Apply(blob, ana, 1, ev, now)
	if err != nil {
		t.Fatal(err)
	}
	return next, out
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	carry := func(t *dialog.Turn, w dialog.Word) bool {
		_, ok := t.Carry(w)
		return ok
	}
	far := now.Add(30 * 24 * time.Hour)
	blob, _ := says(t, nil, now, dialog.Event{}, func(turn *dialog.Turn) {
		for _, w := range []dialog.Word{
			{Name: "do"}, {To: ana, Name: "do"}, {To: ben}, {To: ben, Name: strings.Repeat("x", 41)},
			{To: ben, Name: "do", Text: strings.Repeat("x", dialog.MaxWord+1)},
		} {
			if carry(turn, w) {
				t.Errorf("%.60v is carried", w)
			}
		}
		for i := range 12 {
			if ok := carry(turn, dialog.Word{To: ben, Name: "do", After: far}); ok != (i < 10) {
				t.Errorf("word %d to one person: %v", i, ok)
			}
		}
		for i := range 12 {
			if ok := carry(turn, dialog.Word{To: "test:eve", Name: "do", After: far}); ok != (i < 10) {
				t.Errorf("word %d of all: %v", 10+i, ok)
			}
		}
		if carry(turn, dialog.Word{To: "test:joe", Name: "do"}) {
			t.Error("the 21st word at once is carried")
		}
		if !carry(turn, dialog.Word{To: ben, Name: "do", Last: true}) {
			t.Error("a last word is refused")
		}
	})
	if n := len(mustDecode(t, blob).Words); n != 11 {
		t.Errorf("%d words wait, want the last one and ten to somebody else", n)
	}
	says(t, blob, now.Add(3*time.Minute), dialog.Event{}, func(turn *dialog.Turn) {
		if !carry(turn, dialog.Word{To: "test:joe", Name: "do"}) || carry(turn, dialog.Word{To: "test:joe", Name: "do"}) {
			t.Error("three minutes later there is not room for just one more")
		}
	})
	says(t, nil, now, dialog.Event{}, func(turn *dialog.Turn) {
		big := strings.Repeat("x", dialog.MaxWord)
		n := 0
		for to := range 4 {
			for range 4 {
				if carry(turn, dialog.Word{To: dialog.PersonID(fmt.Sprint("test:", to)), Name: "do", Text: big}) {
					n++
				}
			}
		}
		if n != 8 {
			t.Errorf("%d long words wait, want 8", n)
		}
	})
}

// A word that follows from a word that follows from a word goes no further.
func TestWordsDoNotGoOnForEver(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	carried := true
	reply := func(t *dialog.Turn) { _, carried = t.Carry(dialog.Word{To: ben, Name: "do"}) }
	_, out := says(t, nil, now, dialog.Event{}, reply)
	hops := 0
	for ; carried; hops++ {
		if hops > 5 {
			t.Fatal("it never ends")
		}
		w := out.Words[0]
		w.To = ana // as if the other one answered just so
		_, out = says(t, nil, now, w.Event(ben), reply)
	}
	if hops != 3 {
		t.Errorf("refused after %d words, want 3", hops)
	}
}

// What waits can be taken back; what is being told can not, but is not told again.
func TestWordsAreTakenBack(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var flying, waiting dialog.WordID
	blob, out := says(t, nil, now, dialog.Event{}, func(t *dialog.Turn) {
		flying, _ = t.Carry(dialog.Word{To: ben, Name: "do", Text: "1"})
		waiting, _ = t.Carry(dialog.Word{To: ben, Name: "do", Text: "2"})
	})
	if len(out.Words) != 1 || out.Words[0].ID != flying {
		t.Fatalf("claimed %+v, want the first alone", out.Words)
	}
	blob, _ = says(t, blob, now, dialog.Event{}, func(turn *dialog.Turn) {
		if !turn.Recall(waiting) || turn.Recall(waiting) || turn.Recall(flying) {
			t.Error("want the waiting one taken back, once, and the other not")
		}
		turn.Carry(dialog.Word{To: ben, Name: "do", Text: "3"})
	})
	if alarm := mustDecode(t, blob).Alarm(); !alarm.Equal(now.Add(dialog.SendLease)) {
		t.Errorf("the alarm is at %v, want the end of the lease", alarm)
	}
	_, out = says(t, blob, now.Add(dialog.SendLease), dialog.Event{Kind: dialog.Alarm}, nil)
	if len(out.Words) != 1 || out.Words[0].Text != "3" {
		t.Errorf("told then: %+v, want the third", out.Words)
	}
}

// A state that has nothing to tell looks as it did before there were words, and
// one that has reads back as it was.
func TestStatesWithoutWordsAreAsBefore(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	plain := dialog.NewState(ana, 7)
	plain.Clock = now
	before := plain.Encode()
	s := mustDecode(t, before)
	turn := &dialog.Turn{Script: sim.Script(), State: s, Event: &dialog.Event{}, Now: now}
	if _, ok := turn.Carry(dialog.Word{To: ben, Name: "do", Text: "x", After: now.Add(time.Hour), Latest: now.Add(2 * time.Hour)}); !ok {
		t.Fatal("refused")
	}
	s.Words[0].Tries, s.Words[0].Fails, s.Words[0].Doubt, s.Words[0].Until = 2, 1, true, now.Add(time.Minute)
	again := mustDecode(t, s.Encode())
	if fmt.Sprint(again.Words) != fmt.Sprint(s.Words) {
		t.Errorf("read back as %+v, was %+v", again.Words, s.Words)
	}
	if !bytes.Equal(again.Encode(), s.Encode()) {
		t.Error("written twice, it differs")
	}
	again.Words, again.Seed = nil, plain.Seed
	again.Clock = now.Add(time.Hour) // by then nobody minds how much was said
	plain.Clock = again.Clock
	if !bytes.Equal(again.Encode(), plain.Encode()) {
		t.Error("something of the words is left")
	}
}

// A state that has no room for what a word would add stays as it is, without a
// sound, and the word is not told again.
func TestWordsThatDoNotFit(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	sent := dialog.Word{ID: dialog.WordID{1}, To: ana, Name: "do", At: now}
	grow := func(t *dialog.Turn) {
		t.State.Timers = append(t.State.Timers, dialog.Timer{Name: "x", Wall: now.Add(time.Hour), Note: strings.Repeat("x", dialog.MaxState)})
	}
	blob, out := says(t, dialog.NewState(ana, 1).Encode(), now, sent.Event(ben), grow)
	if s := mustDecode(t, blob); !out.Full || len(out.Deliver) > 0 || len(s.Timers) > 0 {
		t.Errorf("full: %v, %d messages, %d timers", out.Full, len(out.Deliver), len(s.Timers))
	}
	if _, out = says(t, blob, now, sent.Event(ben), grow); !out.Repeat {
		t.Error("it is taken for news")
	}
}

// withWords is the state in blob, with words that wait.
func withWords(t testing.TB, blob []byte) []byte {
	t.Helper()
	s := mustDecode(t, blob)
	turn := &dialog.Turn{State: s, Event: &dialog.Event{}, Now: s.Clock}
	for _, to := range []dialog.PersonID{ben, "test:eve", ben} {
		if _, ok := turn.Carry(dialog.Word{To: to, Name: "do", Text: "hello"}); !ok {
			t.Fatal("refused")
		}
	}
	s.Words[0].Tries, s.Words[0].Until = 1, s.Clock.Add(time.Second)
	return s.Encode()
}

func mustDecode(t testing.TB, blob []byte) *dialog.State {
	t.Helper()
	s, err := dialog.DecodeState(blob)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
