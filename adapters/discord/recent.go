package discord

import "sync"

// recent remembers the newest of many small facts. It forgets the oldest half
// at a time, so that it needs no list beside the map.
type recent struct {
	mu       sync.Mutex
	size     int
	now, old map[string]string
}

func newRecent(size int) *recent {
	return &recent{size: size / 2, now: map[string]string{}}
}

// get is the fact under key, "" if there is none (any more).
func (r *recent) get(key string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.look(key)
}

func (r *recent) look(key string) string {
	if v, ok := r.now[key]; ok {
		return v
	}
	v, ok := r.old[key]
	if ok {
		r.set(key, v)
	}
	return v
}

func (r *recent) set(key, value string) {
	if len(r.now) >= r.size {
		r.old, r.now = r.now, make(map[string]string, r.size)
	}
	r.now[key] = value
}

// put remembers the fact under key.
func (r *recent) put(key, value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(key, value)
}

// first remembers value under key unless something is there already, and
// returns what is there.
func (r *recent) first(key, value string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v := r.look(key); v != "" {
		return v
	}
	r.set(key, value)
	return value
}

// drop forgets the fact under key.
func (r *recent) drop(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.now, key)
	delete(r.old, key)
}
