package seal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
)

// TestTurnUnderLoad is the whole life of a key: two processes answer people
// while the operator hands the new key to the one, then to the other; then the
// old one is swept and destroyed. No read and no commit may fail meanwhile.
func TestTurnUnderLoad(t *testing.T) {
	const people, callers = 200, 4
	inner := dialog.NewMemoryStore(time.Now)
	ringA := newRing(t)
	ringB := copyOf(t, ringA)
	a, b := open(t, inner, ringA), open(t, inner, ringB)
	old, _ := ringA.Newest()
	for i := range people { // of whom nothing is heard meanwhile
		must(t, a.Commit(t.Context(), a.KeyOf(dialog.PersonID(fmt.Sprint("discord:", i))), dialog.Tag{}, newTag(), []byte("calm"), time.Time{}))
	}

	var over atomic.Bool
	var reads, writes atomic.Int64
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for n := c; !over.Load(); n++ {
				s := []*Store{a, b}[n%2]
				key := s.KeyOf(dialog.PersonID(fmt.Sprint("telegram:", n*7919%people)))
				r, err := s.Load(t.Context(), key)
				if err != nil {
					t.Errorf("a read failed: %v", err)
					return
				}
				reads.Add(1)
				err = s.Commit(t.Context(), key, r.Tag, newTag(), append(r.Blob, 'x')[:min(len(r.Blob)+1, 3000)], time.Time{})
				if err != nil && !errors.Is(err, dialog.ErrConflict) {
					t.Errorf("a commit failed: %v", err)
					return
				}
				writes.Add(1)
			}
		})
	}
	work := func(n int64) {
		for target := writes.Load() + n; writes.Load() < target && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
	}
	call := func() {
		t.Helper()
		must(t, a.Call(t.Context()))
		must(t, b.Call(t.Context()))
	}
	sealing := func(want Epoch) {
		t.Helper()
		if gotA, gotB := ringA.keys.Load().sealing(), ringB.keys.Load().sealing(); gotA != want || gotB != want {
			t.Fatalf("%v and %v seal, want %v", gotA, gotB, want)
		}
	}
	work(500)
	next, err := ringA.Add(time.Now()) // the operator adds a key …
	must(t, err)
	call()
	work(500)
	call()
	sealing(old) // … which the one has and the other has not
	grown, err := ringA.Text()
	must(t, err)
	must(t, ringB.Replace(grown))
	work(500)
	call()
	call()
	sealing(next)

	if _, err := Open(t.Context(), inner, newRing(t), Options{}); !errors.Is(err, errForeign) {
		t.Errorf("another store's keys: %v", err)
	}
	work(500)
	census, err := b.Sweep(t.Context())
	must(t, err)
	if census.Anew < people || census.Records[old] > 0 || census.Unknown > 0 || len(census.Broken) > 0 {
		t.Errorf("after the sweep: %+v", census)
	}
	report := func(at time.Time) EpochReport {
		t.Helper()
		rep, err := Inspect(t.Context(), inner, copyOf(t, ringA), DefaultPolicy, at)
		must(t, err)
		if rep.Running != 2 || rep.Epochs[0].Epoch != old {
			t.Fatalf("got %+v", rep)
		}
		return rep.Epochs[0]
	}
	call() // they say what they seal with now
	if e := report(time.Now()); e.Records != 0 || !strings.Contains(e.Hold, "backups may need it") {
		t.Errorf("got %+v", e)
	}
	if e := report(time.Now().Add(DefaultPolicy.Sweep + DefaultPolicy.Backup + time.Minute)); e.Hold != "" {
		t.Errorf("it may be destroyed, but: %s", e.Hold)
	}
	must(t, ringA.Destroy(old, time.Now()))
	shrunk, err := ringA.Text()
	must(t, err)
	call()
	must(t, ringB.Replace(shrunk))
	call()
	work(500)
	over.Store(true)
	wg.Wait()
	t.Logf("%d reads, %d commits, none failed; %d records sealed anew by the sweep", reads.Load(), writes.Load(), census.Anew)
}

