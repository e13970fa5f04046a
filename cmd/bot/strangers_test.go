package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
)

// narrow is a store through which one commit goes at a time, and a thousand in a
// second.
type narrow struct {
	*dialog.MemoryStore
	turn    chan struct{}
	commits atomic.Int64
}

func (s *narrow) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.commits.Add(1)
	time.Sleep(time.Millisecond)
	return s.MemoryStore.Commit(ctx, key, old, next, blob, alarm)
}

// answers is a platform that notes when what was said to whom.
type answers struct {
	mu   sync.Mutex
	said map[dialog.PersonID]int
	last map[dialog.PersonID][][]dialog.Choice
}

func (a *answers) Send(_ context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said[to]++
	if len(m.Choices) > 0 {
		a.last[to] = m.Choices
	}
	return "1", nil
}

func (a *answers) to(p dialog.PersonID) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.said[p]
}

func (a *answers) all() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, said := range a.said {
		n += said
	}
	return n
}

// button is the data of the first button that was shown last, or of the one with
// that label.
func (a *answers) button(p dialog.PersonID, label string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range slices.Concat(a.last[p]...) {
		if label == "" || c.Label == label {
			return c.Data
		}
	}
	return ""
}

// crowded is a bot that a crowd of strangers writes to, each a new one.
type crowded struct {
	host    *dialog.Host
	store   *narrow
	phones  *answers
	log     *strings.Builder
	n       atomic.Int64  // things done so far
	longest time.Duration // that somebody who is known has waited
	unheard int           // times somebody who is known got no answer in a minute
}

func newCrowded(t *testing.T, bound dialog.Rate) *crowded {
	_, script, err := loadScript(defaults(), nil)
	must(t, err)
	c := &crowded{store: &narrow{MemoryStore: dialog.NewMemoryStore(time.Now), turn: make(chan struct{}, 1)}, log: new(strings.Builder),
		phones: &answers{said: map[dialog.PersonID]int{}, last: map[dialog.PersonID][][]dialog.Choice{}}}
	c.host = &dialog.Host{Script: script, Store: c.store, Strangers: bound, Log: slog.New(slog.NewTextHandler(c.log, nil)),
		Platforms: map[string]dialog.Platform{"telegram": c.phones}, StepTime: -1}
	c.host.Start(context.Background())
	return c
}

// do has somebody do something and not wait.
func (c *crowded) do(ev dialog.Event) {
	ev.ID, ev.Lang, ev.At = fmt.Sprint("update-", c.n.Add(1)), "en", time.Now()
	_ = c.host.Take(context.Background(), ev, func(error) {})
}

// ask has somebody do something and waits for the answer.
func (c *crowded) ask(ev dialog.Event) {
	before, begun := c.phones.to(ev.Person), time.Now()
	c.do(ev)
	for c.phones.to(ev.Person) == before {
		if time.Since(begun) > time.Minute {
			c.unheard++
			break
		}
		time.Sleep(time.Millisecond)
	}
	c.longest = max(c.longest, time.Since(begun))
}

func (c *crowded) press(p dialog.PersonID) {
	c.ask(dialog.Event{Person: p, Kind: dialog.Press, Data: c.phones.button(p, "")})
}

