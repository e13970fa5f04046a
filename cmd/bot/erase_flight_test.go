package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// hasty is a machine whose time runs as fast as a clock of the program's.
func hasty(c *clock) dialog.Machine {
	begun := c.Now()
	real := func(d time.Duration) time.Duration { return time.Duration(float64(d) / c.warp) }
	return dialog.Machine{
		Clock: func() time.Duration { return c.Now().Sub(begun) },
		Sleep: func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(real(d)):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		Limit: func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, real(d))
		},
	}
}

// slowLine is a platform where each message is on its way for a while, or is
// given up when its time is over. It notes when the way of each ended.
type slowLine struct {
	clock *clock
	takes func() time.Duration

	mu    sync.Mutex
	begun map[dialog.PersonID]int
	ended map[dialog.PersonID][]time.Time
}

func newSlowLine(c *clock, takes func() time.Duration) *slowLine {
	return &slowLine{clock: c, takes: takes, begun: map[dialog.PersonID]int{}, ended: map[dialog.PersonID][]time.Time{}}
}

func (p *slowLine) Send(ctx context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	p.mu.Lock()
	p.begun[to]++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ended[to] = append(p.ended[to], p.clock.Now())
	}()
	select {
	case <-time.After(time.Duration(float64(p.takes()) / p.clock.warp)):
		return dialog.Ref(m.ID), nil
	case <-ctx.Done():
		return "", &dialog.SendError{Verdict: dialog.Unknown, Err: ctx.Err()}
	}
}

func (p *slowLine) sends(to dialog.PersonID) (begun int, ended []time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.begun[to], p.ended[to]
}

// TestErasedWhileSending: one host is still sending something when another
// erases the person, on both stores and with time warped. What was on its way
// ends before the lease does, the last words come after it, and then nothing
// does for ever.
func TestErasedWhileSending(t *testing.T) {
	const people, warp = 24, 5
	for _, kind := range []string{"bolt", "redis"} {
		t.Run("store="+kind, func(t *testing.T) {
			t.Parallel()
			spec := besideStore(t)
			if kind == "redis" {
				spec.Store = redistest.Start(t).URL()
			}
			place := keyPlace{path: spec.Keys, own: true}
			clock, err := newClock(warp)
			must(t, err)
			cfg := defaults()
			cfg.Store.URL = spec.Store
			open := func() *seal.Store {
				s, _, err := openSealed(t.Context(), cfg, spec.Dir, place, clock, quietLog, nil)
				must(t, err)
				t.Cleanup(func() { must(t, s.Close()) })
				return s
			}
			one := open()
			other := one // a file has one process, but that may have two hosts
			if kind == "redis" {
				other = open()
			}
			chance := rand.New(rand.NewPCG(3, 3))
			slow := newSlowLine(clock, func() time.Duration { return 3*time.Second + time.Duration(chance.Int64N(int64(11*time.Second))) })
			slow.takes = locked(slow.takes)
			quick := newSlowLine(clock, func() time.Duration { return 0 })
			_, script, err := loadScript(cfg, nil)
			must(t, err)
			host := func(s *seal.Store, p dialog.Platform) *dialog.Host {
				h := &dialog.Host{Script: script, Store: s, KeyOf: s.KeyOf, Now: clock.Now, Machine: hasty(clock), StepTime: -1,
					Poll: time.Second, Platforms: map[string]dialog.Platform{"telegram": p}}
				h.Start(context.Background())
				return h
			}
			a, b := host(one, slow), host(other, quick)
			ring, stop := context.WithCancel(t.Context())
			var rung sync.WaitGroup
			rung.Go(func() { a.Run(ring) })
			rung.Go(func() { b.Run(ring) })

			var all sync.WaitGroup
			for i := range people {
				all.Go(func() {
					p := dialog.PersonID(fmt.Sprint("telegram:", i))
					n := 0
					do := func(h *dialog.Host, kind dialog.Kind, name, text string) {
						n++
						ev := dialog.Event{Person: p, ID: fmt.Sprint(n), Kind: kind, Name: name, Text: text, Lang: "en", At: clock.Now()}
						if err := h.Handle(context.Background(), ev); err != nil {
							t.Error(err)
						}
					}
					do(a, dialog.Command, "start", "")
					redistest.Eventually(t, "something is on its way", func() bool { begun, _ := slow.sends(p); return begun > 0 })
					do(b, dialog.Command, "forget", "")
					do(b, dialog.Text, "", "yes")
					rec, err := other.Load(context.Background(), other.KeyOf(p))
					if err != nil || rec.Erased.IsZero() {
						t.Errorf("not erased: %v", err)
						return
					}
					time.Sleep(time.Minute / warp)
					end := rec.Erased.Add(dialog.SendLease + time.Second) // the stores' clock is the machine's to a second
					begun, ended := slow.sends(p)
					for _, at := range ended {
						if at.After(end) {
							t.Errorf("a message arrived %v after the erasure", at.Sub(rec.Erased))
						}
					}
					_, words := quick.sends(p)
					words = slices.DeleteFunc(words, func(at time.Time) bool { return !at.After(rec.Erased) }) // the question
					if len(words) > 1 || begun != len(ended) {
						t.Errorf("%d messages from the second host, %d still on their way from the first", len(words), begun-len(ended))
					}
					for _, at := range words {
						if at.Before(ended[len(ended)-1]) || at.After(end.Add(dialog.SendTime)) {
							t.Errorf("the last words came %v after the erasure", at.Sub(rec.Erased))
						}
					}
					if after, err := other.Load(context.Background(), other.KeyOf(p)); err != nil || after.Tag != rec.Tag {
						t.Errorf("the tombstone has changed: %v", err)
					}
				})
			}
			all.Wait()
			stop()
			rung.Wait()
			must(t, a.Drain(context.Background()))
			must(t, b.Drain(context.Background()))
			onWay, last := 0, 0
			for i := range people {
				p := dialog.PersonID(fmt.Sprint("telegram:", i))
				n, _ := slow.sends(p)
				m, _ := quick.sends(p)
				onWay, last = onWay+n, last+m
			}
			t.Logf("%d people erased with %d messages on their way; %d from the second host", people, onWay, last)
		})
	}
}

// locked lets one caller at a time.
func locked[T any](f func() T) func() T {
	var mu sync.Mutex
	return func() T {
		mu.Lock()
		defer mu.Unlock()
		return f()
	}
}
