package dialog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"
)

// Host is the loop around the pure step: load, step, commit, deliver,
// acknowledge. Any number of hosts may share one store; they share nothing else.
// The fields are set before Start and not changed after it.
type Host struct {
	Script    *Script
	Store     Store
	Platforms map[string]Platform // by the part of a PersonID before the colon

	Now       func() time.Time         // nil: time.Now
	KeyOf     func(PersonID) Key       // nil: the id itself
	Log       *slog.Logger             // nil: silence; never sees words, names or ids
	Queue     int                      // events waiting for one person; 0: 32
	Poll      time.Duration            // how often to look for what is due; 0: 1 s
	Alone     bool                     // no other process uses the store: what a dead one was sending is nobody's
	Seed      func() uint64            // where a new person's chance comes from; nil: the system's
	StepTime  time.Duration            // what takes longer in one step is a defect; 0: 5 s; negative: nobody watches
	Budgets   map[string]Rate          // how fast each platform may be sent to, by all hosts together; none: as fast as it goes
	Strangers Rate                     // how many events this host takes of all people together whom it does not know yet; none: all
	Linger    map[string]time.Duration // by platform: how long a delivered edit may wait to be noted together with what comes next; only where all events of a person come to this host, which then remembers people for a moment
	Machine   Machine                  // the zero Machine is the real one
	Stats     Stats

	boxes  mailboxes
	lanes  map[string]*lane
	shares []*share
	told   notices
	crowd  strangers
	begun  time.Duration
	opened time.Time
	sends  context.Context // ends sends
	calls  context.Context // ends calls of the store, a little after the sends
	cut    context.CancelFunc
	halt   context.CancelFunc
}

// Stats counts what a host did. It is safe to read at any time.
type Stats struct {
	Events     atomic.Int64 // taken
	Repeats    atomic.Int64 // of these, how many had been taken before
	Conflicts  atomic.Int64 // commits that lost against another host
	Sends      atomic.Int64 // calls of a platform
	Failed     atomic.Int64 // of these, how many did not end well
	Unknown    atomic.Int64 // of these, how many may or may not have arrived
	Late       atomic.Int64 // planned messages dropped since nobody needs them any more
	Waited     atomic.Int64 // deliveries put off by a budget
	Poison     atomic.Int64 // events parked
	Stuck      atomic.Int64 // steps that did not end in time; their goroutines are lost
	Full       atomic.Int64 // events refused since a state is full
	Unreadable atomic.Int64 // events refused since a record can not be read
	Words      atomic.Int64 // from one person's conversation, taken by another's
	PassedOver atomic.Int64 // events of strangers that were one too many; not taken, and not to be brought again
}

// ErrBusy says that too much is waiting for one person. The event was not
// taken; the platform will bring it again.
var ErrBusy = errors.New("busy: too much is waiting for this person")

// ErrStopping says that the host takes nothing any more. The event was not taken.
var ErrStopping = errors.New("stopping")

const (
	maxConflicts = 5
	maxTries     = 3               // of an event that the step fails on
	storeTime    = 8 * time.Second // for all calls of the store that one turn takes
	lastWord     = time.Second     // to note what was cut off
)

// Start makes the host ready. ctx ends what is being sent at once; for a
// graceful end stop calling Handle and call Drain.
func (h *Host) Start(ctx context.Context) {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.KeyOf == nil {
		h.KeyOf = func(p PersonID) Key { return Key(p) }
	}
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	if h.Queue == 0 {
		h.Queue = 32
	}
	if h.Poll == 0 {
		h.Poll = time.Second
	}
	if h.StepTime == 0 {
		h.StepTime = 5 * time.Second
	}
	h.Machine.complete()
	if h.Seed == nil {
		h.Seed = h.Machine.number
	}
	h.sends, h.cut = context.WithCancel(ctx)
	h.calls, h.halt = context.WithCancel(context.WithoutCancel(ctx))
	h.begun, h.opened = h.Machine.Clock(), h.Now()
	h.boxes = mailboxes{boxes: map[Key]*mailbox{}, wakes: map[Key]struct{}{}, work: h.work, size: h.Queue, spawn: h.Machine.Go, clock: h.Machine.Clock}
	h.crowd = newStrangers(h)
	h.lanes = map[string]*lane{}
	for name := range h.Platforms {
		l := newLane(h, name)
		h.lanes[name] = l
		switch {
		case l.bucket == nil:
		case h.Alone:
			l.allow(1, math.MaxInt64)
		default:
			s := newShare(l, name)
			h.shares = append(h.shares, s)
			h.Machine.Go(func() { s.keep(h.sends) })
		}
	}
}

// Handle takes one event and returns when its outcome is committed; only then
// may the platform be told that it has arrived. An error means that it was not
// taken and is to be brought again. The replies are delivered after that, in order.
//
// An event for a record that can not be read is no error: bringing it again
// would help nobody. It is refused, and the person asked to wait.
func (h *Host) Handle(ctx context.Context, ev Event) error {
	done := make(chan error, 1)
	if err := h.Take(ctx, ev, func(err error) { done <- err }); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Take is Handle for callers that do not wait: done is called once, with what
// Handle would have returned, unless Take itself returns an error. It must not block.
func (h *Host) Take(ctx context.Context, ev Event, done func(error)) error {
	ev.From = "" // nobody tells from outside whom a word is from
	return h.boxes.put(h.KeyOf(ev.Person), letter{ev: ev, ctx: ctx, done: done})
}

// Settle waits until nothing is being done for one person; for tests and the terminal.
func (h *Host) Settle(person PersonID) {
	for {
		closed := h.boxes.closing(h.KeyOf(person))
		if closed == nil {
			return
		}
		<-closed
	}
}

// Drain takes nothing more and waits until everything that was taken is
// answered, or ctx ends; then whatever is still being sent is cut off (and in
// doubt, as after a crash), and Drain returns within about a second. It returns
// an error if anything may have been cut off, by Start's ctx too. After it the
// store is called with contexts that have ended, or not at all.
func (h *Host) Drain(ctx context.Context) error {
	defer h.halt()
	defer h.cut()
	idle := h.boxes.stop()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	select {
	case <-idle: // also if ctx ends at the same moment, or Start's meanwhile
		cut := h.sends.Err() // then nothing is left to do, since it was cut off before
		h.leave()
		if cut != nil {
			return fmt.Errorf("drain: cut off: %w", cut)
		}
		return nil
	default:
	}
	h.cut()
	rest := time.NewTimer(lastWord)
	defer rest.Stop()
	select {
	case <-idle:
		h.leave()
	case <-rest.C:
	}
	return fmt.Errorf("drain: cut off: %w", ctx.Err())
}

// leave gives this host's part of the budgets to the others.
func (h *Host) leave() {
	ctx, cancel := h.Machine.Limit(h.calls, lastWord)
	defer cancel()
	for _, s := range h.shares {
		s.leave(ctx)
	}
}

// lease is how long a delivery belongs to its sender, by the host's clock.
func (h *Host) lease() time.Duration {
	if h.Script.Lease > 0 {
		return h.Script.Lease
	}
	return SendLease
}
