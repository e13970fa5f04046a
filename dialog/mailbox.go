package dialog

import (
	"context"
	"sync"
)

// mailboxes gives every person one queue and, while there is something in it,
// one goroutine: in this process one person's events never race, and stay in
// order. Only other replicas race, and for them there is the store's tag.
type mailboxes struct {
	mu    sync.Mutex
	boxes map[Key]*mailbox
	work  func(*mailbox)
	size  int
	alive sync.WaitGroup
}

type mailbox struct {
	key     Key
	person  PersonID // as far as known; the goroutine's own once it runs
	queue   []letter
	known   *Record // the record as this goroutine last committed it
	running bool
}

// letter is an event on its way through the queue.
type letter struct {
	ev   Event
	ctx  context.Context
	done chan error // receives once the event's outcome is durable, or why not
}

// put queues a letter and starts the person's goroutine if it rests. It fails
// with ErrBusy if the queue is full.
func (m *mailboxes) put(key Key, person PersonID, l letter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	box := m.boxes[key]
	if box == nil {
		box = &mailbox{key: key, person: person}
		m.boxes[key] = box
	}
	if len(box.queue) >= m.size {
		return ErrBusy
	}
	box.queue = append(box.queue, l)
	if !box.running {
		box.running = true
		m.alive.Add(1)
		go func() {
			defer m.alive.Done()
			m.work(box)
		}()
	}
	return nil
}

// take empties the queue into the worker's hands. With nothing left the mailbox
// is closed and the worker has to return.
func (m *mailboxes) take(box *mailbox) (letter, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(box.queue) == 0 {
		delete(m.boxes, box.key)
		return letter{}, false
	}
	l := box.queue[0]
	box.queue = box.queue[1:]
	return l, true
}

// waiting tells whether the person has done something more meanwhile.
func (m *mailboxes) waiting(box *mailbox) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(box.queue) > 0
}
