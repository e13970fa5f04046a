package crashtest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

const (
	people = 6
	warp   = 50 // the clock of a host runs that much faster, so that leases end soon
	forget = 60 // every so many events most want to be forgotten
)

// Child is the first thing in TestMain. In a process that [Run] has started it
// is the host that dies, and does not return; in any other it does nothing.
func Child(open Open) {
	path := os.Getenv("CRASH_JOURNAL")
	if path == "" {
		return
	}
	host(open, path)
	os.Exit(0)
}

// host runs a host until it dies at a point, or has handled the events up to a
// number and rests.
func host(open Open, path string) {
	past, err := readStory(path)
	check(err)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	check(err)
	die := dieAt(os.Getenv("CRASH_POINT"), number("CRASH_NTH"))
	j := &journal{file: file, die: die, read: map[string]bool{}}
	for event := range past.answers {
		j.read[event] = true
	}
	begun := time.UnixMilli(number("CRASH_BEGUN"))
	now := func() time.Time { return begun.Add(time.Since(begun) * warp) }
	store, err := open(os.Getenv("CRASH_STORE"), now)
	check(err)
	h := &dialog.Host{Script: sim.Script(), Store: store, Now: now, Poll: 5 * time.Millisecond,
		Platforms: map[string]dialog.Platform{"test": j}, Machine: dialog.Machine{Point: die}}
	h.Start(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	go h.Run(ctx)
	last := int(number("CRASH_LAST"))
	var wg sync.WaitGroup
	for p := range people {
		wg.Go(func() {
			begun, at := past.begun[p], past.at[p]
			if n := past.confirmed[p]; n > 0 && n == begun { // the platform brings it once more
				ev := event(p, n, at)
				check(h.Handle(ctx, ev))
				j.await(ev)
			}
			for n := past.confirmed[p] + 1; n <= last; n++ {
				if n > begun {
					at = now()
					j.write("new %d %d %d", p, n, at.UnixMilli())
				}
				ev := event(p, n, at)
				check(h.Handle(ctx, ev))
				die("confirmed")
				j.write("ok %d %d %d", p, n, now().UnixMilli())
				j.await(ev)
			}
		})
	}
	wg.Wait()
	rest(ctx, store, now)
	cancel()
	check(h.Drain(context.Background()))
	check(store.Close())
}

// rest returns when nothing is under way or planned soon for anybody any more.
// An alarm that three processes died of is put off by an hour, and not awaited.
func rest(ctx context.Context, store dialog.Store, now func() time.Time) {
	begun := time.Now()
	for p := 0; p < people; {
		rec, err := store.Load(ctx, key(p))
		check(err)
		if rec.Blob == nil {
			p++
			continue
		}
		s, err := dialog.DecodeState(rec.Blob)
		check(err)
		soon := slices.ContainsFunc(s.Timers, func(tm dialog.Timer) bool { return tm.At(s.Zone).Before(now().Add(10 * time.Minute)) })
		if len(s.Outbox)+len(s.Words) == 0 && !soon {
			p++
			continue
		}
		if time.Since(begun) > 20*time.Second {
			panic(fmt.Sprintf("%s never rests: %+v %+v %+v", key(p), s.Outbox, s.Words, s.Timers))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// dieAt returns what kills this process when it comes by a point for the n-th time.
func dieAt(point string, n int64) func(at string) {
	var left atomic.Int64
	left.Store(n)
	return func(at string) {
		if at == point && left.Add(-1) == 0 {
			self, err := os.FindProcess(os.Getpid())
			check(err)
			check(self.Kill())
			select {}
		}
	}
}

// event is the n-th thing that a person does.
func event(person, n int, at time.Time) dialog.Event {
	id := fmt.Sprintf("%d.%d", person, n)
	ev := dialog.Event{ID: id, Hint: id, Person: dialog.PersonID(key(person)), Kind: dialog.Command, Name: "note", At: at}
	switch {
	case (n+10*person)%often(person) == 0: // the two of a pair not at once
		ev.Name = "forget"
	case n%7 == 3:
		ev.Name = "remind"
	case n%11 == 5:
		ev.Name = "hide"
	case n%5 == 2:
		ev.Name = "tell"
	}
	return ev
}

// often is every how many events somebody wants to be forgotten: one pair rarely,
// so that many words stand in their states at the end.
func often(person int) int {
	if person >= people-2 {
		return 10 * forget
	}
	return forget
}

func key(person int) dialog.Key { return dialog.Key(fmt.Sprint("test:", person)) }

func number(name string) int64 {
	n, _ := strconv.ParseInt(os.Getenv(name), 10, 64)
	return n
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
