package storetest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/dialog"
)

// twoCreators: of callers that all greet a stranger at once exactly one may.
func twoCreators(t *testing.T, s Subject, _ *Clock) {
	for round := range 20 {
		key := dialog.Key(fmt.Sprint("stranger ", round))
		var wins atomic.Int32
		var winner atomic.Value
		together(t, 4, func(i int) error {
			name := fmt.Sprint("caller ", i)
			err := s.Commit(ctx, key, dialog.Tag{}, tagOf(name), []byte(name), time.Time{})
			if err == nil {
				wins.Add(1)
				winner.Store(name)
			}
			return but(err, dialog.ErrConflict)
		})
		r, err := s.Load(ctx, key)
		must(t, err)
		if wins.Load() != 1 || string(r.Blob) != winner.Load() {
			t.Fatalf("%d creators won; %q is stored", wins.Load(), r.Blob)
		}
	}
}

// hammer: callers add one to a number, all at the same record. What is stored
// in the end is the number of commits that were said to have succeeded.
func hammer(t *testing.T, s Subject, _ *Clock) {
	const callers, tries = 8, 40
	var wins atomic.Uint64
	together(t, callers, func(i int) error {
		for try := range tries {
			r, err := s.Load(ctx, "mira")
			if err != nil {
				return err
			}
			err = s.Commit(ctx, "mira", r.Tag, tagOf(fmt.Sprint(i, " ", try)), count(number(r.Blob)+1), time.Time{})
			if err == nil {
				wins.Add(1)
			}
			if err := but(err, dialog.ErrConflict); err != nil {
				return err
			}
		}
		return nil
	})
	r, err := s.Load(ctx, "mira")
	must(t, err)
	if got := number(r.Blob); got != wins.Load() || got == 0 {
		t.Errorf("counted to %d in %d commits", got, wins.Load())
	}
}

// neighbours: callers with a record each never get in each other's way.
func neighbours(t *testing.T, s Subject, _ *Clock) {
	const callers, commits = 8, 40
	together(t, callers, func(i int) error {
		key, tag := dialog.Key(fmt.Sprint("caller ", i)), dialog.Tag{}
		for n := range commits {
			next := tagOf(fmt.Sprint(i, " ", n))
			if err := s.Commit(ctx, key, tag, next, count(uint64(n+1)), time.Time{}); err != nil {
				return err
			}
			tag = next
		}
		return nil
	})
	for i := range callers {
		r, err := s.Load(ctx, dialog.Key(fmt.Sprint("caller ", i)))
		must(t, err)
		if number(r.Blob) != commits {
			t.Errorf("caller %d counted to %d of %d", i, number(r.Blob), commits)
		}
	}
}

// shareTheDue: ten thousand people are due at once and several callers take
// them in turns. Everybody is handed out, nobody twice.
func shareTheDue(t *testing.T, s Subject, clock *Clock) {
	const people, callers = 10_000, 6
	together(t, 20, func(i int) error {
		for p := i; p < people; p += 20 {
			at := clock.Now().Add(-time.Duration(p) * time.Second)
			if err := s.Commit(ctx, dialog.Key(fmt.Sprint("person ", p)), dialog.Tag{}, tagOf("one"), []byte("calm"), at); err != nil {
				return err
			}
		}
		return nil
	})
	var mu sync.Mutex
	seen := make(map[dialog.Key]bool, people)
	together(t, callers, func(i int) error {
		for {
			got, err := s.Due(ctx, time.Hour, 10+40*i)
			if err != nil || len(got) == 0 {
				return err
			}
			if len(got) > 10+40*i {
				return fmt.Errorf("asked for %d, got %d", 10+40*i, len(got))
			}
			mu.Lock()
			for _, k := range got {
				if seen[k] {
					err = fmt.Errorf("%s was handed out twice", k)
				}
				seen[k] = true
			}
			mu.Unlock()
			if err != nil {
				return err
			}
		}
	})
	if len(seen) != people {
		t.Errorf("%d of %d were handed out", len(seen), people)
	}
	clock.Set(clock.Now().Add(2 * time.Hour))
	if got, err := s.Due(ctx, lease, people); err != nil || len(got) != people {
		t.Errorf("after the lease %d of %d came again, error %v", len(got), people, err)
	}
}

// together runs n callers at once and waits for them.
func together(t testing.TB, n int, call func(i int) error) {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = call(i) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// but is err, except for an allowed one.
func but(err, allowed error) error {
	if errors.Is(err, allowed) {
		return nil
	}
	return err
}

func count(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func number(blob []byte) uint64 {
	if len(blob) == 0 {
		return 0
	}
	return binary.BigEndian.Uint64(blob)
}
