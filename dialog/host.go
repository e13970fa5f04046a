package dialog

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// Host is the loop around the pure step: load, step, commit, deliver,
// acknowledge. Any number of hosts may share one store; they share nothing else.
// The fields are set before the first call and not changed after it.
type Host struct {
	Script    *Script
	Store     Store
	Platforms map[string]Platform // by the part of a PersonID before the colon

	Now   func() time.Time   // nil: time.Now
	KeyOf func(PersonID) Key // nil: the id itself
	Log   *slog.Logger       // nil: silence; never sees words, names or ids
	Queue int                // events waiting for one person; 0: 32
	Poll  time.Duration      // how often to look for what is due; 0: 1 s
	Alone bool               // no other process uses the store: what a dead one was sending is nobody's
	Seed  func() uint64      // where a new person's chance comes from; nil: the system's
	Stats Stats

	boxes mailboxes
	stop  context.Context // ends sends at once
	halt  context.CancelFunc
	ready atomic.Bool
}

// Stats counts what a host did. It is safe to read at any time.
type Stats struct {
	Events, Repeats, Conflicts, Sends, Failed, Unknown, Late, Poison, Full, Unreadable atomic.Int64
}

// ErrBusy says that too much is waiting for one person. The event was not
// taken; the platform will bring it again.
var ErrBusy = errors.New("busy: too much is waiting for this person")

const (
	maxConflicts = 5
	maxPoison    = 3
	storeTime    = 8 * time.Second
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
		h.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if h.Queue == 0 {
		h.Queue = 32
	}
	if h.Poll == 0 {
		h.Poll = time.Second
	}
	h.stop, h.halt = context.WithCancel(ctx)
	h.boxes = mailboxes{boxes: map[Key]*mailbox{}, work: h.work, size: h.Queue}
	h.ready.Store(true)
}

