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
	if testing.Short() {
		n = min(n, 10_000)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // much is made and soon forgotten
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
