// Package sim lets hosts, a store and a platform live through hostile schedules,
// in one thread and from a seed. The hosts are real ones ([dialog.Host]): their
// tasks are coroutines, and whatever they ask of the world is a moment where the
// schedule may crash, delay, reorder or lie. A schedule that breaks a promise is
// named by its seed and can be told as a transcript.
package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"afterglow/dialog"
)

// Bug is a design known to be wrong, put in to see that it is found.
type Bug uint8

const (
	None Bug = iota
	// Counters has the store compare versions that count up instead of tags.
	Counters
	// ConfirmFirst tells the platform that an event has arrived before the commit.
	ConfirmFirst
	// OutboxAfter keeps replies in the sender's memory only.
	OutboxAfter
	// WordsAfter keeps words for other people in the sender's memory only.
	WordsAfter
)

// Options shape a schedule. The zero Options are a hostile one without a bug.
type Options struct {
	Moves int // of the schedule, before the world calms down; 0: 45
	Bug   Bug
	Trace bool // keep a transcript
}

// Result is what became of a schedule.
type Result struct {
	Seed       uint64
	Broken     string // the first promise that was broken, or ""
	Transcript []string
	Counts
}

// Counts say what a schedule was made of.
type Counts struct {
	Moves, Events, Taken, Redelivered, Commits, Sends, Unknown, Copies, Nudges, Words int
	Crashes, Failovers, Jumps, LostReplies, Erasures, Poison                          int
}

// Add sums up.
func (c *Counts) Add(d Counts) {
	c.Moves += d.Moves
	c.Events += d.Events
	c.Taken += d.Taken
	c.Redelivered += d.Redelivered
	c.Commits += d.Commits
	c.Sends += d.Sends
	c.Unknown += d.Unknown
	c.Copies += d.Copies
	c.Nudges += d.Nudges
	c.Words += d.Words
	c.Crashes += d.Crashes
	c.Failovers += d.Failovers
	c.Jumps += d.Jumps
	c.LostReplies += d.LostReplies
	c.Erasures += d.Erasures
	c.Poison += d.Poison
}

func (c Counts) String() string {
	return fmt.Sprintf("%d moves, %d events (%d taken, brought again %d times), %d commits (%d without an answer), %d sends (%d unknown, %d second copies), %d nudges, %d words, %d crashes, %d failovers, %d clock jumps, %d erasures, %d poisoned",
		c.Moves, c.Events, c.Taken, c.Redelivered, c.Commits, c.LostReplies, c.Sends, c.Unknown, c.Copies, c.Nudges, c.Words, c.Crashes, c.Failovers, c.Jumps, c.Erasures, c.Poison)
}

// Run plays the schedule of a seed.
func Run(seed uint64, o Options) Result {
	if o.Moves == 0 {
		o.Moves = 45
	}
	w := newWorld(seed, o)
	defer w.end()
	w.play()
	w.counts.Moves = w.moved
	return Result{Seed: seed, Broken: w.broken, Transcript: w.lines, Counts: w.counts}
}

// Explain plays a schedule again and tells it.
func Explain(seed uint64, o Options) string {
	o.Trace = true
	r := Run(seed, o)
	return fmt.Sprintf("seed %d: %s\n%s", seed, r.Broken, strings.Join(r.Transcript, "\n"))
}

// epoch is where every schedule begins: a summer evening.
var epoch = time.Date(2026, 6, 12, 20, 0, 0, 0, time.UTC)

// world is one schedule.
type world struct {
	rng    *rand.Rand
	opts   Options
	script *dialog.Script
	now    time.Duration // since epoch, true time
	moved  int
	calm   bool // no more faults

	// What this schedule is made of. In a quiet one every process is well and
	// quick: messages go astray, and at most the store's answers. There is no
	// excuse then for a second copy but a send whose outcome nobody knew.
	linger                                              time.Duration // of the hosts
	queue                                               int           // of the hosts
	quiet, failovers, jumps, crashes, badStore, badSend bool

	nodes  []*node
	tasks  []*task
	cur    *task
	store  store
	people []*person
	counts Counts
	broken string
	lines  []string
}

// node is one process with its host.
type node struct {
	name   string
	host   *dialog.Host
	offset time.Duration // of its clock
	dead   bool
	paused bool
}

func newWorld(seed uint64, o Options) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 0x5eed)), opts: o, script: theScript}
	w.failovers = o.Bug == Counters || w.chance(25)
	w.jumps = w.chance(25)
	w.crashes = w.chance(70)
	w.badStore = w.chance(60)
	w.badSend = w.chance(75)
	if w.quiet = o.Bug == None && w.chance(20); w.quiet {
		w.failovers, w.jumps, w.crashes, w.badStore, w.badSend = false, false, false, w.chance(50), true
	}
	if w.chance(50) {
		w.linger = 200 * time.Millisecond
	}
	if w.chance(30) {
		w.queue = 3
	}
	w.store.init(w)
	for i := range 1 + w.rng.IntN(4)/2 {
		w.people = append(w.people, newPerson(i))
	}
	w.nodes = make([]*node, 1+w.rng.IntN(3))
	for i := range w.nodes {
		w.boot(i)
	}
	return w
}

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

func (w *world) trueTime() time.Time { return epoch.Add(w.now) }

func (w *world) note(format string, args ...any) {
	if w.opts.Trace {
		w.lines = append(w.lines, fmt.Sprintf("%10s  ", w.now.Round(time.Millisecond))+fmt.Sprintf(format, args...))
	}
}

// breaks records the first broken promise.
func (w *world) breaks(format string, args ...any) {
	if w.broken == "" {
		w.broken = fmt.Sprintf(format, args...)
		w.note("BROKEN: %s", w.broken)
	}
}

// boot starts a process in place i.
func (w *world) boot(i int) {
	n := &node{name: fmt.Sprint("host ", i)}
	w.nodes[i] = n
	n.host = &dialog.Host{
		Script: w.script, Store: &door{w}, StepTime: -1, Queue: w.queue, Alone: len(w.nodes) == 1,
		Platforms: map[string]dialog.Platform{"sim": &platform{w}},
		Linger:    map[string]time.Duration{"sim": w.linger},
		Now:       func() time.Time { return w.trueTime().Add(n.offset) },
		Machine: dialog.Machine{
			Go:    func(f func()) { w.spawn(n, f) },
			Clock: func() time.Duration { return w.now },
			Sleep: w.sleep,
			Limit: func(ctx context.Context, _ time.Duration) (context.Context, context.CancelFunc) {
				return ctx, func() {}
			},
			Rand: func(b []byte) {
				for i := range b {
					if i%8 == 0 {
						x := w.rng.Uint64()
						for j := i; j < min(i+8, len(b)); j++ {
							b[j] = byte(x)
							x >>= 8
						}
					}
				}
			},
		},
	}
	n.host.Start(background)
}

// crash kills a process. What it had asked of the world may still happen.
func (w *world) crash(i int) {
	n := w.nodes[i]
	w.note("%s dies", n.name)
	w.counts.Crashes++
	for _, p := range w.people {
		p.excuse(w)
	}
	n.dead = true
	for _, t := range w.tasks {
		if t.node != n {
			continue
		}
		if t.op.do != nil && w.chance(50) {
			t.op.do(w)
		}
		w.kill(t)
	}
	w.sweep()
	w.boot(i)
}

// end lets go of all coroutines.
func (w *world) end() {
	for _, n := range w.nodes {
		n.dead = true
	}
	for _, t := range w.tasks {
		w.kill(t)
	}
	w.tasks = nil
}
