package telegram

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

// ledger is a store that commits an event together with its id, as the host
// does, and fails as stores do: before the commit, or after it.
type ledger struct {
	mu sync.Mutex
	chance
	seen  map[string]bool
	taken map[dialog.PersonID][]string
}

// chance is randomness that many may use.
type chance struct {
	mu  sync.Mutex
	rnd *rand.Rand
}

func (c *chance) below(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rnd.IntN(n)
}

func (l *ledger) handle(ctx context.Context, ev dialog.Event) error {
	time.Sleep(time.Duration(l.below(3)) * time.Millisecond)
	fate := l.below(12)
	if fate == 0 {
		return errors.New("died before the commit")
	}
	l.mu.Lock()
	if !l.seen[ev.ID] {
		l.seen[ev.ID] = true
		l.taken[ev.Person] = append(l.taken[ev.Person], ev.Text)
	}
	l.mu.Unlock()
	if fate == 1 {
		return errors.New("died after the commit")
	}
	return nil
}

// TestStorm lets programs die and be started again, by turns with a polling and
// a webhook one, while people write, updates come twice, and ids jump. Nothing
// anybody wrote is lost, taken twice, or out of order.
func TestStorm(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			storm(t, seed)
		})
	}
}

func storm(t *testing.T, seed uint64) {
	s := telegramtest.New()
	t.Cleanup(s.Close)
	addr := free(t)
	s.Proxy(addr)
	l := &ledger{seen: map[string]bool{}, taken: map[dialog.PersonID][]string{}}
	l.rnd = rand.New(rand.NewPCG(seed, 1))
	rnd := rand.New(rand.NewPCG(seed, 2))
	if seed%2 == 1 {
		s.Twice()
	}
	const people, texts = 12, 12
	var all []*telegramtest.Person
	for range people {
		all = append(all, s.Person("en"))
	}
	var want []string
	stop := func() {}
	for i := range texts {
		want = append(want, fmt.Sprint(i))
		for _, p := range all {
			p.Type(fmt.Sprint(i))
		}
		if i%3 == 0 {
			stop()
			cfg := Config{}
			if rnd.IntN(3) == 0 {
				cfg.Webhook = Webhook{URL: "https://bot.example/telegram", Listen: addr}
			}
			stop = program(t, s, cfg, l)
		}
		if rnd.IntN(4) == 0 {
			s.FailOn("getUpdates", 1, telegramtest.Limited, 1)
		}
		time.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
	}
	done := func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, p := range all {
			if len(l.taken[person(p.ID)]) < texts {
				return false
			}
		}
		return true
	}
	for end := time.Now().Add(30 * time.Second); !done() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	for _, p := range all {
		if got := l.taken[person(p.ID)]; !slices.Equal(got, want) {
			t.Errorf("seed %d: %q", seed, got)
		}
	}
}

// program runs a bot until the returned function is called.
func program(t *testing.T, s *telegramtest.Server, cfg Config, l *ledger) func() {
	b := open(t, s, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if err := b.Run(ctx, l.handle); err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	return func() { cancel(); <-over }
}
