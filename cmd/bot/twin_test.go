package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// twins is how many people two processes talk with at the same time.
const twins = 20

// deeds is what a process did.
type deeds struct{ Events, Conflicts, Unreadable int64 }

func deedsOf(l *life) deeds {
	s := &l.host.Stats
	return deeds{s.Events.Load(), s.Conflicts.Load(), s.Unreadable.Load()}
}

// twin is a process that answers people over a shared store until its input
// ends, and looks at its own key file all the time.
func twin() {
	t := inMortal{}
	s, u := openShared(t, os.Getenv("TWIN_STORE"), os.Getenv("TWIN_KEYS"))
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	var work sync.WaitGroup
	work.Go(func() {
		for !over.Load() {
			u.reload()
			must(t, s.Call(context.Background()))
			time.Sleep(20 * time.Millisecond)
		}
	})
	l := newLife(t, s, s.KeyOf, twins)
	l.reseed(8)
	for !over.Load() {
		l.live(t, 5)
	}
	l.end(t)
	work.Wait()
	must(t, s.Close())
	must(t, json.NewEncoder(os.Stdout).Encode(deedsOf(l)))
}

// openShared opens a shared store with the keys of a file that its operator changes.
func openShared(t testing.TB, url, keys string) (*seal.Store, *upkeep) {
	cfg := defaults()
	cfg.Store.URL = url
	clock, err := newClock(1)
	must(t, err)
	s, u, err := openSealed(context.Background(), cfg, "", keyPlace{path: keys}, clock, quietLog, nil)
	must(t, err)
	return s, u
}

// TestTurnUnderTwoProcesses: two processes answer the same people over one Redis
// while the operator gives a new key to the one, later to the other, and ends the
// old key in both. No read fails; the sweep leaves nothing under the old key; and
// with the keys that are left nobody can read a copy from before.
func TestTurnUnderTwoProcesses(t *testing.T) {
	args := []string{"--appendonly", "yes", "--appendfsync", "always"}
	server := redistest.Start(t, args...)
	dir := t.TempDir()
	mine, its := filepath.Join(dir, "one.keys"), filepath.Join(dir, "other.keys")
	ring, err := seal.NewKeyring(time.Now())
	must(t, err)
	must(t, newKeyFile(mine, ring))
	must(t, newKeyFile(its, ring))
	old, _ := ring.Newest()

	other := otherself(t, "twin", "TWIN_STORE="+server.URL(), "TWIN_KEYS="+its)
	var out, complaints bytes.Buffer
	other.Stdout, other.Stderr = &out, &complaints
	stop, err := other.StdinPipe()
	must(t, err)
	must(t, other.Start())
	s, u := openShared(t, server.URL(), mine)
	defer func() { must(t, s.Close()) }()
	l := newLife(t, s, s.KeyOf, twins)
	var over atomic.Bool
	var life sync.WaitGroup
	life.Go(func() {
		for !over.Load() && !t.Failed() {
			l.live(t, 5)
		}
		l.end(t)
	})
	defer life.Wait()
	defer over.Store(true)
	defer other.Process.Kill()
	silent := s.KeyOf("telegram:1") // who says nothing all the while
	must(t, s.Commit(t.Context(), silent, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))

	var hold string // why the old key must not be destroyed yet
	report := func() (ofOld, all, running int) {
		r, err := seal.Inspect(t.Context(), u.inner, ring, u.policy, time.Now())
		must(t, err)
		for _, e := range r.Epochs {
			all += e.Records + e.Broken
			if e.Epoch == old {
				ofOld, hold = e.Records, e.Hold
			}
		}
		return ofOld, all + r.Unknown, r.Running
	}
	call := func() { u.reload(); must(t, s.Call(t.Context())) }
	redistest.Eventually(t, "both are at work", func() bool {
		call()
		_, all, running := report()
		return running == 2 && all > twins
	})
	backup := filepath.Join(dir, "backup")
	copyDir(t, server.Dir, backup)

	_, err = ring.Add(time.Now())
	must(t, err)
	must(t, writeKeyFile(mine, ring))
	for range 25 { // half a second with different keys
		call()
		time.Sleep(20 * time.Millisecond)
	}
	if ofOld, all, _ := report(); ofOld != all {
		t.Errorf("%d of %d records are under a key that one process does not have", all-ofOld, all)
	}
	must(t, writeKeyFile(its, ring))
	anew := 0
	redistest.Eventually(t, "nothing is under the old key", func() bool {
		call()
		census, err := s.Sweep(t.Context())
		must(t, err)
		anew += census.Anew
		ofOld, _, _ := report()
		return ofOld == 0 && strings.Contains(hold, "backups may need it")
	})
	both := ring
	ring, err = keyPlace{path: mine}.load()
	must(t, err)
	must(t, ring.Destroy(old, time.Now()))
	must(t, writeKeyFile(mine, ring))
	call()
	must(t, writeKeyFile(its, ring))
	time.Sleep(500 * time.Millisecond) // under load with what is left
	over.Store(true)
	life.Wait()
	must(t, stop.Close())
	if err := other.Wait(); err != nil {
		t.Fatalf("the other process: %v\n%s", err, complaints.String())
	}
	var theirs deeds
	must(t, json.Unmarshal(out.Bytes(), &theirs))
	ours := deedsOf(l)
	if ours.Unreadable+theirs.Unreadable > 0 || ours.Events < 50 || theirs.Events < 50 {
		t.Errorf("here %+v, there %+v", ours, theirs)
	}
	if r, err := s.Load(t.Context(), silent); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	before := openCopy(t, append(args, "--dir", backup))
	if n, all := readable(t, before, ring); n != 0 || all < twins {
		t.Errorf("of %d records of a copy from before %d can still be read", all, n)
	}
	if n, all := readable(t, before, both); n != all {
		t.Errorf("of %d records of a copy from before only %d can be read with the old key, so this shows nothing", all, n)
	}
	t.Logf("events taken: %d here (%d after a conflict), %d there (%d); no read failed; %d records sealed anew by the sweep",
		ours.Events, ours.Conflicts, theirs.Events, theirs.Conflicts, anew)
}

// openCopy is what is in a copy of a Redis' files.
func openCopy(t *testing.T, args []string) dialog.Store {
	server := redistest.Start(t, append(args, "--logfile", filepath.Join(t.TempDir(), "log"))...)
	spec := mortalSpec{Store: server.URL()}
	return spec.bare(t)
}
