package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// One process holds the right, keeps it while it renews, and another takes over
// once it has been silent for the whole time, or at once if it was given back.
func TestLease(t *testing.T) {
	ctx := context.Background()
	store := dialog.NewMemoryStore(time.Now)
	ring, err := seal.NewKeyring(time.Now())
	must(t, err)
	a, b := newLeases(store, ring.KeyOf), newLeases(store, ring.KeyOf)
	defer func() {
		for key, err := range store.Keys(ctx) {
			must(t, err)
			if strings.Contains(string(key), "gateway") {
				t.Error("the store shows what the right is for")
			}
		}
	}()
	hold := func(l *leases, ttl time.Duration, want bool) {
		t.Helper()
		got, err := l.Hold(ctx, "gateway", ttl)
		if err != nil || got != want {
			t.Fatalf("held %v, %v; want %v", got, err, want)
		}
	}
	const ttl = 50 * time.Millisecond
	hold(a, ttl, true)
	for range 3 {
		hold(b, ttl, false)
		time.Sleep(ttl)
		hold(a, ttl, true) // renewed, so b has to wait anew
	}
	hold(b, ttl, false)
	time.Sleep(2 * ttl)
	hold(b, ttl, true)
	hold(a, ttl, false)
	hold(b, 0, false)
	hold(a, ttl, true)
}