// TestOldCopiesEnd: what a backup holds can not be read once its key is destroyed.
func TestOldCopiesEnd(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	s := open(t, inner, ring)
	old, _ := ring.Newest()
	key, tag := s.KeyOf("telegram:4711"), newTag()
	must(t, s.Commit(t.Context(), key, dialog.Tag{}, tag, []byte("calm"), time.Time{}))
	backup, err := inner.Load(t.Context(), key)
	must(t, err)
	rollBackup, err := inner.Load(t.Context(), rollKey)
	must(t, err)
	_, err = ring.Add(time.Now())
	must(t, err)
	must(t, s.Call(t.Context()))
	_, err = s.Sweep(t.Context())
	must(t, err)
	must(t, ring.Destroy(old, time.Now()))
	if r, err := s.Load(t.Context(), key); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	_, err = ring.keys.Load().open(key, tag, backup.Blob)
	if !errors.Is(err, dialog.ErrUnreadable) || !strings.Contains(err.Error(), old.String()+" was destroyed on") {
		t.Errorf("the backup: %v", err)
	}
	_, err = copyOf(t, ring).keys.Load().open(key, tag, backup.Blob)
	if !errors.Is(err, dialog.ErrUnreadable) {
		t.Errorf("the backup, with the ring from its file: %v", err)
	}
	// The store is restored as it was, roll and all: the bot starts, and says of
	// the record that it can not be read.
	must(t, inner.Rewrite(t.Context(), key, tag, backup.Blob))
	must(t, inner.Rewrite(t.Context(), rollKey, mustTag(t, inner), rollBackup.Blob))
	again := open(t, inner, copyOf(t, ring))
	if k := again.ring.keys.Load(); !k.has(k.sealing()) || k.sealing() == old {
		t.Error("the epoch that seals is gone")
	}
	if _, err := again.Load(t.Context(), key); !errors.Is(err, dialog.ErrUnreadable) {
		t.Errorf("got %v", err)
	}
}

func TestWhoComesLateWithOldKeys(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	old := copyOf(t, ring)
	s := open(t, inner, ring)
	next, err := ring.Add(time.Now())
	must(t, err)
	must(t, s.Call(t.Context()))
	if ring.keys.Load().sealing() != next {
		t.Fatal("a single process does not turn its key")
	}
	if _, err := Open(t.Context(), inner, old, Options{}); !errors.Is(err, errBehind) {
		t.Errorf("got %v", err)
	}
	must(t, s.Close())
	if _, err := Open(t.Context(), inner, old, Options{}); !errors.Is(err, errBehind) {
		t.Errorf("got %v, after all others have left", err)
	}
}

func TestTheDeadHoldNothingUpForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := dialog.NewMemoryStore(time.Now)
		ring := newRing(t)
		killed := open(t, inner, copyOf(t, ring))
		s := open(t, inner, ring)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { s.Run(ctx) })
		next, err := ring.Add(time.Now())
		must(t, err)
		time.Sleep(s.life() - s.opts.Call)
		if ring.keys.Load().sealing() == next {
			t.Error("promoted though a process does not have it")
		}
		time.Sleep(3 * s.opts.Call)
		if ring.keys.Load().sealing() != next {
			t.Error("a dead process still holds the key up")
		}
		// It was not dead, it slept. Its keys are old, so it must not write.
		err = killed.Commit(ctx, killed.KeyOf("telegram:1"), dialog.Tag{}, newTag(), []byte("calm"), time.Time{})
		if !errors.Is(err, errBehind) {
			t.Errorf("got %v", err)
		}
		// With the new file it takes part again, and seals as the others do.
		grown, err := ring.Text()
		must(t, err)
		must(t, killed.ring.Replace(grown))
		must(t, killed.Commit(ctx, killed.KeyOf("telegram:1"), dialog.Tag{}, newTag(), []byte("calm"), time.Time{}))
		if killed.ring.keys.Load().sealing() != next {
			t.Error("it seals with the old key")
		}
		cancel()
		wg.Wait()
	})
}

func TestAloneNobodyIsWaitedFor(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	open(t, inner, copyOf(t, ring)) // and killed
	next, err := ring.Add(time.Now())
	must(t, err)
	s, err := Open(t.Context(), inner, ring, Options{Alone: true})
	must(t, err)
	if ring.keys.Load().sealing() != next || !s.roll.first.Load() {
		t.Error("a dead process was waited for")
	}
}

func TestRunSweepsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := dialog.NewMemoryStore(time.Now)
		ring := newRing(t)
		a, b := open(t, inner, ring), open(t, inner, copyOf(t, ring))
		old, _ := ring.Newest()
		for i := range 50 {
			must(t, a.Commit(t.Context(), a.KeyOf(dialog.PersonID(fmt.Sprint("discord:", i))), dialog.Tag{}, newTag(), []byte("calm"), time.Now().Add(time.Hour)))
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { a.Run(ctx) })
		wg.Go(func() { b.Run(ctx) })
		time.Sleep(time.Minute)
		_, err := ring.Add(time.Now())
		must(t, err)
		grown, err := ring.Text()
		must(t, err)
		must(t, b.ring.Replace(grown))
		time.Sleep(5 * time.Minute)
		rep, err := Inspect(ctx, inner, ring, DefaultPolicy, time.Now())
		must(t, err)
		if rep.Epochs[0].Epoch != old || rep.Epochs[0].Records != 0 || rep.Epochs[1].Records != 50 || rep.Running != 2 {
			t.Errorf("got %+v", rep)
		}
		time.Sleep(time.Hour) // the alarms are where they were
		if due, err := a.Due(ctx, time.Minute, 100); err != nil || len(due) != 50 {
			t.Errorf("%d are due, %v", len(due), err)
		}
		cancel()
		wg.Wait()
	})
}

func TestRollIsMended(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	s := open(t, inner, ring)
	r, err := inner.Load(t.Context(), rollKey)
	must(t, err)
	must(t, inner.Rewrite(t.Context(), rollKey, r.Tag, []byte(`{"roll":1,"names`)))
	must(t, s.Call(t.Context()))
	must(t, inner.Commit(t.Context(), rollKey, mustTag(t, inner), newTag(), []byte(`{"roll":2}`), time.Time{}))
	if err := s.Call(t.Context()); !errors.Is(err, dialog.ErrUnreadable) {
		t.Errorf("a newer roll: %v", err)
	}
	// Even then people are answered.
	s.roll.last.Store(0)
	must(t, s.Commit(t.Context(), s.KeyOf("telegram:1"), dialog.Tag{}, newTag(), []byte("calm"), time.Time{}))
}

func mustTag(t *testing.T, inner dialog.Store) dialog.Tag {
	r, err := inner.Load(t.Context(), rollKey)
	must(t, err)
	return r.Tag
}

// TestManyStartAtOnce: whoever comes first decides, and all agree.
func TestManyStartAtOnce(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	_, err := ring.Add(time.Now())
	must(t, err)
	text, err := ring.Text()
	must(t, err)
	var wg sync.WaitGroup
	stores := make([]*Store, 8)
	for i := range stores {
		wg.Go(func() {
			r, err := ParseKeyring(text)
			if err == nil {
				stores[i], err = Open(context.Background(), inner, r, Options{})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	first := 0
	for _, s := range stores {
		must(t, s.Call(t.Context()))
		if s.ring.keys.Load().sealing() != stores[0].ring.keys.Load().sealing() {
			t.Error("they do not agree")
		}
	}
	for _, s := range stores {
		must(t, s.Call(t.Context()))
		if s.roll.first.Load() {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d of them sweep", first)
	}
}

func TestGone(t *testing.T) {
	for _, c := range []struct {
		p    Policy
		days int
	}{
		{DefaultPolicy, 39},
		{Policy{Epoch: 30 * day, Sweep: day}, 32},
		{Policy{Epoch: 7 * day, Sweep: 12 * time.Hour, Backup: 30 * day}, 39},
	} {
		if got := c.p.GoneDays(); got != c.days {
			t.Errorf("%+v: %d days, want %d", c.p, got, c.days)
		}
	}
}

// TestBrokenRecordsHoldTheirKey until somebody decides otherwise.
func TestBrokenRecordsHoldTheirKey(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	s := open(t, inner, ring)
	key, tag := s.KeyOf("telegram:1"), newTag()
	must(t, s.Commit(t.Context(), key, dialog.Tag{}, tag, []byte("calm"), time.Time{}))
	r, err := inner.Load(t.Context(), key)
	must(t, err)
	r.Blob[100] ^= 1
	must(t, inner.Rewrite(t.Context(), key, tag, r.Blob))
	_, err = ring.Add(time.Now())
	must(t, err)
	must(t, s.Call(t.Context()))
	must(t, s.Call(t.Context()))
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	late := time.Now().Add(1000 * day)
	rep, err := Inspect(t.Context(), inner, ring, DefaultPolicy, late)
	must(t, err)
	if e := rep.Epochs[0]; e.Broken != 1 || !e.Giving || !strings.Contains(e.Hold, "do not open") {
		t.Errorf("got %+v", e)
	}
	must(t, inner.Rewrite(t.Context(), key, tag, []byte("what is this")))
	rep, err = Inspect(t.Context(), inner, ring, DefaultPolicy, late)
	must(t, err)
	if e := rep.Epochs[0]; rep.Unknown != 1 || !strings.Contains(e.Hold, "can not be read at all") {
		t.Errorf("got %+v", e)
	}
}
