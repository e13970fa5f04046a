// Package storetest holds the story that every [dialog.Store] lives through. A
// new store gets its test with three lines and its benchmark with three more:
//
//	func TestStore(t *testing.T) { storetest.Run(t, open) }
//
//	func BenchmarkStore(b *testing.B) { storetest.Bench(b, open) }
//
// The story (story.go) is a list of operations, in chapters that start with an
// empty store. What can not be told in one voice stands beside it: bytes
// (bytes.go) and many callers at once (crowd.go).
package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"afterglow/dialog"
)

// Open makes an empty store that goes by the given clock. It closes the store
// with t.Cleanup, and ends the test if it can not make one.
type Open func(t testing.TB, clock *Clock) Subject

// Subject is the store under test, and how to hurt it.
type Subject struct {
	dialog.Store
	// Damage puts bytes under key that the store can not understand, in whatever
	// way fits the store.
	Damage func(key dialog.Key)
	// MaxBlob is the longest blob, in bytes, that the store takes; 0: [dialog.MaxBlob].
	// A store that wraps blobs for another one takes less by the wrapping.
	MaxBlob int
}

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows the present second.
func NewClock() *Clock { return &Clock{now: time.Now().Truncate(time.Second)} }

// Now returns what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Ahead returns how far the clock is ahead of real time; for a store that goes
// by a clock of its own.
func (c *Clock) Ahead() time.Duration { return time.Until(c.Now()) }

// Set moves the clock.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Run tells the story to fresh stores.
func Run(t *testing.T, open Open) {
	for _, ch := range story {
		t.Run(ch.title, func(t *testing.T) {
			clock := NewClock()
			w := &world{T: t, clock: clock, start: clock.Now(), store: open(t, clock)}
			w.live(ch.ops)
		})
	}
	for _, s := range scenes {
		t.Run(s.title, func(t *testing.T) {
			clock := NewClock()
			s.play(t, open(t, clock), clock)
		})
	}
}

// scene is a test that does not fit into a list of operations.
type scene struct {
	title string
	play  func(t *testing.T, s Subject, clock *Clock)
}

var scenes = []scene{
	{"slices are copied in and out", slicesAreCopied},
	{"keys may be any bytes", keysAreBytes},
	{"blobs may be any bytes up to the limit", blobsAreBytes},
	{"what no store does is refused", refusals},
	{"a cancelled caller changes nothing", cancelled},
	{"two creators, one wins", twoCreators},
	{"many writers, one record", hammer},
	{"many writers, many records", neighbours},
	{"many callers share who is due", shareTheDue},
}

var ctx = context.Background()
