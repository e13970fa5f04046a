package storetest

import (
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"afterglow/dialog"
)

// BlobSize is the size of the blobs in benchmarks: some months of a person.
const BlobSize = 4 << 10

// Bench measures a store: steps (a load and a commit) with different numbers of
// callers, and claims of due people, a hundred at a time.
func Bench(b *testing.B, open Open) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("step/callers=%d", callers), func(b *testing.B) {
			s := open(b, NewClock())
			Spread(b, callers, func(caller int) func() error { return Steps(s, caller) })
		})
	}
	b.Run("due/people=10000", func(b *testing.B) {
		clock := NewClock()
		s := open(b, clock)
		Crowd(b, s, 10_000, clock.Now())
		claimed := 0
		for b.Loop() {
			got, err := s.Due(ctx, time.Hour, 100)
			must(b, err)
			if claimed += len(got); len(got) < 100 {
				clock.Set(clock.Now().Add(2 * time.Hour)) // the leases end
			}
		}
		b.ReportMetric(float64(claimed)/b.Elapsed().Seconds(), "claims/s")
	})
}

// Steps returns what one caller does over and over: load a person's record and
// commit the next. It goes round eight people.
func Steps(s dialog.Store, caller int) func() error {
	blob, n := make([]byte, BlobSize), uint64(0)
	alarm := time.Now().Add(24 * time.Hour)
	return func() error {
		n++
		key := dialog.Key(fmt.Sprintf("person %d of caller %d", n%8, caller))
		r, err := s.Load(ctx, key)
		if err != nil {
			return err
		}
		var next dialog.Tag
		binary.BigEndian.PutUint64(next[:], n)
		binary.BigEndian.PutUint64(next[8:], uint64(time.Now().UnixNano()))
		return s.Commit(ctx, key, r.Tag, next, blob, alarm.Add(time.Duration(n)*time.Second))
	}
}

// Spread has many callers share the iterations of b, and reports how many were
// done in a second.
func Spread(b *testing.B, callers int, caller func(i int) func() error) {
	work := make(chan struct{}, callers)
	var wg sync.WaitGroup
	for i := range callers {
		step := caller(i)
		wg.Go(func() {
			for range work {
				if err := step(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

// Way is one way of doing the same thing; Of makes what a caller does over and over.
type Way struct {
	Name string
	Of   func(caller int) func() error
}

// Beside measures a way beside others, in turns of some milliseconds, so that
// whatever else the machine does slows all of them alike. It reports how many
// calls of each were done in a second, and how the first compares with each
// other one. An iteration of b is a turn of all ways.
func Beside(b *testing.B, callers int, ways ...Way) {
	calls := 1 + 400/callers // of each caller, in a turn
	took := make([]time.Duration, len(ways))
	do := make([][]func() error, len(ways))
	for i, way := range ways {
		for c := range callers {
			do[i] = append(do[i], way.Of(c))
		}
	}
	turn := func(i int) time.Duration {
		begun := time.Now()
		together(b, callers, func(c int) error {
			for range calls {
				if err := do[i][c](); err != nil {
					return err
				}
			}
			return nil
		})
		return time.Since(begun)
	}
	for i := range ways {
		turn(i) // connections are made
	}
	for b.Loop() {
		for i := range ways {
			took[i] += turn(i)
		}
	}
	for i, way := range ways {
		b.ReportMetric(float64(b.N*callers*calls)/took[i].Seconds(), way.Name+"/s")
		if i > 0 {
			b.ReportMetric(took[i].Seconds()/took[0].Seconds(), "of-"+way.Name)
		}
	}
}

// Crowd fills a store with people who are all due.
func Crowd(b testing.TB, s dialog.Store, people int, at time.Time) {
	const callers = 64
	together(b, callers, func(i int) error {
		for p := i; p < people; p += callers {
			alarm := at.Add(-time.Duration(people-p) * time.Millisecond)
			if err := s.Commit(ctx, dialog.Key(fmt.Sprint("person ", p)), dialog.Tag{}, tagOf("one"), []byte("calm"), alarm); err != nil {
				return err
			}
		}
		return nil
	})
}
