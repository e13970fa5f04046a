package dialog

import (
	"container/list"
	"time"
)

const (
	maxWarm  = 1000        // people
	warmTime = time.Minute // as long as somebody may think before the next tap
)

// warm is what closed mailboxes knew: whoever goes on within a moment is not
// loaded again. It may be older than the store, as all that a mailbox knows; the
// tag shows that when something is committed. Not safe for concurrent use.
type warm struct {
	boxes map[Key]*list.Element
	order list.List // of cooling, the first to be kept in front
}

type cooling struct {
	box   *mailbox
	until time.Duration // by the machine's clock
}

// keep remembers a mailbox that knows what the store has.
func (w *warm) keep(box *mailbox, now time.Duration) {
	if w.boxes == nil {
		w.boxes = map[Key]*list.Element{}
	}
	w.boxes[box.key] = w.order.PushBack(cooling{box, now + warmTime})
	w.cool(now)
}

// take gives what is known of a person and forgets it; nil: nothing.
func (w *warm) take(key Key, now time.Duration) *mailbox {
	w.cool(now)
	e := w.boxes[key]
	if e == nil {
		return nil
	}
	delete(w.boxes, key)
	return w.order.Remove(e).(cooling).box
}

// cool forgets what has been kept for long, and what is too much.
func (w *warm) cool(now time.Duration) {
	for e := w.order.Front(); e != nil && (now >= e.Value.(cooling).until || w.order.Len() > maxWarm); e = w.order.Front() {
		delete(w.boxes, w.order.Remove(e).(cooling).box.key)
	}
}
