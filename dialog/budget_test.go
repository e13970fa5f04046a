package dialog_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

var herd = flag.Int("herd", 100_000, "people whose nudges are overdue at once")

// meter is a platform with a limit of its own. It never lets more through than
// the budget says, and remembers whether anybody tried.
type meter struct {
	rate  dialog.Rate
	begun time.Time

	mu      sync.Mutex
	times   []time.Time // of calls
	nudges  int
	limited int
	chance  int // of a 429 for the whole bot, in a thousand
	arrived func(to dialog.PersonID, m dialog.Message)
}

func (x *meter) Send(_ context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.times = append(x.times, time.Now())
	switch n := rand.IntN(1000); {
	case n < x.chance:
		x.limited++
		return "", &dialog.SendError{Verdict: dialog.Later, After: time.Second, Lane: true}
	case n < 3*x.chance: // this chat alone
		x.limited++
		return "", &dialog.SendError{Verdict: dialog.Later, After: 500 * time.Millisecond}
	}
	if m.Nudge {
		x.nudges++
	}
	if x.arrived != nil {
		x.arrived(to, m)
	}
	return dialog.Ref(fmt.Sprint(len(x.times))), nil
}

// most is the largest number of calls in any stretch of d.
func (x *meter) most(d time.Duration) int {
	most, from := 0, 0
	for i, at := range x.times {
		for at.Sub(x.times[from]) >= d {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

func (x *meter) check(t *testing.T, more int) {
	for _, d := range []time.Duration{100 * time.Millisecond, time.Second, 10 * time.Second, time.Minute} {
		if limit := int(x.rate.PerSecond*d.Seconds()) + x.rate.Burst + more; x.most(d) > limit {
			t.Errorf("%d calls within %v, and %d are allowed", x.most(d), d, limit)
		}
	}
}

// A hundred thousand nudges are overdue, as after a day's outage, and people go
// on talking. Time is virtual: what is measured is waiting, not this machine.
func TestHerd(t *testing.T) {
	n := *herd
	if testing.Short() || raced {
		n = min(n, 20_000)
	}
	const talkers, hosts = 50, 2
	synctest.Test(t, func(t *testing.T) {
		memory := dialog.NewMemoryStore(time.Now)
		expired := 0
		for i := range n {
			s := dialog.NewState(someone(i), uint64(i))
			late := i%10 < 3
			tm := dialog.Timer{Name: "nudge", Note: "herd", Wall: time.Now().UTC().Add(-time.Hour)}
			if late {
				expired++
				tm.Latest = time.Now().Add(-time.Minute)
			}
			s.SetTimer(tm)
			if err := memory.Commit(t.Context(), dialog.Key(someone(i)), dialog.Tag{}, dialog.Tag{1, byte(i), byte(i >> 8), byte(i >> 16)}, s.Encode(), s.Alarm()); err != nil {
				t.Fatal(err)
			}
		}
		rate := dialog.Rate{PerSecond: 300, Burst: 30}
		x := &meter{rate: rate, begun: time.Now(), chance: 1}
		var mu sync.Mutex
		asked := map[string]time.Time{}
		var waits []time.Duration
		x.arrived = func(_ dialog.PersonID, m dialog.Message) {
			mu.Lock()
			defer mu.Unlock()
			if at, ok := asked[m.Hint]; ok && !m.Nudge {
				waits = append(waits, time.Since(at))
				delete(asked, m.Hint)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var all []*dialog.Host
		for range hosts {
			h := &dialog.Host{Script: sim.Script(), Store: memory, StepTime: -1, Platforms: map[string]dialog.Platform{"test": x}, Budgets: map[string]dialog.Rate{"test": rate}}
			h.Start(t.Context())
			all = append(all, h)
			wg.Go(func() { h.Run(ctx) })
		}
		time.Sleep(5 * time.Second) // they agree on their parts
		begun, talked := time.Now(), 0
		for n > 0 {
			var left int64
			for i := range talkers {
				talked++
				p := dialog.PersonID(fmt.Sprint("test:talker ", i))
				ev := noteEvent(p, talked)
				ev.Hint = ev.ID
				mu.Lock()
				asked[ev.Hint] = time.Now()
				mu.Unlock()
				wg.Go(func() {
					if err := all[i%hosts].Handle(ctx, ev); err != nil && !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				})
				time.Sleep(time.Second / talkers)
			}
			for _, h := range all {
				left += h.Stats.Late.Load()
			}
			x.mu.Lock()
			left += int64(x.nudges)
			x.mu.Unlock()
			if left >= int64(n) {
				break
			}
			if time.Since(begun) > time.Hour {
				t.Fatalf("%d of %d are dealt with after an hour", left, n)
			}
		}
		took := time.Since(begun)
		time.Sleep(10 * time.Second)
		cancel()
		wg.Wait()
		var late int64
		for _, h := range all {
			if err := h.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			late += h.Stats.Late.Load()
		}
		x.check(t, hosts)
		slices.Sort(waits)
		p99 := waits[len(waits)*99/100]
		t.Logf("%d overdue: %d nudges in %v, %d expired and dropped; %d live replies among them: p50 %v, p99 %v, longest %v; %d calls limited; at most %d calls in a second",
			n, x.nudges, took.Round(time.Second), late, len(waits), waits[len(waits)/2], p99, waits[len(waits)-1], x.limited, x.most(time.Second))
		if p99 >= 2*time.Second {
			t.Errorf("the p99 of live replies is %v", p99)
		}
		if len(waits) != talked {
			t.Errorf("%d of %d live replies came", len(waits), talked)
		}
		if int(late) != expired || x.nudges != n-expired {
			t.Errorf("%d nudges and %d dropped, of %d with %d expired", x.nudges, late, n, expired)
		}
	})
}

// Processes that die sooner than anybody could tell that their predecessor is
// dead still come to send: they find it out together.
func TestShortLivesShareABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := dialog.NewMemoryStore(time.Now)
		x := newPhones()
		outbox(t, memory, someone(1), dialog.Entry{ID: 1, Msg: dialog.Message{ID: "n", Nudge: true}, After: time.Now().Add(20 * time.Second)})
		for life := range 4 {
			ctx, crash := context.WithCancel(t.Context())
			h := &dialog.Host{Script: sim.Script(), Store: memory, StepTime: -1, Platforms: map[string]dialog.Platform{"test": x}, Budgets: map[string]dialog.Rate{"test": {PerSecond: 40}}}
			h.Start(ctx)
			go h.Run(ctx)
			time.Sleep(10 * time.Second)
			crash()
			if n := len(x.of(someone(1))); life == 1 && n != 0 || life == 3 && n != 1 {
				t.Errorf("after life %d %d nudges had come", life, n)
			}
		}
	})
}

// Hosts come and go under full load, and all together never send more than the
// budget.
func TestBudgetIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := dialog.NewMemoryStore(time.Now)
		rate := dialog.Rate{PerSecond: 40, Burst: 8}
		x := &meter{rate: rate, begun: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var n atomic.Int64
		start := func() (h *dialog.Host, crash func()) {
			h = &dialog.Host{Script: sim.Script(), Store: memory, StepTime: -1, Platforms: map[string]dialog.Platform{"test": x}, Budgets: map[string]dialog.Rate{"test": rate}}
			life, end := context.WithCancel(ctx)
			h.Start(life)
			wg.Go(func() {
				for life.Err() == nil { // more than it may send
					i := int(n.Add(1))
					ev := noteEvent(someone(i), i)
					h.Take(life, ev, func(error) {})
					time.Sleep(15 * time.Millisecond)
				}
			})
			return h, end
		}
		a, _ := start()
		time.Sleep(20 * time.Second)
		b, _ := start()
		time.Sleep(10 * time.Second)
		_, crash := start()
		time.Sleep(20 * time.Second)
		crash()
		time.Sleep(30 * time.Second)
		go b.Drain(t.Context())
		time.Sleep(20 * time.Second)
		x.mu.Lock()
		x.check(t, 3)
		used := x.most(10 * time.Second)
		x.mu.Unlock()
		if used < 350 {
			t.Errorf("only %d of 400 were used in the best ten seconds", used)
		}
		t.Logf("at most %d calls in 10 s, %d in a second, with one to three hosts", used, x.most(time.Second))
		cancel()
		wg.Wait()
		a.Drain(t.Context())
	})
}
