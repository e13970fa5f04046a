package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/dialog"
)

// RunUpkeep tells the story of [dialog.Walker] and [dialog.Rewriter] to a store
// that is both.
func RunUpkeep(t *testing.T, open Open) {
	for _, s := range []struct {
		title string
		play  func(t *testing.T, s kept, clock *Clock)
	}{
		{"a walk meets everybody", walkMeetsAll},
		{"a walk stops with its caller", walkStops},
		{"a rewrite shows nowhere else", rewriteIsUnseen},
		{"a rewrite comes too late", rewriteTooLate},
		{"a rewrite never undoes a commit", rewriteRaces},
	} {
		t.Run(s.title, func(t *testing.T) {
			clock := NewClock()
			subject := open(t, clock)
			k, ok := subject.Store.(kept)
			if !ok {
				t.Fatalf("%T can not be walked and rewritten", subject.Store)
			}
			s.play(t, k, clock)
		})
	}
}

type kept interface {
	dialog.Store
	dialog.Walker
	dialog.Rewriter
}

func walkMeetsAll(t *testing.T, s kept, clock *Clock) {
	const people = 1000
	Crowd(t, s, people, clock.Now())
	must(t, s.Delete(ctx, "person 7", tagOf("one"), tagOf("gone"), time.Time{}))
	seen := map[dialog.Key]bool{}
	for key, err := range s.Keys(ctx) {
		must(t, err)
		seen[key] = true
		if len(seen)%100 == 0 && key != "person 7" { // life goes on meanwhile
			must(t, s.Commit(ctx, key, tagOf("one"), tagOf("two"), []byte("tired"), time.Time{}))
		}
	}
	for p := range people {
		if key := dialog.Key(fmt.Sprint("person ", p)); !seen[key] {
			t.Errorf("%s was not met", key)
		}
	}
}

func walkStops(t *testing.T, s kept, clock *Clock) {
	Crowd(t, s, 10, clock.Now())
	met := 0
	for range s.Keys(ctx) {
		if met++; met == 3 {
			break
		}
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	for key, err := range s.Keys(over) {
		if key != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("got %q, %v", key, err)
		}
	}
}

func rewriteIsUnseen(t *testing.T, s kept, clock *Clock) {
	start := clock.Now()
	must(t, s.Commit(ctx, "mira", tagOf(""), tagOf("one"), []byte("calm"), start.Add(time.Hour)))
	must(t, s.Commit(ctx, "noor", tagOf(""), tagOf("one"), []byte("calm"), time.Time{}))
	for range 2 { // a repeated try does no harm
		must(t, s.Rewrite(ctx, "mira", tagOf("one"), []byte("calm, in other bytes")))
		must(t, s.Rewrite(ctx, "noor", tagOf("one"), []byte("calm, in other bytes")))
	}
	r, err := s.Load(ctx, "mira")
	if err != nil || r.Tag != tagOf("one") || string(r.Blob) != "calm, in other bytes" {
		t.Errorf("got %+v, %v", r, err)
	}
	whoIsDue := func(want ...dialog.Key) {
		t.Helper()
		if got, err := s.Due(ctx, lease, 10); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("due: got %q, want %q, error %v", got, want, err)
		}
	}
	clock.Set(start.Add(time.Hour - 10*time.Second))
	whoIsDue()
	clock.Set(start.Add(time.Hour))
	whoIsDue("mira")
	must(t, s.Rewrite(ctx, "mira", tagOf("one"), []byte("calm once more"))) // under a lease
	whoIsDue()
	clock.Set(start.Add(time.Hour + lease + time.Second))
	whoIsDue("mira")
	must(t, s.Commit(ctx, "mira", tagOf("one"), tagOf("two"), []byte("tired"), time.Time{})) // no conflict
}

func rewriteTooLate(t *testing.T, s kept, _ *Clock) {
	must(t, s.Commit(ctx, "mira", tagOf(""), tagOf("one"), []byte("calm"), time.Time{}))
	must(t, s.Commit(ctx, "mira", tagOf("one"), tagOf("two"), []byte("tired"), time.Time{}))
	must(t, s.Commit(ctx, "noor", tagOf(""), tagOf("one"), []byte("calm"), time.Time{}))
	must(t, s.Delete(ctx, "noor", tagOf("one"), tagOf("gone"), time.Time{}))
	for what, got := range map[string]struct{ err, want error }{
		"another tag": {s.Rewrite(ctx, "mira", tagOf("one"), []byte("old")), dialog.ErrConflict},
		"erased":      {s.Rewrite(ctx, "noor", tagOf("gone"), []byte("back")), dialog.ErrConflict},
		"long erased": {s.Rewrite(ctx, "noor", tagOf("one"), []byte("back")), dialog.ErrConflict},
		"a stranger":  {s.Rewrite(ctx, "kofi", tagOf("one"), []byte("new")), dialog.ErrConflict},
		"zero tag":    {s.Rewrite(ctx, "kofi", dialog.Tag{}, []byte("new")), dialog.ErrRefused},
		"no blob":     {s.Rewrite(ctx, "mira", tagOf("two"), nil), dialog.ErrRefused},
		"huge blob":   {s.Rewrite(ctx, "mira", tagOf("two"), make([]byte, dialog.MaxBlob+1)), dialog.ErrRefused},
		"empty key":   {s.Rewrite(ctx, "", tagOf("two"), []byte("x")), dialog.ErrRefused},
	} {
		if !errors.Is(got.err, got.want) {
			t.Errorf("%s: got %v, want %v", what, got.err, got.want)
		}
	}
	if r, err := s.Load(ctx, "mira"); err != nil || string(r.Blob) != "tired" {
		t.Errorf("got %+v, %v", r, err)
	}
	if r, err := s.Load(ctx, "noor"); err != nil || r.Blob != nil || r.Erased.IsZero() {
		t.Errorf("got %+v, %v", r, err)
	}
}

// rewriteRaces: while one caller commits, another rewrites what it has loaded.
// The blob tells which commit it belongs to; a rewrite must never bring back an
// earlier one.
func rewriteRaces(t *testing.T, s kept, _ *Clock) {
	const commits = 200
	var over atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		for !over.Load() {
			r, err := s.Load(ctx, "mira")
			if err == nil && r.Blob != nil {
				err = s.Rewrite(ctx, "mira", r.Tag, r.Blob)
			}
			if err != nil && !errors.Is(err, dialog.ErrConflict) {
				t.Error(err)
				return
			}
		}
	})
	tag := ""
	for n := range commits {
		next := fmt.Sprint(n)
		if err := s.Commit(ctx, "mira", tagOf(tag), tagOf(next), []byte(next), time.Time{}); err != nil {
			t.Errorf("a rewrite disturbed a commit: %v", err)
			break
		}
		if r, err := s.Load(ctx, "mira"); err != nil || string(r.Blob) != next || r.Tag != tagOf(next) {
			t.Errorf("commit %d: got %+v, %v", n, r, err)
			break
		}
		tag = next
	}
	over.Store(true)
	wg.Wait()
}