// Handle takes one event and returns when its outcome is committed; only then
// may the platform be told that it has arrived. An error means that it was not
// taken and is to be brought again. The replies are delivered after that, in order.
func (h *Host) Handle(ctx context.Context, ev Event) error {
	l := letter{ev: ev, ctx: ctx, done: make(chan error, 1)}
	if err := h.boxes.put(h.KeyOf(ev.Person), ev.Person, l); err != nil {
		return err
	}
	select {
	case err := <-l.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ring looks once at who is due and wakes them, and returns how many there
// were. Run does it on its own.
func (h *Host) Ring(ctx context.Context, n int) (int, error) {
	keys, err := h.Store.Due(ctx, 2*h.lease(), n)
	if err != nil {
		return 0, fmt.Errorf("due: %w", err)
	}
	for _, key := range keys {
		l := letter{ev: Event{Kind: Alarm}, ctx: h.stop, done: make(chan error, 1)}
		h.boxes.put(key, "", l) // a full queue wakes the person anyway
	}
	return len(keys), nil
}

// Run wakes who is due until ctx ends.
func (h *Host) Run(ctx context.Context) {
	wait := time.NewTimer(rand.N(h.Poll)) // replicas begin at different moments
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		n, err := h.Ring(ctx, dueBatch)
		if err != nil && ctx.Err() == nil {
			h.Log.Error("store: can not look for what is due", "err", err)
		}
		if n == dueBatch {
			wait.Reset(0)
		} else {
			wait.Reset(h.Poll)
		}
	}
}

const dueBatch = 100

func (h *Host) lease() time.Duration { return max(h.Script.Lease, SendLease) }

// Drain waits until everything that was taken is answered, or ctx ends; then
// whatever is still being sent is cut off (and in doubt, as after a crash).
func (h *Host) Drain(ctx context.Context) error {
	done := make(chan struct{})
	go func() { h.boxes.alive.Wait(); close(done) }()
	select {
	case <-done:
		h.halt()
		return nil
	case <-ctx.Done():
		h.halt()
		<-done
		return fmt.Errorf("drain: cut off: %w", ctx.Err())
	}
}

// Settle waits for one person's queue to be empty; for tests and the terminal.
func (h *Host) Settle(person PersonID) {
	for {
		h.boxes.mu.Lock()
		_, busy := h.boxes.boxes[h.KeyOf(person)]
		h.boxes.mu.Unlock()
		if !busy {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// work is one person's goroutine.
func (h *Host) work(box *mailbox) {
	var receipts []Event
	for {
		l, ok := h.boxes.take(box)
		if !ok {
			return
		}
		if box.person == "" { // an alarm opened the mailbox
			box.person = l.ev.Person
		}
		deliver, err := h.turn(l.ctx, box, append(receipts, l.ev))
		if err == nil {
			receipts = nil
		}
		l.done <- err
		for len(deliver) > 0 {
			receipts = append(receipts, h.deliver(box.person, deliver)...)
			if h.boxes.waiting(box) {
				break // the next turn writes the receipts as well: one commit for both
			}
			deliver, err = h.turn(h.stop, box, receipts)
			if err != nil {
				h.Log.Error("a delivery could not be noted; it is in doubt until its lease ends", "err", err)
			}
			receipts = nil
		}
	}
}

// turn applies events one after the other and commits the outcome once.
func (h *Host) turn(ctx context.Context, box *mailbox, events []Event) ([]Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	for try := 0; ; try++ {
		deliver, err := h.tryTurn(ctx, box, events)
		if !errors.Is(err, ErrConflict) {
			return deliver, err
		}
		h.Stats.Conflicts.Add(1)
		box.known = nil
		if events[len(events)-1].Kind == Alarm {
			return nil, nil // whoever was faster has set the alarm anew
		}
		if try == maxConflicts {
			return nil, err
		}
		select {
		case <-time.After(rand.N(20 * time.Millisecond << try)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (h *Host) tryTurn(ctx context.Context, box *mailbox, events []Event) ([]Entry, error) {
	rec, err := h.load(ctx, box)
	if err != nil {
		return nil, err
	}
	if events = h.fence(rec, events); len(events) == 0 {
		return nil, nil
	}
	blob, alarm := rec.Blob, time.Time{}
	var deliver []Entry
	if h.Alone && box.known == nil {
		events[0].Alone = true
	}
	changed, erase := false, false
	var remove []Ref
	for _, ev := range events {
		if blob == nil && (ev.Kind == Alarm || ev.Kind == Sent || ev.Kind == Blocked) {
			continue // nobody is there
		}
		next, out, err := h.apply(blob, box, ev)
		if err != nil {
			return nil, err
		}
		h.count(ev, out)
		if out.Repeat {
			continue
		}
		blob, alarm, changed = next, out.State.Alarm(), true
		deliver = append(deliver, out.Deliver...)
		remove = append(remove, out.Remove...)
		erase = out.Erase
		if box.person == "" {
			box.person = out.State.Person
		}
	}
	if !changed {
		return nil, nil
	}
	if erase {
		return h.erase(ctx, box, rec, deliver)
	}
	tag := newTag()
	if err := h.Store.Commit(ctx, box.key, rec.Tag, tag, blob, alarm); err != nil {
		box.known = nil
		return nil, fmt.Errorf("commit: %w", err)
	}
	box.known = &Record{Blob: blob, Tag: tag}
	if len(remove) > 0 {
		h.remove(box.person, remove)
	}
	return deliver, nil
}

// remove takes messages back and lets the person know of those it could not.
func (h *Host) remove(person PersonID, refs []Ref) {
	name, _, _ := strings.Cut(string(person), ":")
	left := refs
	if platform, ok := h.Platforms[name].(Remover); ok {
		ctx, cancel := context.WithTimeout(h.stop, SendTime)
		defer cancel()
		var err error
		if left, err = platform.Remove(ctx, person, refs); err != nil {
			h.Log.Warn("messages could not be taken back", "err", err)
			left = refs
		}
	}
	if len(left) > 0 {
		l := letter{ev: Event{Kind: Removed, Person: person, Left: len(left)}, ctx: h.stop, done: make(chan error, 1)}
		if err := h.boxes.put(h.KeyOf(person), person, l); err != nil {
			h.Log.Warn("a person could not be told what was not taken back", "err", err)
		}
	}
}

// erase puts a tombstone in the record's place and says the last words, from
// memory and once: there is nothing left that could remember whether they arrived.
func (h *Host) erase(ctx context.Context, box *mailbox, rec Record, last []Entry) ([]Entry, error) {
	box.known = nil
	if rec.Tag != (Tag{}) {
		if err := h.Store.Delete(ctx, box.key, rec.Tag, newTag()); err != nil {
			return nil, fmt.Errorf("delete: %w", err)
		}
	}
	for i := range last {
		last[i].Msg.Edit = ""
	}
	h.deliver(box.person, last)
	return nil, nil
}

func (h *Host) load(ctx context.Context, box *mailbox) (Record, error) {
	if box.known != nil {
		return *box.known, nil
	}
	rec, err := h.Store.Load(ctx, box.key)
	if err != nil {
		if errors.Is(err, ErrUnreadable) {
			h.Stats.Unreadable.Add(1)
		}
		return rec, fmt.Errorf("load: %w", err)
	}
	return rec, nil
}

// fence drops what happened before an erasure: it must not bring anybody back.
func (h *Host) fence(rec Record, events []Event) []Event {
	if rec.Erased.IsZero() {
		return events
	}
	var out []Event
	for _, ev := range events {
		if ev.Kind != Sent && ev.Kind != Alarm && ev.Kind != Press && (ev.At.IsZero() || ev.At.After(rec.Erased)) {
			out = append(out, ev)
		}
	}
	return out
}

// apply steps, and contains an event that the step fails on: after a few tries
// it is parked in the state and the person is told that nothing else is lost.
func (h *Host) apply(blob []byte, box *mailbox, ev Event) ([]byte, Outcome, error) {
	seed := h.newSeed()
	for try := 1; ; try++ {
		next, out, err := h.Script.Apply(blob, box.person, seed, ev, h.Now())
		var defect *PanicError
		if !errors.As(err, &defect) {
			return next, out, err
		}
		h.Log.Error("an event could not be handled", "kind", ev.Kind, "try", try, "err", err)
		if try < maxPoison {
			continue
		}
		h.Stats.Poison.Add(1)
		return h.Script.Park(blob, box.person, ev, h.Now())
	}
}

func (h *Host) count(ev Event, out Outcome) {
	h.Stats.Late.Add(int64(out.Dropped))
	switch {
	case out.Repeat:
		h.Stats.Repeats.Add(1)
	case out.Full:
		h.Stats.Full.Add(1)
	case ev.Kind != Sent:
		h.Stats.Events.Add(1)
	}
}

// deliver hands messages over, in order, and returns what became of them. What
// follows a failure waits for its turn.
func (h *Host) deliver(person PersonID, entries []Entry) []Event {
	name, _, _ := strings.Cut(string(person), ":")
	platform := h.Platforms[name]
	var receipts []Event
	failed := false
	for _, e := range entries {
		r := Receipt{Entry: e.ID, Verdict: Later}
		switch {
		case platform == nil:
			r.Verdict = Never
			h.Log.Error("no platform is running for a person's messages", "platform", name)
		case !failed:
			r = h.send(platform, person, e)
			failed = !r.OK && r.Verdict != Never
		default:
			r.After = time.Millisecond // it was never tried
		}
		receipts = append(receipts, Event{Kind: Sent, Person: person, Receipt: &r})
	}
	return receipts
}

func (h *Host) send(platform Platform, person PersonID, e Entry) Receipt {
	ctx, cancel := context.WithTimeout(h.stop, SendTime)
	defer cancel()
	h.Stats.Sends.Add(1)
	ref, err := platform.Send(ctx, person, e.Msg)
	r := Receipt{Entry: e.ID, Ref: ref, OK: err == nil}
	if err == nil {
		return r
	}
	h.Stats.Failed.Add(1)
	var se *SendError
	if errors.As(err, &se) {
		r.Verdict, r.After = se.Verdict, se.After
	}
	if r.Verdict == Unknown {
		h.Stats.Unknown.Add(1)
	}
	h.Log.Warn("a message could not be handed over", "verdict", r.Verdict.String(), "err", err)
	return r
}

func (h *Host) newSeed() uint64 {
	if h.Seed != nil {
		return h.Seed()
	}
	var b [8]byte
	crand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func newTag() (t Tag) {
	crand.Read(t[:])
	return t
}
