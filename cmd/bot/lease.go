package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"afterglow/dialog"
)

// leases are rights that one of several processes has at a time, kept as records
// of their own in the store that they share. No clocks are compared: a holder
// renews its record, and who sees one unchanged for its whole time, by its own
// clock, may take it.
type leases struct {
	store dialog.Store
	keyOf func(dialog.PersonID) dialog.Key // so that the store does not show what a right is for
	me    string                           // this process

	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	tag   dialog.Tag
	since time.Time
}

func newLeases(store dialog.Store, keyOf func(dialog.PersonID) dialog.Key) *leases {
	return &leases{store: store, keyOf: keyOf, me: rand.Text(), seen: map[string]sighting{}}
}

// free stands in a record that nobody holds.
const free = "free"

// Hold takes or keeps the right and tells whether this process has it; a ttl of
// 0 or less gives it back.
func (l *leases) Hold(ctx context.Context, name string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := l.keyOf(dialog.PersonID("lease:" + name))
	rec, err := l.store.Load(ctx, key)
	if err != nil {
		return false, fmt.Errorf("lease: %w", err)
	}
	holder, want := string(rec.Blob), l.me
	last := l.seen[name]
	switch {
	case ttl <= 0 && holder != l.me:
		return false, nil
	case ttl <= 0:
		want = free
	case holder == "" || holder == free || holder == l.me:
	case last.tag != rec.Tag:
		l.seen[name] = sighting{rec.Tag, time.Now()}
		return false, nil
	case time.Since(last.since) <= ttl:
		return false, nil
	}
	var tag dialog.Tag
	rand.Read(tag[:])
	err = l.store.Commit(ctx, key, rec.Tag, tag, []byte(want), time.Time{})
	if errors.Is(err, dialog.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lease: %w", err)
	}
	return want == l.me, nil
}
