package dialog_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

func command(p dialog.PersonID, id, name string) dialog.Event {
	return dialog.Event{ID: id, Hint: id, Person: p, Kind: dialog.Command, Name: name, At: time.Now()}
}

const safe = "That failed. Your answers are safe."

func TestPoisonIsParked(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	p := newPhones()
	h := newHost(t, memory, p)
	insist(t, h, noteEvent(someone(1), 0))
	insist(t, h, command(someone(1), "b", "boom"))
	insist(t, h, command(someone(1), "b", "boom")) // brought again
	insist(t, h, noteEvent(someone(1), 1))
	h.Settle(someone(1))
	got := p.of(someone(1))
	if len(got) != 3 || got[1].Text != safe {
		t.Errorf("the person read %v", got)
	}
	if ids := noted(t, memory, someone(1)); len(ids) != 2 {
		t.Errorf("applied: %v", ids)
	}
	if n := h.Stats.Poison.Load(); n != 1 {
		t.Errorf("%d events are parked", n)
	}
}

// An event that a process dies of is brought again to the next one, and must not
// kill them all.
func TestPoisonThatKillsProcesses(t *testing.T) {
	lives := newLives(t)
	for life := range 3 {
		if !lives.next(300 * time.Millisecond) {
			t.Fatalf("it was parked after %d processes, not 3", life)
		}
	}
	if lives.next(300 * time.Millisecond) {
		t.Fatal("a fourth process has died of it as well")
	}
	if got := lives.phones.of(someone(1)); len(got) != 1 || got[0].Text != safe {
		t.Errorf("the person read %v", got)
	}
}

// Hosts that begin one event at the same time have not died of it.
func TestRacersAreNoDeaths(t *testing.T) {
	lives := newLives(t)
	for n := range 6 {
		if !lives.next(20 * time.Millisecond) {
			t.Fatalf("it was parked with %d hosts at work on it", n)
		}
	}
}

// lives is one event that whoever begins it does not come back from.
type lives struct {
	t       *testing.T
	store   dialog.Store
	phones  *phones
	forever chan struct{}
	now     time.Time
}

func newLives(t *testing.T) *lives {
	l := &lives{t: t, store: dialog.NewMemoryStore(time.Now), phones: newPhones(), forever: make(chan struct{}), now: time.Now()}
	t.Cleanup(func() { close(l.forever) })
	return l
}

// next starts a host that is brought the event so long after the one before it,
// and tells whether it begins it, or parks it and answers.
func (l *lives) next(later time.Duration) (begun bool) {
	l.now = l.now.Add(later)
	now := l.now
	began := make(chan struct{}, 1)
	h := &dialog.Host{Script: sim.Script(), Store: l.store, Platforms: map[string]dialog.Platform{"test": l.phones}, StepTime: -1, Now: func() time.Time { return now }}
	h.Script.Commands["kill"] = "kill"
	h.Script.Actions["kill"] = func(*dialog.Turn) { began <- struct{}{}; <-l.forever } // as good as dead
	h.Start(context.Background())
	taken := make(chan error, 1)
	go func() { taken <- h.Handle(context.Background(), command(someone(1), "k", "kill")) }()
	select {
	case <-began:
		return true
	case err := <-taken:
		if err != nil {
			l.t.Fatal(err)
		}
		h.Settle(someone(1))
		return false
	}
}

// What ended well was not what a process died of, however often it comes soon
// after a start: alarms, which have no id, and an event that is brought again.
func TestNothingFailedNothingIsParked(t *testing.T) {
	const lives = 6
	now := time.Now()
	clock := func() time.Time { return now }
	memory := dialog.NewMemoryStore(clock)
	p := newPhones()
	ev := noteEvent(someone(1), 0)
	for life := range lives {
		h := newHost(t, memory, p, func(h *dialog.Host) { h.Now = clock })
		insist(t, h, ev)
		remind := command(someone(2), string(rune('a'+life)), "remind")
		remind.At = now
		insist(t, h, remind)
		h.Settle(someone(2))
		now = now.Add(3 * time.Second)
		if _, err := h.Ring(context.Background(), 10); err != nil {
			t.Fatal(err)
		}
		h.Settle(someone(1))
		h.Settle(someone(2))
		if n := h.Stats.Poison.Load(); n != 0 {
			t.Errorf("process %d has set %d events aside", life+1, n)
		}
	}
	nudges := 0
	for _, m := range p.of(someone(2)) {
		if strings.HasPrefix(m.Text, "nudge ") {
			nudges++
		}
	}
	if nudges != lives {
		t.Errorf("%d nudges of %d came", nudges, lives)
	}
	if got := p.of(someone(1)); len(got) != 1 {
		t.Errorf("the person read %v", got)
	}
}

