package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// Where a process can die while somebody erases everything: all points of
// [dialog.Machine] but "before remove" and "after tell", since erasing takes no
// messages back and waits for its last words; while nobody has begun yet, at the
// question, and at the yes.
var erasePoints = []struct {
	name       string
	after, nth int64
}{
	{"due", 0, 1}, {"claimed", 0, 1},
	{"load", 1, 1}, {"step", 1, 1}, {"before commit", 1, 1}, {"after commit", 1, 1}, {"acknowledge", 1, 1}, {"before send", 1, 1}, {"after send", 1, 1},
	{"step", 1, 2}, {"before commit", 1, 2}, {"after commit", 1, 2}, // to note that the question was sent
	{"load", 2, 1}, {"step", 2, 1}, {"before tell", 2, 1}, {"told last", 2, 1}, {"before delete", 2, 1}, {"after delete", 2, 1}, {"acknowledge", 2, 1}, {"before send", 2, 1}, {"after send", 2, 1},
}

// erasing is one death and what is found after it.
type erasing struct {
	mortalSpec
	files  string // where the store keeps its files
	backup func(t *testing.T, to string) (reopen func(t *testing.T) dialog.Store)
}

// TestErasedAtEachCrashPoint: a process dies in the middle of an erasure, at
// every point there is, on both stores. The platform brings again what was not
// confirmed, and then ten thousand old updates: nobody comes back, nothing is
// sent. A month and some days later nothing of the record stands in any file,
// and the copies from before can not be read.
func TestErasedAtEachCrashPoint(t *testing.T) {
	for _, store := range []string{"bolt", "redis"} {
		for _, at := range erasePoints {
			t.Run(fmt.Sprintf("store=%s/after=%d/%s/%d", store, at.after, strings.ReplaceAll(at.name, " ", "-"), at.nth), func(t *testing.T) {
				t.Parallel()
				e := &erasing{mortalSpec: besideStore(t)}
				e.Point, e.After, e.Nth = at.name, at.after, at.nth
				if store == "bolt" {
					e.files, e.backup = e.Dir, e.copyFiles
				} else {
					e.onRedis(t)
				}
				e.play(t)
			})
		}
	}
}

// replays are brought after each death.
func replays() int {
	if testing.Short() {
		return 1000
	}
	return 10_000
}

func (e *erasing) onRedis(t *testing.T) {
	args := []string{"--appendonly", "yes", "--appendfsync", "always", "--save", "1 1"}
	server := redistest.Start(t, args...)
	e.Store, e.files = server.URL(), server.Dir
	e.backup = func(t *testing.T, to string) func(t *testing.T) dialog.Store {
		copyDir(t, server.Dir, to)
		return func(t *testing.T) dialog.Store { return openCopy(t, append(args, "--dir", to)) }
	}
}

func (e *erasing) copyFiles(t *testing.T, to string) func(t *testing.T) dialog.Store {
	copyDir(t, e.Dir, to)
	return func(t *testing.T) dialog.Store {
		other := e.mortalSpec
		other.Dir = to
		return other.bare(t)
	}
}

// bare is the store without a seal.
func (spec *mortalSpec) bare(t *testing.T) dialog.Store {
	cfg := defaults()
	cfg.Store.URL = spec.Store
	clock, err := newClock(1)
	must(t, err)
	store, _, err := openStore(t.Context(), cfg, spec.Dir, clock, quietLog)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	return store
}

