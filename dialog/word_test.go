package dialog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

// gossip is the script of sim with people who tell: "/word TO TEXT", "/later TO"
// (in ten seconds), "/bye TO", "/leave TO" (a last word, and all is forgotten).
func gossip() (sc *dialog.Script, heard func(dialog.PersonID) []string) {
	var mu sync.Mutex
	all := map[dialog.PersonID][]string{}
	hear := func(t *dialog.Turn) {
		mu.Lock()
		defer mu.Unlock()
		name := t.Event.Name
		if t.Event.Kind == dialog.ToldWord {
			name = "gone"
		}
		what := strings.TrimPrefix(name+" "+t.Event.Text+" from "+string(t.Event.From), "word ")
		all[t.State.Person] = append(all[t.State.Person], what)
		t.Tell("must not be seen")
	}
	sc = sim.Script()
	carry := func(name string, last bool, wait time.Duration) func(*dialog.Turn) {
		return func(t *dialog.Turn) {
			to, text, _ := strings.Cut(t.Event.Text, " ")
			_, ok := t.Carry(dialog.Word{To: dialog.PersonID(to), Name: name, Text: text, Last: last, After: t.Now.Add(wait)})
			t.Tell(fmt.Sprint(ok))
		}
	}
	sc.Actions["word"], sc.Actions["later"], sc.Actions["bye"] = carry("word", false, 0), carry("word", false, 10*time.Second), carry("bye", true, 0)
	sc.Actions["leave"] = func(t *dialog.Turn) { sc.Actions["bye"](t); t.Erase() }
	for _, name := range []string{"word", "later", "bye", "leave"} {
		sc.Commands[name] = name
	}
	for _, name := range []string{"word", "bye", "gone"} {
		sc.Actions["partner."+name] = hear
	}
	return sc, func(p dialog.PersonID) []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all[p])
	}
}

// crowd is a host, people and what they heard, in a bubble of their own time.
type crowd struct {
	*testing.T
	*dialog.Host
	heard func(dialog.PersonID) []string
	phone *phones
	store *dialog.MemoryStore
	n     int

	drained bool
}

func withCrowd(t *testing.T, test func(*crowd), set ...func(*crowd)) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{T: t, phone: newPhones(), store: dialog.NewMemoryStore(time.Now)}
		var sc *dialog.Script
		sc, c.heard = gossip()
		c.Host = &dialog.Host{Script: sc, Store: c.store, Platforms: map[string]dialog.Platform{"test": c.phone}, Poll: 100 * time.Millisecond}
		for _, f := range set {
			f(c)
		}
		ctx, cancel := context.WithCancel(context.Background())
		c.Start(ctx)
		go c.Host.Run(ctx)
		time.Sleep(20 * time.Second) // so old are the host and its caution
		test(c)
		c.drain()
		cancel()
		synctest.Wait()
	})
}

// drain stops the host, once.
func (c *crowd) drain() {
	c.Helper()
	if c.drained {
		return
	}
	c.drained = true
	if err := c.Drain(context.Background()); err != nil {
		c.Fatal(err)
	}
}

func (c *crowd) event(p dialog.PersonID, name, text string) dialog.Event {
	c.n++
	return dialog.Event{ID: fmt.Sprint("event ", c.n), Person: p, Kind: dialog.Command, Name: name, Text: text, At: time.Now()}
}

func (c *crowd) do(p dialog.PersonID, name, text string) {
	c.Helper()
	time.Sleep(time.Millisecond)
	if err := c.Handle(context.Background(), c.event(p, name, text)); err != nil {
		c.Fatal(err)
	}
}

func (c *crowd) wants(p dialog.PersonID, want ...string) {
	c.Helper()
	synctest.Wait()
	if got := c.heard(p); !slices.Equal(got, want) {
		c.Errorf("%s heard %q, want %q", p, got, want)
	}
}

const (
	ana = dialog.PersonID("test:ana")
	ben = dialog.PersonID("test:ben")
)

// A word is heard once, in order, by whoever it is for, and nothing is said of it.
func TestWordsAreToldInOrder(t *testing.T) {
	withCrowd(t, func(c *crowd) {
		c.do(ben, "feel", "")
		var want []string
		for i := range 10 {
			c.do(ana, "word", fmt.Sprintf("%s %d", ben, i))
			want = append(want, fmt.Sprintf("%d from %s", i, ana))
		}
		c.wants(ben, want...)
		if got := c.phone.of(ben); len(got) != 1 {
			t.Errorf("the receiver got %d messages, want the question alone: %+v", len(got), got)
		}
		if got := c.Stats.Words.Load(); got != 10 {
			t.Errorf("%d words were counted, want 10", got)
		}
	})
}