func TestStepThatHangs(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	p := newPhones()
	release := make(chan struct{})
	h := newHost(t, memory, p, func(h *dialog.Host) { h.StepTime = 50 * time.Millisecond })
	h.Script.Commands["hang"] = "hang"
	h.Script.Actions["hang"] = func(t *dialog.Turn) { <-release; t.Tell("I am back.") }
	go insist(t, h, command(someone(1), "h", "hang"))
	var slowest time.Duration
	for n := range 50 { // nobody else notices
		begun := time.Now()
		insist(t, h, noteEvent(someone(2), n))
		slowest = max(slowest, time.Since(begun))
	}
	p.await(t, "the word that all is safe", func() bool { return len(p.of(someone(1))) > 0 })
	insist(t, h, noteEvent(someone(1), 1))
	close(release) // what it says now is not heard
	h.Settle(someone(1))
	if got := p.of(someone(1)); len(got) != 2 || got[0].Text != safe {
		t.Errorf("the person read %v", got)
	}
	if h.Stats.Stuck.Load() != 1 || h.Stats.Poison.Load() != 1 {
		t.Errorf("stuck %d, parked %d", h.Stats.Stuck.Load(), h.Stats.Poison.Load())
	}
	t.Logf("the slowest event of others took %v", slowest)
}

func TestAlarmThatPanicsDoesNotSpin(t *testing.T) {
	var mu sync.Mutex
	now := time.Now()
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	memory := dialog.NewMemoryStore(clock)
	h := newHost(t, memory, newPhones(), func(h *dialog.Host) { h.Now = clock })
	insist(t, h, command(someone(1), "f", "fuse"))
	h.Settle(someone(1))
	mu.Lock()
	now = now.Add(2 * time.Minute)
	mu.Unlock()
	rung := 0
	for range 20 {
		n, err := h.Ring(context.Background(), 10)
		if err != nil {
			t.Fatal(err)
		}
		rung += n
		h.Settle(someone(1))
	}
	if rung != 1 || h.Stats.Poison.Load() != 1 {
		t.Errorf("it rang %d times and was parked %d times", rung, h.Stats.Poison.Load())
	}
}

func TestUnreadableRecord(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	p := newPhones()
	var log bytes.Buffer
	h := newHost(t, memory, p, func(h *dialog.Host) { h.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	h.Script.Words["en"]["engine.unreadable"] = []string{"Please wait."}
	insist(t, h, noteEvent(someone(1), 0))
	h.Settle(someone(1))
	memory.Damage(dialog.Key(someone(1)))
	for n := range 5 {
		insist(t, h, noteEvent(someone(1), 1+n))
	}
	h.Settle(someone(1))
	if got := p.of(someone(1)); len(got) != 2 || got[1].Text != "Please wait." {
		t.Errorf("the person read %v", got)
	}
	if n := strings.Count(log.String(), "can not be read"); n != 1 {
		t.Errorf("the operator was told %d times: %s", n, &log)
	}
	if _, err := memory.Load(context.Background(), dialog.Key(someone(1))); err == nil {
		t.Error("the record was overwritten")
	}
	if n := h.Stats.Unreadable.Load(); n != 5 {
		t.Errorf("%d events were refused", n)
	}
}

// A person who is gone is left alone until they write again.
func TestGone(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	p := newPhones()
	p.fail = func(_ dialog.PersonID, m dialog.Message) error {
		if m.Hint == "0" {
			return &dialog.SendError{Verdict: dialog.Gone}
		}
		return nil
	}
	h := newHost(t, memory, p)
	insist(t, h, noteEvent(someone(1), 0))
	h.Settle(someone(1))
	rec, _ := memory.Load(context.Background(), dialog.Key(someone(1)))
	if s, err := dialog.DecodeState(rec.Blob); err != nil || !s.Muted || len(s.Outbox) > 0 {
		t.Errorf("after a refusal: %+v, %v", s, err)
	}
	insist(t, h, noteEvent(someone(1), 1))
	h.Settle(someone(1))
	if got := p.of(someone(1)); len(got) != 1 || got[0].Hint != "1" {
		t.Errorf("after they wrote again: %v", got)
	}
}
