package platformtest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/dialog"
)

// patience is how long the bot may take for what a line expects. It is real
// time; while a line is waited for, the bot's own clock runs faster.
const patience = 10 * time.Second

// world is a program with its store, connected to the subject.
type world struct {
	t testing.TB
	Subject
	store  *dialog.MemoryStore
	clock  clock
	kill   atomic.Int32 // the next event: 1 dies before its commit, 2 after
	fail   atomic.Int32 // so many events find no store
	person atomic.Value // dialog.PersonID, once known

	host *dialog.Host // of the running program; nil: none runs
	stop func()
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newWorld(t testing.TB, s Subject) *world {
	w := &world{t: t, Subject: s, clock: clock{now: time.Now()}}
	w.store = dialog.NewMemoryStore(w.clock.Now)
	w.begin()
	t.Cleanup(w.end)
	return w
}

// begin starts the program.
func (w *world) begin() {
	w.t.Helper()
	sc := script()
	if err := sc.Init(); err != nil {
		w.t.Fatal(err)
	}
	platform, run, err := w.Connect()
	if err != nil {
		w.t.Fatalf("connect: %v", err)
	}
	w.host = &dialog.Host{Script: sc, Store: w.store, Now: w.clock.Now, Platforms: map[string]dialog.Platform{w.Name(): platform}}
	ctx, cancel := context.WithCancel(context.Background())
	w.host.Start(context.Background())
	over := make(chan struct{})
	host := w.host
	go func() {
		defer close(over)
		run(ctx, func(ctx context.Context, ev dialog.Event) error { return w.handle(ctx, host, ev) })
	}()
	w.stop = func() {
		cancel()
		<-over
		last, done := context.WithTimeout(context.Background(), patience)
		defer done()
		if err := host.Drain(last); err != nil {
			w.t.Error(err)
		}
	}
}

// end stops the program.
func (w *world) end() {
	if w.host != nil {
		w.stop()
		w.host = nil
	}
}

var (
	errKilled = errors.New("killed")
	errStore  = errors.New("the store is away")
)

// handle is the way of an event into the host, and where programs die.
func (w *world) handle(ctx context.Context, host *dialog.Host, ev dialog.Event) error {
	w.person.Store(ev.Person)
	if w.fail.Load() > 0 {
		w.fail.Add(-1)
		return errStore
	}
	switch w.kill.Swap(0) {
	case 1:
		return errKilled
	case 2:
		if err := host.Handle(ctx, ev); err != nil {
			return err
		}
		return errKilled
	}
	return host.Handle(ctx, ev)
}

// mishaps are the lines that begin with an exclamation mark.
var mishaps = map[string]func(w *world, n int){
	"restart":     func(w *world, _ int) { w.end(); w.begin() },
	"stop":        func(w *world, _ int) { w.end() },
	"start":       func(w *world, _ int) { w.begin() },
	"kill before": func(w *world, _ int) { w.kill.Store(1) },
	"kill after":  func(w *world, _ int) { w.kill.Store(2) },
	"fail":        func(w *world, n int) { w.fail.Store(int32(n)) },
	"twice":       func(w *world, _ int) { w.Twice() },
	"lose":        func(w *world, n int) { w.Lose(n) },
	"page":        func(w *world, n int) { w.Page(n) },
	"limit":       func(w *world, n int) { w.Limit(n) },
	"offline":     func(w *world, _ int) { w.Offline(true); time.Sleep(50 * time.Millisecond) },
	"online":      func(w *world, _ int) { w.Offline(false) },
	"block":       func(w *world, _ int) { w.Block() },
	"unblock":     func(w *world, _ int) { w.Unblock() },
}

func (w *world) live(lines string) {
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		sign, rest, _ := strings.Cut(line, " ")
		w.clock.pass(time.Second) // nobody does two things in the same moment
		w.line(sign, strings.TrimSpace(rest))
		if w.t.Failed() {
			w.t.Fatalf("at the line\n\t%s\nthe bot has said\n%s", line, w.transcript())
		}
	}
	for _, p := range w.Problems() {
		w.t.Errorf("the platform would not have taken this: %s", p)
	}
}

func (w *world) line(sign, rest string) {
	switch sign {
	case ">":
		if label, ok := strings.CutPrefix(rest, "["); ok {
			if err := w.Press(strings.TrimSuffix(label, "]")); err != nil {
				w.t.Error(err)
			}
		} else if name, ok := strings.CutPrefix(rest, "/"); ok {
			w.Command(name)
		} else {
			w.Type(rest)
		}
	case "<":
		if !w.await(func() bool { return shows(w.Screens(), rest) }) {
			w.t.Errorf("the newest message is not as expected")
		}
	case "?":
		w.Media(rest)
	case "!":
		name, n := rest, 1
		if words := strings.Fields(rest); len(words) == 2 {
			if k, err := strconv.Atoi(words[1]); err == nil {
				name, n = words[0], k
			}
		}
		w.settle() // what was begun is over
		do := mishaps[name]
		if do == nil {
			w.t.Fatalf("no mishap is named %q", name)
		}
		do(w, n)
	case "@":
		d, err := time.ParseDuration(rest)
		if err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.clock.pass(d)
		w.ring()
	case "~": // long enough for anything that would be tried again
		for range 40 {
			w.pass()
		}
	case "=":
		low, high, ok := strings.Cut(rest, "-")
		if !ok {
			high = low
		}
		w.settle()
		if !w.await(func() bool { n := len(w.Screens()); return number(low) <= n && n <= number(high) }) {
			w.t.Errorf("%d messages stand in the chat, not %s", len(w.Screens()), rest)
		}
	default:
		w.t.Fatalf("a line begins with %q", sign)
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// await waits for ok, while the bot's time passes.
func (w *world) await(ok func() bool) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		for range 10 {
			if ok() {
				return true
			}
			time.Sleep(2 * time.Millisecond)
		}
		w.pass()
	}
	return ok()
}

// pass lets a second pass for the bot, once it has nothing to do.
func (w *world) pass() {
	w.settle()
	w.clock.pass(time.Second)
	w.ring()
	time.Sleep(2 * time.Millisecond)
}

func (w *world) settle() {
	if p, ok := w.person.Load().(dialog.PersonID); ok && w.host != nil {
		w.host.Settle(p)
	}
}

func (w *world) ring() {
	if w.host == nil {
		return
	}
	if _, err := w.host.Ring(context.Background(), 10); err != nil {
		w.t.Error(err)
	}
}

// shows tells whether the newest message is as the line says. A line that begins
// with "…" names the end of a text.
func shows(all []Screen, line string) bool {
	if len(all) == 0 {
		return false
	}
	s := all[len(all)-1]
	got := strings.Join(strings.Fields(s.Text), " ")
	for _, l := range s.Labels {
		got += " [" + l + "]"
	}
	if s.File != "" {
		got = "(" + s.File + ") " + got
	}
	if end, ok := strings.CutPrefix(line, "… "); ok {
		return strings.HasSuffix(got, end)
	}
	return got == line
}

func (w *world) transcript() string {
	all := w.Screens()
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "\t< %.300s %q\n", s.Text, s.Labels)
	}
	return b.String()
}
