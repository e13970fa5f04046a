package dialog

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// MemoryStore is a [Store] that forgets everything when the program ends: the
// twin that tests use, and the plainest statement of what a Store does.
type MemoryStore struct {
	now    func() time.Time
	mu     sync.Mutex
	people map[Key]remembered
	queue  alarms
}

type remembered struct {
	Record
	alarm   time.Time // zero: none
	damaged bool
}

var (
	_ Store    = (*MemoryStore)(nil)
	_ Walker   = (*MemoryStore)(nil)
	_ Rewriter = (*MemoryStore)(nil)
)

// NewMemoryStore returns an empty store that goes by the given clock.
func NewMemoryStore(now func() time.Time) *MemoryStore {
	return &MemoryStore{now: now, people: map[Key]remembered{}}
}

// Load implements [Store].
func (m *MemoryStore) Load(ctx context.Context, key Key) (Record, error) {
	if err := cmp.Or(ctx.Err(), CheckKey(key)); err != nil {
		return Record{}, fmt.Errorf("load: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.find(key)
	if err != nil {
		return Record{}, fmt.Errorf("load: %w", err)
	}
	r.Blob = bytes.Clone(r.Blob)
	return r.Record, nil
}

// Commit implements [Store].
func (m *MemoryStore) Commit(ctx context.Context, key Key, old, next Tag, blob []byte, alarm time.Time) error {
	if err := cmp.Or(ctx.Err(), CheckCommit(key, old, next, blob)); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := m.replace(key, old, remembered{Record: Record{Blob: bytes.Clone(blob), Tag: next}, alarm: alarm}); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Delete implements [Store].
func (m *MemoryStore) Delete(ctx context.Context, key Key, old, next Tag, at time.Time) error {
	if err := cmp.Or(ctx.Err(), CheckDelete(key, old, next)); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if at.IsZero() {
		at = m.now()
	}
	if err := m.replace(key, old, remembered{Record: Record{Tag: next, Erased: at}}); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	return nil
}

// replace puts r in the place of the record that carries the tag old.
func (m *MemoryStore) replace(key Key, old Tag, r remembered) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, err := m.find(key)
	switch {
	case err != nil:
		return err
	case was.Tag == r.Tag: // an earlier try of this same write
		return nil
	case was.Tag != old:
		return ErrConflict
	}
	m.set(key, r)
	return nil
}

// set keeps r. An older alarm of the same person stays in the queue, and is
// known there by not being the record's any more.
func (m *MemoryStore) set(key Key, r remembered) {
	m.people[key] = r
	if !r.alarm.IsZero() {
		heap.Push(&m.queue, alarm{r.alarm, key})
	}
}

// alarms is a heap, the longest overdue first.
type alarms []alarm

type alarm struct {
	at  time.Time
	key Key
}

func (a alarms) Len() int { return len(a) }
func (a alarms) Less(i, j int) bool {
	return cmp.Or(a[i].at.Compare(a[j].at), cmp.Compare(a[i].key, a[j].key)) < 0
}
func (a alarms) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *alarms) Push(x any)   { *a = append(*a, x.(alarm)) }
func (a *alarms) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// find returns what is kept under key; a tombstone past its time is gone.
func (m *MemoryStore) find(key Key) (remembered, error) {
	r := m.people[key]
	if r.damaged {
		return remembered{}, ErrUnreadable
	}
	if !r.Erased.IsZero() && m.now().Sub(r.Erased) >= TombstoneLife {
		delete(m.people, key)
		return remembered{}, nil
	}
	return r, nil
}

// Due implements [Store].
func (m *MemoryStore) Due(ctx context.Context, lease time.Duration, n int) ([]Key, error) {
	if err := cmp.Or(ctx.Err(), CheckDue(lease, n)); err != nil {
		return nil, fmt.Errorf("due: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	var due []Key
	for len(due) < n && len(m.queue) > 0 && !m.queue[0].at.After(now) {
		a := heap.Pop(&m.queue).(alarm)
		if r := m.people[a.key]; r.alarm.Equal(a.at) && !slices.Contains(due, a.key) {
			due = append(due, a.key)
		}
	}
	for _, key := range due {
		r := m.people[key]
		r.alarm = now.Add(lease)
		m.set(key, r)
	}
	return due, nil
}

// Keys implements [Walker].
func (m *MemoryStore) Keys(ctx context.Context) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		m.mu.Lock()
		keys := slices.Sorted(maps.Keys(m.people))
		m.mu.Unlock()
		for _, key := range keys {
			if err := ctx.Err(); err != nil {
				yield("", fmt.Errorf("keys: %w", err))
				return
			}
			if !yield(key, nil) {
				return
			}
		}
	}
}

// Rewrite implements [Rewriter].
func (m *MemoryStore) Rewrite(ctx context.Context, key Key, tag Tag, blob []byte) error {
	if err := cmp.Or(ctx.Err(), CheckRewrite(key, tag, blob)); err != nil {
		return fmt.Errorf("rewrite: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.find(key)
	if err == nil && (r.Tag != tag || r.Blob == nil) {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("rewrite: %w", err)
	}
	r.Blob = bytes.Clone(blob)
	m.people[key] = r
	return nil
}

// Close implements [Store].
func (m *MemoryStore) Close() error { return nil }

// Damage makes the record under key unreadable, as a test needs it.
func (m *MemoryStore) Damage(key Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.people[key]
	r.damaged = true
	m.people[key] = r
}
