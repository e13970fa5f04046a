package telegram

import (
	"sync"
	"time"

	"afterglow/dialog"
)

// recent remembers for a short while what has just happened. It forgets at a
// restart, and everything at once if too much happens; what it guards only gets
// a little less pretty then.
type recent[K comparable] struct {
	mu   sync.Mutex
	seen map[K]time.Time
}

const maxRecent = 1000

// add notes k and tells whether it is new, that is, not noted within life.
func (r *recent[K]) add(k K, life time.Duration, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.seen[k]; ok && now.Sub(at) < life {
		return false
	}
	if r.seen == nil || len(r.seen) >= maxRecent {
		r.seen = map[K]time.Time{}
	}
	r.seen[k] = now
	return true
}

func (r *recent[K]) has(k K, life time.Duration, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.seen[k]
	return ok && now.Sub(at) < life
}

// progress remembers how far a message of several parts got, so that the next
// try goes on from there instead of repeating what has arrived.
type progress struct {
	mu   sync.Mutex
	refs map[string][]int64 // Message.ID → the parts' message ids
}

func (p *progress) get(id string) []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refs[id]
}

// set notes the parts that have arrived; none: the message is settled.
func (p *progress) set(m dialog.Message, refs []int64) {
	if m.ID == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(refs) == 0 {
		delete(p.refs, m.ID)
		return
	}
	if p.refs == nil || len(p.refs) >= maxRecent {
		p.refs = map[string][]int64{}
	}
	p.refs[m.ID] = refs
}
