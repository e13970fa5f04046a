package sim

import (
	"flag"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	number = flag.Int("sim.n", 100_000, "schedules to play")
	one    = flag.Uint64("sim.seed", 0, "play this schedule alone and tell it")
)

func TestSchedules(t *testing.T) {
	if *one != 0 {
		t.Log(Explain(*one, Options{}))
		return
	}
	n := *number
	switch {
	case raced:
		n = min(n, 3_000)
	case testing.Short():
		n = min(n, 10_000)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(1600)) // much is made and soon forgotten
	begun := time.Now()
	sum, bad := search(n, Options{})
	t.Logf("%d schedules in %v: %v", n, time.Since(begun).Round(time.Millisecond), sum)
	if bad != nil {
		t.Fatalf("%s\nplay it again with -run Schedules -sim.seed=%d", Explain(bad.Seed, Options{}), bad.Seed)
	}
}

// search plays schedules on all processors until one breaks a promise. The
// seeds are always the same ones.
func search(n int, o Options) (sum Counts, bad *Result) {
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var mine Counts
			for {
				seed := next.Add(1)
				if seed > int64(n) {
					break
				}
				r := Run(uint64(seed), o)
				mine.Add(r.Counts)
				if r.Broken != "" {
					next.Store(int64(n))
					mu.Lock()
					if bad == nil || r.Seed < bad.Seed {
						bad = &r
					}
					mu.Unlock()
				}
			}
			mu.Lock()
			sum.Add(mine)
			mu.Unlock()
		})
	}
	wg.Wait()
	return sum, bad
}

// The designs that look right and are not, and how soon a schedule shows it.
func TestKnownBugsAreFound(t *testing.T) {
	for _, x := range []struct {
		name   string
		bug    Bug
		within int // schedules
	}{
		{"versions that count up instead of random tags", Counters, 3000},
		{"events confirmed before the commit", ConfirmFirst, 300},
		{"replies sent after the commit, from memory", OutboxAfter, 300},
		{"words told after the commit, from memory", WordsAfter, 3000},
	} {
		t.Run(x.name, func(t *testing.T) {
			for seed := range uint64(x.within) {
				if r := Run(seed+1, Options{Bug: x.bug}); r.Broken != "" {
					t.Logf("schedule %d: %s", r.Seed, r.Broken)
					return
				}
			}
			t.Errorf("not found within %d schedules", x.within)
		})
	}
}

// A schedule is the same every time, or its seed would be worth nothing.
func TestSeedsRepeat(t *testing.T) {
	for seed := range uint64(50) {
		if a, b := Explain(seed, Options{}), Explain(seed, Options{}); a != b {
			t.Fatalf("seed %d went two ways:\n%s\n\n%s", seed, a, b)
		}
	}
}
