package discord

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"afterglow/dialog"
)

// inbox gives every person one queue: what they did is handed over in order, one
// thing at a time, while other people's things go on beside it. The gateway
// delivers once and waits for nobody, so putting never blocks.
type inbox struct {
	bot  *Bot
	ctx  context.Context // ends what is being handed over
	stop context.CancelFunc

	mu     sync.Mutex
	handle func(context.Context, dialog.Event) error // set by Run or Handler
	queues map[string]*queue
	held   bool // nothing begins; see hold
	closed bool
	alive  sync.WaitGroup
	cut    atomic.Int64 // events that the end came before
}

// queue is what one person did and nobody has taken yet, the oldest first.
type queue struct {
	jobs    []job
	working bool
}

// job hands over one thing that a person did.
type job struct {
	id string // Discord's, of what was done: a later thing has a higher one
	do func()
}

const (
	maxWaiting = 64     // of one person
	maxPeople  = 50_000 // with something waiting
)

func newInbox(b *Bot) *inbox {
	in := &inbox{bot: b, queues: map[string]*queue{}}
	in.ctx, in.stop = context.WithCancel(context.Background())
	return in
}

// serve sets who takes the events.
func (in *inbox) serve(handle func(context.Context, dialog.Event) error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.handle = handle
}

// put queues a job behind the person's others. It tells whether there was room.
func (in *inbox) put(user string, j job) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	q := in.queues[user]
	if in.closed || q == nil && len(in.queues) >= maxPeople || q != nil && len(q.jobs) >= maxWaiting {
		in.bot.log.Error("too much is waiting, or the end is near; something a person did was let go", "who", personOf(user))
		return false
	}
	if q == nil {
		q = new(queue)
		in.queues[user] = q
	}
	q.jobs = append(q.jobs, j)
	if !in.held {
		in.start(user, q)
	}
	return true
}

// start gives the queue a worker, if it has none. in.mu is held.
func (in *inbox) start(user string, q *queue) {
	if q.working {
		return
	}
	q.working = true
	in.alive.Add(1)
	go func() {
		defer in.alive.Done()
		for {
			in.mu.Lock()
			if len(q.jobs) == 0 {
				delete(in.queues, user)
				in.mu.Unlock()
				return
			}
			j := q.jobs[0]
			q.jobs = q.jobs[1:]
			in.mu.Unlock()
			j.do()
		}
	}()
}

// among puts a job where it belongs by its time, for what is learnt of late while
// newer things may wait already. To be called by a job of the same person.
func (in *inbox) among(user string, j job) {
	in.mu.Lock()
	defer in.mu.Unlock()
	q := in.queues[user]
	newer := func(old job) bool { return byTime(old.id, j.id) > 0 }
	at := slices.IndexFunc(q.jobs, newer)
	if at < 0 {
		at = len(q.jobs)
	}
	q.jobs = slices.Insert(q.jobs, at, j)
}

// hold lets new queues wait until release: what was missed is looked for first.
// Queues that work already go on.
func (in *inbox) hold() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.held = true
}

// missed looks for what a person did unheard, before all else of theirs is
// handed over.
type missed struct {
	user string
	look func()
}

// release lets work begin. What is in the list comes before the person's other
// things, but not before they do something, or wake.
func (in *inbox) release(list []missed) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.held = false
	waiting := slices.Collect(maps.Keys(in.queues))
	for _, m := range list {
		q := in.queues[m.user]
		if q == nil {
			q = new(queue)
			in.queues[m.user] = q
		}
		q.jobs = slices.Insert(q.jobs, 0, job{do: m.look})
	}
	for _, user := range waiting {
		in.start(user, in.queues[user])
	}
}

// wake begins with what a person waits for, if with anything.
func (in *inbox) wake(user string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if q := in.queues[user]; q != nil && !in.held {
		in.start(user, q)
	}
}

// hand gives one event to the handler until it takes it, or patience or the
// inbox itself comes to an end.
func (in *inbox) hand(ev dialog.Event) {
	begun := time.Now()
	for try := 0; ; try++ {
		if in.ctx.Err() != nil {
			in.cut.Add(1)
			return
		}
		err := in.try(ev)
		switch {
		case err == nil:
			return
		case time.Since(begun) > in.bot.pace.giveUp:
			in.bot.log.Error("something a person did could not be taken and was let go", "who", ev.Person, "tries", try+1, "err", err)
			if h := readHint(ev.Hint); h.reply && h.alive(time.Now()) {
				in.bot.apologise(h.token, h.lang)
			}
			return
		case try == 0:
			in.bot.log.Warn("something a person did could not be taken yet", "who", ev.Person, "err", err)
		}
		sleep(in.ctx, min(in.bot.pace.retry<<min(try, 10), 30*time.Second))
	}
}

func (in *inbox) try(ev dialog.Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked (%T)", p) // the value may carry a person's words
		}
	}()
	in.mu.Lock()
	handle := in.handle
	in.mu.Unlock()
	return handle(in.ctx, ev)
}

// drain waits until everything that was put is done, or for d; then it cuts off.
func (in *inbox) drain(d time.Duration) {
	in.mu.Lock()
	in.closed = true
	in.mu.Unlock()
	in.release(nil)
	done := make(chan struct{})
	go func() { in.alive.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(d):
		in.stop()
		<-done
		in.bot.log.Error("the end came before everything that people did could be taken", "lost", in.cut.Load())
	}
}
