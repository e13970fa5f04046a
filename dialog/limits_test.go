package dialog_test

import (
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

// A flow that turns in a circle is ended, and the person is told; the bot goes on.
func TestCircleIsEnded(t *testing.T) {
	s := trip(t)
	s.Flows["booked"].Steps[1].Do = []string{"circle"}
	s.Actions["circle"] = func(t *dialog.Turn) { t.Again("do book") }
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	k := &talker{t: t, s: s, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	k.do(dialog.Event{Kind: dialog.Command, Name: "booked"})
	k.type_("1")
	if !strings.Contains(k.said, "engine.tangled") || k.run() != nil {
		t.Errorf("said %q, in %v", k.said, k.run())
	}
	k.do(dialog.Event{Kind: dialog.Command, Name: "trip"})
	if k.run() == nil || k.run().Asked.Key != "where" {
		t.Error("it does not go on")
	}
}

// A step that would grow the state past its limit is undone, and the person is
// told; what was there before is there still.
func TestFullStateIsUndone(t *testing.T) {
	s := trip(t)
	grown := false
	s.Actions["book"] = func(t *dialog.Turn) {
		grown = true
		for range 20 {
			t.State.Timers = append(t.State.Timers, dialog.Timer{Name: "x", Note: strings.Repeat("n", 4<<10)})
			t.State.Timers[len(t.State.Timers)-1].Note += string(rune('a' + len(t.State.Timers)))
			t.State.Timers[len(t.State.Timers)-1].Wall = t.Now.AddDate(1, 0, 0)
		}
	}
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	k := &talker{t: t, s: s, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	k.do(dialog.Event{Kind: dialog.Command, Name: "booked"})
	k.type_("1")
	if !grown || !strings.Contains(k.said, "engine.full") {
		t.Errorf("said %q", k.said)
	}
	if r := k.run(); r == nil || r.Find("first") != nil {
		t.Error("the step was not undone")
	}
	if len(k.blob) > dialog.MaxState {
		t.Errorf("the state has %d bytes", len(k.blob))
	}
}

// However much is said while nobody can deliver it, the outbox stays small, and
// the newest is kept.
func TestOutboxStaysSmall(t *testing.T) {
	k := begin(t, trip(t))
	for range 100 {
		k.n++
		k.now = k.now.Add(time.Second)
		next, _, err := k.s.Apply(k.blob, "test:p", 1, dialog.Event{ID: string(rune(1000 + k.n)), Kind: dialog.Text, Text: "qwfp"}, k.now)
		if err != nil {
			t.Fatal(err)
		}
		k.blob = next
	}
	s, err := dialog.DecodeState(k.blob)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Outbox); n == 0 || n > 25 {
		t.Errorf("%d messages wait", n)
	}
}
