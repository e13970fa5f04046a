package dialog

import (
	"context"
	"sync"
	"time"
)

// mailboxes gives every person one queue and, while there is something in it,
// one goroutine: in this process one person's events never race, and stay in
// order. Only other replicas race, and for them there is the store's tag.
type mailboxes struct {
	work  func(*mailbox)
	spawn func(func())
	clock func() time.Duration
	size  int

	mu    sync.Mutex
	boxes map[Key]*mailbox
	warm  warm
	wakes map[Key]struct{} // who is to be woken by this process
	idle  chan struct{}    // closed when nothing is left; nil: letters are taken
}

type mailbox struct {
	key    Key
	queue  []letter      // guarded by mailboxes.mu
	closed chan struct{} // closed when the goroutine ends
	rouse  func()        // guarded by mailboxes.mu; ends the goroutine's rest; nil: it does not rest

	// The goroutine's own.
	person PersonID // as far as known
	known  *Record  // the record as it was last seen or committed here
	state  *State   // what it says, if it was committed here
	warm   bool     // known is from before this mailbox was opened
	home   bool     // all the person's events come to this host: known is worth keeping

	patience time.Duration // until when this turn waits for last words, by the machine's clock; 0: it has none yet
}

// letter is an event on its way through the queue.
type letter struct {
	ev   Event
	ctx  context.Context
	done func(error) // called once the event's outcome is durable, or with why not; nil: nobody asks
}

// answer tells whoever waits, if there was a letter at all.
func (l *letter) answer(err error) {
	if l.done != nil {
		l.done(err)
	}
}

// follows tells that the letter comes from somebody's goroutine here.
func (l *letter) follows() bool { return l.ev.Kind == Partner || l.ev.Kind == ToldWord }

// put queues a letter and starts the person's goroutine if it rests. It fails
// with [ErrBusy] if the queue is full, and with [ErrStopping] after stop, unless
// the letter follows from one that is being worked on.
func (m *mailboxes) put(key Key, l letter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.idle != nil && (!l.follows() || len(m.boxes) == 0) {
		return ErrStopping
	}
	box := m.boxes[key]
	if box != nil {
		if len(box.queue) >= m.size && l.ev.Kind != ToldWord {
			return ErrBusy
		}
		box.queue = append(box.queue, l)
		if box.rouse != nil {
			box.rouse()
		}
		return nil
	}
	box = &mailbox{key: key, queue: []letter{l}, closed: make(chan struct{})}
	if old := m.warm.take(key, m.clock()); old != nil {
		box.person, box.known, box.state, box.warm, box.home = old.person, old.known, old.state, true, true
	}
	m.boxes[key] = box
	m.spawn(func() { m.work(box) })
	return nil
}

// take hands the worker the next letter. With none left it closes the mailbox
// and the worker has to return, unless it wants to stay: then the letter is empty.
func (m *mailboxes) take(box *mailbox, stay bool) (l letter, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(box.queue) > 0 {
		l = box.queue[0]
		box.queue[0] = letter{}
		box.queue = box.queue[1:]
		return l, true
	}
	if stay {
		return letter{}, true
	}
	delete(m.boxes, box.key)
	if box.home && box.known != nil && box.known.Blob != nil {
		m.warm.keep(box, m.clock())
	}
	close(box.closed)
	if m.idle != nil && len(m.boxes) == 0 {
		close(m.idle)
	}
	return letter{}, false
}

// rest returns when a letter waits, when the mailboxes are to stop, or after d.
func (m *mailboxes) rest(ctx context.Context, box *mailbox, d time.Duration, sleep func(context.Context, time.Duration) error) {
	ctx, rouse := context.WithCancel(ctx)
	defer rouse()
	m.mu.Lock()
	if len(box.queue) > 0 || m.idle != nil {
		m.mu.Unlock()
		return
	}
	box.rouse = rouse
	m.mu.Unlock()
	_ = sleep(ctx, d)
	m.mu.Lock()
	box.rouse = nil
	m.mu.Unlock()
}

// cool forgets those who have been quiet.
func (m *mailboxes) cool() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.warm.cool(m.clock())
}

// closing is closed when the person's mailbox is; nil: it is already.
func (m *mailboxes) closing(key Key) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if box := m.boxes[key]; box != nil {
		return box.closed
	}
	return nil
}

// stop refuses letters from now on. The channel is closed when those that were
// taken, and what follows from them, are done with.
func (m *mailboxes) stop() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.idle == nil {
		m.idle = make(chan struct{})
		for _, box := range m.boxes {
			if box.rouse != nil {
				box.rouse()
			}
		}
		if len(m.boxes) == 0 {
			close(m.idle)
		}
	}
	return m.idle
}

// wake claims the right to wake the person; woken gives it back.
func (m *mailboxes) wake(key Key) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, planned := m.wakes[key]; planned || m.idle != nil {
		return false
	}
	m.wakes[key] = struct{}{}
	return true
}

func (m *mailboxes) woken(key Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.wakes, key)
}
