package redis

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"afterglow/dialog"
)

// writers change a few records over and over, two callers to each, while a test
// does something to the servers. A blob is the tag it followed and its own, so
// it tells whether anything was overwritten unseen.
type writers struct {
	store *Store
	stop  chan struct{}
	wg    sync.WaitGroup

	mu        sync.Mutex
	blobs     map[dialog.Tag][]byte       // what each tag was written with
	said      map[dialog.Key][]dialog.Tag // what was acknowledged
	conflicts int
	failures  map[string]int // errors other than conflicts
	silent    []string       // what must never happen
}

func startWriters(s *Store, keys []dialog.Key) *writers {
	w := &writers{store: s, stop: make(chan struct{}), blobs: map[dialog.Tag][]byte{},
		said: map[dialog.Key][]dialog.Tag{}, failures: map[string]int{}}
	for _, key := range keys {
		for range 2 {
			w.wg.Go(func() { w.write(key) })
		}
	}
	return w
}

func (w *writers) write(key dialog.Key) {
	for {
		select {
		case <-w.stop:
			return
		default:
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		w.step(ctx, key)
		cancel()
		time.Sleep(mathrand.N(10 * time.Millisecond)) // leave the machine to the servers
	}
}

// step loads and commits as a host does: what failed is tried again with the
// same arguments, as it may have landed.
func (w *writers) step(ctx context.Context, key dialog.Key) {
	r, err := w.store.Load(ctx, key)
	if err != nil {
		w.failed(err)
		return
	}
	w.check(r)
	var next dialog.Tag
	_, _ = rand.Read(next[:]) // never fails
	blob := slices.Concat(r.Tag[:], next[:])
	w.mu.Lock()
	w.blobs[next] = blob
	w.mu.Unlock()
	for {
		err = w.store.Commit(ctx, key, r.Tag, next, blob, time.Now().Add(time.Hour))
		if err == nil || errors.Is(err, dialog.ErrConflict) || ctx.Err() != nil {
			break
		}
		w.failed(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.said[key] = append(w.said[key], next)
	case errors.Is(err, dialog.ErrConflict):
		w.conflicts++
	}
}

// check compares a record with what was written under its tag.
func (w *writers) check(r dialog.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Tag != (dialog.Tag{}) && !bytes.Equal(w.blobs[r.Tag], r.Blob) {
		w.silent = append(w.silent, fmt.Sprintf("under tag %x stands what was not written with it", r.Tag))
	}
}

func (w *writers) failed(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures[err.Error()]++
	time.Sleep(10 * time.Millisecond)
}

func (w *writers) acknowledged() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, tags := range w.said {
		n += len(tags)
	}
	return n
}

// end stops the writers, and reports what became of what was acknowledged. A
// commit is lost if the last state of its record does not descend from it.
func (w *writers) end(t *testing.T) (lost int) {
	t.Helper()
	close(w.stop)
	w.wg.Wait()
	for key, said := range w.said {
		r, err := w.store.Load(t.Context(), key)
		must(t, err)
		w.check(r)
		ancestors := map[dialog.Tag]bool{}
		for tag := r.Tag; tag != (dialog.Tag{}) && !ancestors[tag]; {
			ancestors[tag] = true
			tag = w.parent(tag)
		}
		for _, tag := range said {
			if !ancestors[tag] {
				lost++
			}
		}
	}
	for _, s := range w.silent {
		t.Error(s)
	}
	t.Logf("%d commits acknowledged, %d lost, %d conflicts, errors %v", w.acknowledged(), lost, w.conflicts, w.failures)
	return lost
}

// parent is the tag that a commit followed.
func (w *writers) parent(tag dialog.Tag) (parent dialog.Tag) {
	copy(parent[:], w.blobs[tag])
	return parent
}

// await returns when the writers have done more.
func (w *writers) await(t *testing.T, more int) {
	t.Helper()
	target := w.acknowledged() + more
	for deadline := time.Now().Add(30 * time.Second); w.acknowledged() < target; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Fatalf("the writers are stuck; errors %v", w.failures)
		}
	}
}

// keysOn returns names of people whose shards a test is about.
func keysOn(n int, wanted func(shard int) bool) (keys []dialog.Key) {
	for i := 0; len(keys) < n; i++ {
		if key := dialog.Key(fmt.Sprint("person ", i)); wanted(shardOf(key)) {
			keys = append(keys, key)
		}
	}
	return keys
}