// Two people who tell each other all the time do not wait for each other.
func TestWordsBothWays(t *testing.T) {
	withCrowd(t, func(c *crowd) {
		c.do(ana, "note", "")
		c.do(ben, "note", "")
		var wg sync.WaitGroup
		events := map[dialog.PersonID][]dialog.Event{}
		for i := range 15 {
			events[ana] = append(events[ana], c.event(ana, "word", fmt.Sprintf("%s %d", ben, i)))
			events[ben] = append(events[ben], c.event(ben, "word", fmt.Sprintf("%s %d", ana, i)))
		}
		time.Sleep(time.Millisecond)
		for _, list := range events {
			wg.Go(func() {
				for _, ev := range list {
					for c.Handle(context.Background(), ev) != nil {
						time.Sleep(time.Second)
					}
					time.Sleep(time.Second)
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Minute)
		for _, p := range []dialog.PersonID{ana, ben} {
			if got := c.heard(p); len(got) != 15 {
				t.Errorf("%s heard %d words of 15: %q", p, len(got), got)
			}
		}
	})
}

// Whoever is not there is never created, and the sender's script learns it.
func TestNobodyIsThere(t *testing.T) {
	withCrowd(t, func(c *crowd) {
		c.do(ana, "word", string(ben)+" hello")
		c.wants(ana, fmt.Sprintf("gone  from %s", ben))
		if rec, _ := c.store.Load(context.Background(), dialog.Key(ben)); rec.Tag != (dialog.Tag{}) {
			t.Error("a word has made a record")
		}
		c.do(ben, "note", "")
		c.do(ben, "forget", "")
		c.do(ana, "word", string(ben)+" hello")
		gone := fmt.Sprintf("gone  from %s", ben)
		c.wants(ana, gone, gone)
		c.do(ben, "note", "") // they are back
		c.do(ana, "later", string(ben)+" hello")
		c.do(ben, "forget", "")
		time.Sleep(time.Second)
		c.do(ben, "note", "") // as somebody whom that word was not for
		time.Sleep(20 * time.Second)
		c.wants(ana, gone, gone, gone)
		c.do(ana, "word", string(ben)+" hello")
		c.wants(ben, fmt.Sprintf("hello from %s", ana))
	})
}

// A last word comes before the record goes, takes the place of all that waits,
// and two who leave at the same moment wait for each other for two seconds at most.
func TestLastWords(t *testing.T) {
	withCrowd(t, func(c *crowd) {
		c.do(ana, "note", "")
		c.do(ben, "note", "")
		c.do(ana, "leave", string(ben)+" goodbye")
		c.wants(ben, fmt.Sprintf("bye goodbye from %s", ana))
		if rec, _ := c.store.Load(context.Background(), dialog.Key(ana)); rec.Erased.IsZero() {
			t.Error("the record has not become a tombstone")
		}
		time.Sleep(time.Second)
		c.do(ana, "note", "")
		time.Sleep(time.Second)
		begun := time.Now()
		var left atomic.Int64
		for _, p := range []dialog.PersonID{ana, ben} {
			ev := c.event(p, "leave", string(map[dialog.PersonID]dialog.PersonID{ana: ben, ben: ana}[p]))
			if err := c.Take(context.Background(), ev, func(err error) {
				if err == nil {
					left.Add(1)
				}
			}); err != nil {
				t.Fatal(err)
			}
		}
		for left.Load() < 2 {
			time.Sleep(10 * time.Millisecond)
		}
		if took := time.Since(begun); took > 2500*time.Millisecond {
			t.Errorf("it took %v", took)
		}
	})
}

// A receiver who is busy, and one whose record can not be read, hear it later.
func TestWordsComeLater(t *testing.T) {
	var slow atomic.Bool
	withCrowd(t, func(c *crowd) {
		c.do(ben, "note", "")
		c.do(ana, "note", "")
		slow.Store(true)
		for range 3 { // one is being sent, and the queue is full
			if err := c.Take(context.Background(), c.event(ben, "note", ""), func(error) {}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		c.do(ana, "word", string(ben)+" hello")
		c.wants(ben)
		slow.Store(false)
		time.Sleep(time.Minute)
		c.wants(ben, fmt.Sprintf("hello from %s", ana))

		blob := c.damage(ben)
		c.do(ana, "word", string(ben)+" again")
		time.Sleep(time.Minute)
		c.wants(ben, fmt.Sprintf("hello from %s", ana))
		c.repair(ben, blob)
		time.Sleep(time.Hour)
		c.wants(ben, fmt.Sprintf("hello from %s", ana), fmt.Sprintf("again from %s", ana))
		if rec, _ := c.store.Load(context.Background(), dialog.Key(ana)); mustDecode(t, rec.Blob).Words != nil {
			t.Error("words are left over")
		}
	}, func(c *crowd) {
		c.Queue = 2
		c.phone.fail = func(to dialog.PersonID, _ dialog.Message) error {
			if to == ben && slow.Load() {
				time.Sleep(time.Second)
			}
			return nil
		}
	})
}

// damage makes a record one that nobody can read, and returns what it was.
func (c *crowd) damage(p dialog.PersonID) []byte {
	rec, err := c.store.Load(context.Background(), dialog.Key(p))
	if err == nil {
		err = c.store.Rewrite(context.Background(), dialog.Key(p), rec.Tag, []byte("garbage"))
	}
	if err != nil {
		c.Fatal(err)
	}
	return rec.Blob
}

func (c *crowd) repair(p dialog.PersonID, blob []byte) {
	rec, err := c.store.Load(context.Background(), dialog.Key(p))
	if err == nil {
		err = c.store.Rewrite(context.Background(), dialog.Key(p), rec.Tag, blob)
	}
	if err != nil {
		c.Fatal(err)
	}
}

// An adapter can not say whom a word is from, nor tell one.
func TestAdaptersTellNoWords(t *testing.T) {
	withCrowd(t, func(c *crowd) {
		c.do(ben, "note", "")
		ev := c.event(ben, "word", "hello")
		ev.Kind, ev.From = dialog.Partner, ana
		if err := c.Handle(context.Background(), ev); err != nil {
			t.Fatal(err)
		}
		c.wants(ben)
	})
}

// A host that stops sees words through that follow from what it has taken.
func TestDrainTellsWords(t *testing.T) {
	withCrowd(t, func(c *crowd) {
		c.do(ben, "note", "")
		for i := range 5 {
			if err := c.Take(context.Background(), c.event(ana, "word", fmt.Sprintf("%s %d", ben, i)), func(error) {}); err != nil {
				t.Fatal(err)
			}
		}
		c.drain()
		if got := c.heard(ben); len(got) != 5 {
			t.Errorf("heard %q, want five words", got)
		}
		rec, _ := c.store.Load(context.Background(), dialog.Key(ana))
		if words := mustDecode(t, rec.Blob).Words; len(words) > 0 {
			t.Errorf("left over: %+v", words)
		}
	})
}

// What a script fails on is set aside, by whoever fails: nothing is told for ever,
// and nobody is told of something they have not done.
func TestWordsThatAreFailedOn(t *testing.T) {
	withCrowd(t, func(c *crowd) {
		for _, name := range []string{"partner.word", "partner.gone"} {
			c.Script.Actions[name] = func(*dialog.Turn) { panic("boom") }
		}
		c.do(ben, "note", "")
		before := len(c.phone.of(ben))
		c.do(ana, "word", string(ben)+" hello")
		c.do(ana, "word", "test:nobody hello")
		time.Sleep(time.Minute)
		for p, kind := range map[dialog.PersonID]dialog.Kind{ben: dialog.Partner, ana: dialog.ToldWord} {
			rec, _ := c.store.Load(context.Background(), dialog.Key(p))
			s := mustDecode(t, rec.Blob)
			if len(s.Words) > 0 || len(s.Parked) != 1 || s.Parked[0].Kind != kind {
				t.Errorf("%s has %+v set aside and %d words left", p, s.Parked, len(s.Words))
			} else if s.Parked[0].Text != "" {
				t.Errorf("%s keeps, and can export, what another wrote: %q", p, s.Parked[0].Text)
			}
		}
		if got := len(c.phone.of(ben)); got != before {
			t.Errorf("the receiver got %d messages for it", got-before)
		}
	})
}