func (e *erasing) play(t *testing.T) {
	text, err := json.Marshal(e.mortalSpec)
	must(t, err)
	cmd := otherself(t, "mortal", "MORTAL="+string(text))
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process did not die at its point: %v\n%s", err, out)
	}
	d := readDiary(t, e.Diary)
	shown := found(t, e.files, d.Pieces)
	backups := filepath.Join(t.TempDir(), "backup")
	reopen := e.backup(t, backups)

	s, inner, u, clock := e.open(t, time.Now().Add(time.Minute)) // leases of the dead have ended
	defer func() { must(t, s.Close()) }()
	inner.note = func(piece string) { d.Pieces = append(d.Pieces, piece) }
	l := newLife(t, s, s.KeyOf, mortals, func(h *dialog.Host) { h.Now, h.Alone = clock.Now, u.alone })
	l.reseed(11)
	ring, stop := context.WithCancel(t.Context())
	var rung sync.WaitGroup
	rung.Go(func() { l.host.Run(ring) })
	defer rung.Wait()
	defer stop()
	leaver := l.people[0]
	inner.key = s.KeyOf(leaver)
	take := func(ev dialog.Event) {
		d.Did = append(d.Did, ev)
		must(t, l.host.Handle(t.Context(), ev))
	}
	rec, err := s.Load(t.Context(), inner.key)
	must(t, err)
	alive := rec.Blob != nil
	if len(d.Pieces) == 0 || alive && len(shown) == 0 || d.Lived {
		t.Fatalf("of %d pieces %d are in the files, so this shows nothing", len(d.Pieces), len(shown))
	}
	if d.Taken < d.Begun { // the platform was told nothing, and brings it again
		must(t, l.host.Handle(t.Context(), d.Did[len(d.Did)-1]))
		l.host.Settle(leaver)
	}
	rec, err = s.Load(t.Context(), inner.key)
	must(t, err)
	if rec.Blob != nil { // it died before the yes
		if d.Begun > 1 {
			t.Fatal("the person has said yes, and is still there")
		}
		l.forget(leaver, take)
		rec, err = s.Load(t.Context(), inner.key)
		must(t, err)
	}
	if rec.Blob != nil || rec.Erased.IsZero() {
		t.Fatalf("not erased: %d bytes", len(rec.Blob))
	}
	if l.linked(t, l.people[1]) {
		t.Error("the partner still has the link")
	}

	sent := l.sentTo(leaver)
	for i := range replays() {
		ev := d.Did[l.random.IntN(len(d.Did))]
		switch i % 4 {
		case 1: // the platform counts anew
			ev.ID = fmt.Sprint("again-", i)
		case 2:
			ev = dialog.Event{Person: leaver, Kind: dialog.Alarm}
		case 3: // an old button; they carry no time
			ev.ID, ev.Kind, ev.At = fmt.Sprint("tap-", i), dialog.Press, time.Time{}
		}
		must(t, l.host.Handle(t.Context(), ev))
	}
	l.host.Settle(leaver)
	after, err := s.Load(t.Context(), inner.key)
	must(t, err)
	if after.Blob != nil || after.Tag != rec.Tag || !after.Erased.Equal(rec.Erased) {
		t.Errorf("%d replays have changed the tombstone", replays())
	}
	if n := l.sentTo(leaver) - sent; n > 0 {
		t.Errorf("%d messages were sent after the erasure", n)
	}
	l.end(t)

	kept := e.wait(t, s, u)
	redistest.Eventually(t, "nothing of the record is in any file", func() bool { return len(found(t, e.files, d.Pieces)) == 0 })
	old := reopen(t)
	if hits := found(t, backups, d.Pieces); alive && len(hits) == 0 {
		t.Error("the copy has nothing of the record, so this shows nothing")
	}
	if n, all := readable(t, old, kept); n > 0 || all < mortals-1 {
		t.Errorf("of %d records of the old copy %d still open", all, n)
	}
	if n, all := readable(t, inner, kept); n < mortals-1 || n != all {
		t.Errorf("of %d people who stayed %d can be read", all, n)
	}
}

// wait lets the published bound pass, as the housework does it: the key is
// turned, swept, destroyed, and the files rewritten. It returns the keys that
// are left, as their file has them.
func (e *erasing) wait(t *testing.T, s *seal.Store, u *upkeep) *seal.Keyring {
	first, _ := u.ring.Newest()
	now := time.Now()
	must(t, u.turn(t.Context(), now.Add(31*day)))
	next, _ := u.ring.Newest()
	redistest.Eventually(t, "the new key seals", func() bool { // the dead are missed
		must(t, s.Call(t.Context()))
		time.Sleep(20 * time.Millisecond)
		_, err := s.Sweep(t.Context())
		must(t, err)
		report, err := seal.Inspect(t.Context(), u.inner, u.ring, u.policy, now)
		must(t, err)
		return report.Epochs[0].Records == 0 && report.Running == 1
	})
	must(t, s.Call(t.Context()))
	must(t, u.turn(t.Context(), now.Add(time.Duration(u.policy.GoneDays())*day)))
	u.compact(t.Context())
	kept, err := u.keys.load()
	must(t, err)
	if only, _ := kept.Newest(); only != next || only == first {
		t.Errorf("the first key was not turned")
	}
	return kept
}

// readable is how many of the records in a store some keys open.
func readable(t *testing.T, inner dialog.Store, ring *seal.Keyring) (n, all int) {
	report, err := seal.Inspect(t.Context(), inner, ring, seal.DefaultPolicy, time.Now())
	must(t, err)
	for _, e := range report.Epochs {
		n += e.Records
	}
	for key, err := range inner.(dialog.Walker).Keys(t.Context()) {
		must(t, err)
		if rec, err := inner.Load(t.Context(), key); err == nil && rec.Blob != nil && key != "afterglow/roll" {
			all++
		}
	}
	return n, all
}

// copyDir is a backup as somebody makes one of a folder in use.
func copyDir(t *testing.T, from, to string) {
	must(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		name, rerr := filepath.Rel(from, path)
		if err = errors.Join(err, rerr); err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		all, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || strings.HasPrefix(name, "temp-") {
			return nil // a snapshot that is being made
		}
		return errors.Join(err, os.WriteFile(filepath.Join(to, name), all, 0o600))
	}))
}
