package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// house is a store that counts how often it is compacted.
type house struct {
	*dialog.MemoryStore
	compactions atomic.Int64
}

func (h *house) Compact(context.Context) error {
	h.compactions.Add(1)
	return nil
}

// TestUpkeepOfAWeek: a bot that is left alone turns its keys, sweeps, destroys
// and compacts, and answers all the while.
func TestUpkeepOfAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		place := keyPlace{path: filepath.Join(t.TempDir(), "bot.keys"), own: true}
		ring, err := seal.NewKeyring(time.Now())
		must(t, err)
		must(t, newKeyFile(place.path, ring))
		inner := &house{MemoryStore: dialog.NewMemoryStore(time.Now)}
		s, err := seal.Open(t.Context(), inner, ring, seal.Options{Log: quietLog})
		must(t, err)
		u := &upkeep{store: s, inner: inner, ring: ring, keys: place, log: quietLog,
			policy: seal.Policy{Epoch: 2 * day, Sweep: day / 2, Backup: day / 2}}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { u.run(ctx) })

		key := s.KeyOf("telegram:1")
		must(t, s.Commit(ctx, key, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
		first, _ := ring.Newest()
		time.Sleep(time.Hour)
		if n := inner.compactions.Load(); n != 1 {
			t.Errorf("after an hour: compacted %d times", n)
		}
		for i := range manyGone {
			person := s.KeyOf(dialog.PersonID(fmt.Sprint("discord:", i)))
			must(t, s.Commit(ctx, person, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
			must(t, s.Delete(ctx, person, dialog.Tag{1}, dialog.Tag{2}, time.Time{}))
		}
		time.Sleep(time.Minute)
		if n := inner.compactions.Load(); n != 2 {
			t.Errorf("after many erasures: compacted %d times", n)
		}
		alive := func(e seal.Epoch) (found bool) {
			report, err := seal.Inspect(ctx, inner, ring, u.policy, time.Now())
			must(t, err)
			for _, r := range report.Epochs {
				found = found || r.Epoch == e
			}
			return found
		}
		time.Sleep(5 * day / 2)
		if second, _ := ring.Newest(); second == first || !alive(first) {
			t.Errorf("after two days and a half: the newest key is %v, the first is there: %v", second, alive(first))
		}
		time.Sleep(u.policy.Gone() - 5*day/2)
		if alive(first) {
			t.Error("the first key has outlived the promise")
		}
		if r, err := s.Load(ctx, key); err != nil || string(r.Blob) != "calm" {
			t.Errorf("got %+v, %v", r, err)
		}
		if n := inner.compactions.Load(); n < 5 {
			t.Errorf("in the end: compacted %d times", n)
		}
		kept, err := place.load() // what is on disk opens what is in the store
		must(t, err)
		cancel()
		wg.Wait()
		must(t, s.Close())
		again, err := seal.Open(t.Context(), inner, kept, seal.Options{})
		must(t, err)
		if r, err := again.Load(t.Context(), key); err != nil || string(r.Blob) != "calm" {
			t.Errorf("with the key file: got %+v, %v", r, err)
		}
	})
}

func TestUpkeepTurnsTheKeys(t *testing.T) {
	dir := t.TempDir()
	s, u := openTestStore(t, dir)
	key := s.KeyOf("telegram:1")
	must(t, s.Commit(t.Context(), key, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
	first, _ := u.ring.Newest()
	now := time.Now()
	must(t, u.turn(t.Context(), now.Add(29*day)))
	if e, _ := u.ring.Newest(); e != first {
		t.Error("it was turned too early")
	}
	must(t, u.turn(t.Context(), now.Add(30*day+time.Minute)))
	second, _ := u.ring.Newest()
	if second == first {
		t.Fatal("it was not turned")
	}
	// A restart finds the new key, and the record under the old one.
	must(t, s.Close())
	s, u = openTestStore(t, dir)
	defer s.Close()
	if r, err := s.Load(t.Context(), key); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	holds := func(at time.Time) string {
		t.Helper()
		report, err := seal.Inspect(t.Context(), u.inner, u.ring, u.policy, at)
		must(t, err)
		return report.Epochs[0].Hold
	}
	if hold := holds(now.Add(100 * day)); !strings.Contains(hold, "records are sealed with it") {
		t.Errorf("hold: %s", hold)
	}
	must(t, s.Call(t.Context()))
	_, err := s.Sweep(t.Context())
	must(t, err)
	if hold := holds(now.Add(100 * day)); hold != "" {
		t.Errorf("hold: %s", hold)
	}
	written := u.keys.path // the disk says no: nothing is destroyed then
	u.keys.path = filepath.Join(dir, "no such folder", "bot.keys")
	if err := u.turn(t.Context(), now.Add(100*day)); err == nil || holds(now) == "" {
		t.Errorf("the file could not be written: %v", err)
	}
	u.keys.path = written
	must(t, u.turn(t.Context(), now.Add(100*day)))
	if report, err := seal.Inspect(t.Context(), u.inner, u.ring, u.policy, now); err != nil || slices.ContainsFunc(report.Epochs, func(e seal.EpochReport) bool { return e.Epoch == first }) {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestUpkeepTakesOverAChangedFile(t *testing.T) {
	dir := t.TempDir()
	s, u := openTestStore(t, dir)
	defer s.Close()
	u.keys.own = false
	other, err := u.keys.load()
	must(t, err)
	e, err := other.Add(time.Now())
	must(t, err)
	must(t, writeKeyFile(u.keys.path, other))
	u.reload()
	if got, _ := u.ring.Newest(); got != e {
		t.Error("the new key was not taken over")
	}
	must(t, os.WriteFile(u.keys.path, []byte("{"), 0o600)) // half a file
	u.reload()
	if got, _ := u.ring.Newest(); got != e {
		t.Error("a broken file was taken over")
	}
}