// rush is so many strangers a second for some seconds. It returns when it is over.
func (c *crowded) rush(perSecond, seconds int) {
	for range seconds * 100 {
		for range perSecond / 100 {
			c.do(dialog.Event{Person: dialog.PersonID(fmt.Sprint("telegram:stranger", c.n.Load())), Kind: dialog.Command, Name: "start"})
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestACrowdOfStrangers: two thousand strangers a second write to a bot whose
// store takes a thousand commits. Whoever is through the door is answered at
// once, and so is who tells of danger or is in the care of the bot, though the
// bot knows nothing else of them; the crowd gets what is left and no more.
func TestACrowdOfStrangers(t *testing.T) {
	const perSecond, seconds = 2000, 5
	play := func(bound dialog.Rate, check func(c *crowded, heard int)) {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowded(t, bound)
			const known, hurt, late = dialog.PersonID("telegram:known"), dialog.PersonID("telegram:hurt"), dialog.PersonID("telegram:late")
			c.ask(dialog.Event{Person: known, Kind: dialog.Command, Name: "start"})
			c.press(known) // of age
			c.press(known) // agreed
			c.ask(dialog.Event{Person: hurt, Kind: dialog.Text, Text: "I want to kill myself"})
			c.longest = 0
			before, commits := c.phones.all(), c.store.commits.Load()
			var rush sync.WaitGroup
			rush.Go(func() { c.rush(perSecond, seconds) })
			time.Sleep(seconds / 2 * time.Second) // what may come at once has come
			for _, act := range []func(){
				func() { c.ask(dialog.Event{Person: known, Kind: dialog.Command, Name: "help"}) },
				func() { c.ask(dialog.Event{Person: hurt, Kind: dialog.Text, Text: "I still want to die"}) },
				func() { c.press(hurt) },
				func() { c.ask(dialog.Event{Person: late, Kind: dialog.Text, Text: "he raped me"}) },
				func() { c.press(late) },
				func() { c.ask(dialog.Event{Person: "telegram:seeks", Kind: dialog.Command, Name: "support"}) },
			} {
				act()
			}
			rush.Wait()
			must(t, c.host.Drain(context.Background()))
			heard := c.phones.all() - before
			t.Logf("bound %v: %d strangers, %d messages sent, %d commits, %d passed over; who is known waited %v at most",
				bound, perSecond*seconds, heard, c.store.commits.Load()-commits, c.host.Stats.PassedOver.Load(), c.longest)
			check(c, heard)
		})
	}
	play(strangers, func(c *crowded, heard int) {
		if c.unheard > 0 || c.longest > 100*time.Millisecond {
			t.Errorf("somebody who is known was not answered %d times, and waited for %v", c.unheard, c.longest)
		}
		most := strangers.Burst + int(strangers.PerSecond)*(seconds+1)
		if passed := int(c.host.Stats.PassedOver.Load()); passed < perSecond*seconds-most || heard > 2*most+20 {
			t.Errorf("of the crowd %d were passed over, and %d messages were sent", passed, heard)
		}
		if n := strings.Count(c.log.String(), "\n"); n != 1 || !strings.Contains(c.log.String(), "some are passed over") {
			t.Errorf("the operator is told in %d lines:\n%s", n, c.log)
		}
		if rec, err := c.store.Load(t.Context(), dialog.Key(fmt.Sprint("telegram:stranger", c.n.Load()-1))); err != nil || rec.Blob != nil {
			t.Errorf("something is kept of somebody who was passed over: %+v, %v", rec, err)
		}
	})
	play(dialog.Rate{}, func(c *crowded, _ int) {
		if c.longest < 2*time.Second {
			t.Errorf("without a bound nobody waits longer than %v, so this test shows nothing", c.longest)
		}
	})
}

// TestAStrangerMayErase what there is of them, in any crowd; and once it has
// passed they are heard.
func TestAStrangerMayErase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowded(t, dialog.Rate{PerSecond: 0.01, Burst: 1})
		const p = dialog.PersonID("telegram:1")
		c.ask(dialog.Event{Person: p, Kind: dialog.Command, Name: "start"})
		c.rush(100, 1)
		c.do(dialog.Event{Person: p, Kind: dialog.Command, Name: "help"})
		time.Sleep(time.Second)
		if n := c.phones.to(p); n != 1 {
			t.Fatalf("%d answers to a stranger in a crowd", n)
		}
		time.Sleep(100 * time.Second)
		c.press(p) // of age; the bucket is empty again after this
		c.rush(100, 1)
		c.do(dialog.Event{Person: p, Kind: dialog.Press, Data: c.phones.button(p, "No")}) // nothing is kept
		time.Sleep(time.Second)
		if rec, err := c.store.Load(t.Context(), dialog.Key(p)); err != nil || rec.Blob != nil || rec.Erased.IsZero() {
			t.Errorf("somebody who wants to be forgotten is not: erased at %v, %v", rec.Erased, err)
		}
		must(t, c.host.Drain(context.Background()))
	})
}
