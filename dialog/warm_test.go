package dialog_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
)

// looked is a store that counts how often somebody was loaded.
type looked struct {
	dialog.Store
	loads atomic.Int64
}

func (l *looked) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	l.loads.Add(1)
	return l.Store.Load(ctx, key)
}

// twoHosts are on one store; the first gets all that a person says and knows
// people for a moment, the second does not.
type twoHosts struct {
	t           *testing.T
	store       *looked
	home, other *dialog.Host
	notes       int
}

func withTwoHosts(t *testing.T, linger time.Duration, story func(*twoHosts)) {
	synctest.Test(t, func(t *testing.T) {
		store, p := &looked{Store: dialog.NewMemoryStore(time.Now)}, newPhones()
		story(&twoHosts{t: t, store: store, other: newHost(t, store, p), home: newHost(t, store, p, func(h *dialog.Host) {
			h.Linger = map[string]time.Duration{"test": linger}
		})})
	})
}

// note has somebody note the next number at a host, a second of their time.
func (w *twoHosts) note(h *dialog.Host) {
	w.notes++
	insist(w.t, h, noteEvent(someone(1), w.notes))
	time.Sleep(time.Second)
}

func (w *twoHosts) expect(what string, loads int64, do func()) {
	w.t.Helper()
	before := w.store.loads.Load()
	do()
	if got := w.store.loads.Load() - before; got != loads {
		w.t.Errorf("%s: loaded %d times, want %d", what, got, loads)
	}
}

// Whoever goes on within a minute is not loaded again, where all they say comes
// to this host; elsewhere each time.
func TestWhoGoesOnIsNotLoadedAgain(t *testing.T) {
	for _, c := range []struct {
		linger time.Duration
		again  int64
	}{{0, 1}, {300 * time.Millisecond, 0}} {
		t.Run(c.linger.String(), func(t *testing.T) {
			withTwoHosts(t, c.linger, func(w *twoHosts) {
				w.expect("the first time", 1, func() { w.note(w.home) })
				w.expect("the second", c.again, func() { w.note(w.home) })
				time.Sleep(50 * time.Second)
				w.expect("after a pause", c.again, func() { w.note(w.home) })
				time.Sleep(time.Minute)
				w.expect("after a minute", 1, func() { w.note(w.home) })
			})
		})
	}
}

// What another host has done meanwhile is found out by the commit, and nothing
// of either is lost; what is nobody's word takes a fresh look to begin with.
func TestWhatIsKnownFromBeforeMayBeOld(t *testing.T) {
	withTwoHosts(t, time.Second, func(w *twoHosts) {
		w.note(w.home)
		w.expect("elsewhere", 1, func() { w.note(w.other) })
		w.expect("back", 1, func() { w.note(w.home) })
		if got := noted(t, w.store.Store, someone(1)); fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("noted %v", got)
		}
		if got := w.home.Stats.Conflicts.Load(); got != 1 {
			t.Errorf("%d conflicts, want 1", got)
		}
		w.note(w.other)
		w.expect("an event that is nobody's word", 1, func() {
			insist(t, w.home, dialog.Event{Kind: dialog.Unblocked, ID: "u", Person: someone(1), At: time.Now()})
			time.Sleep(time.Second)
		})
		if got := w.home.Stats.Conflicts.Load(); got != 1 {
			t.Errorf("%d conflicts, want still 1", got)
		}
	})
}

// Who was forgotten elsewhere is nobody here either.
func TestForgottenElsewhere(t *testing.T) {
	withTwoHosts(t, time.Second, func(w *twoHosts) {
		w.note(w.home)
		insist(t, w.other, dialog.Event{Kind: dialog.Command, Name: "forget", ID: "f", Person: someone(1), At: time.Now()})
		time.Sleep(time.Second)
		w.note(w.home)
		if got := noted(t, w.store.Store, someone(1)); fmt.Sprint(got) != "[2]" {
			t.Errorf("noted %v, want the new life's only", got)
		}
	})
}

// Only so many are known at a time: those who were here last.
func TestThoseWhoWereHereLastAreKnown(t *testing.T) {
	withTwoHosts(t, time.Second, func(w *twoHosts) {
		visit := func(i int) func() {
			return func() {
				w.notes++
				insist(t, w.home, noteEvent(someone(i), w.notes))
				w.home.Settle(someone(i))
			}
		}
		const many = 1200
		w.expect("all of them", many, func() {
			for i := range many {
				visit(i)()
			}
		})
		w.expect("the last", 0, visit(many-1))
		w.expect("the first", 1, visit(0))
	})
}
