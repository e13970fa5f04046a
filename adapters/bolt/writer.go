package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"afterglow/dialog"
)

// write is one caller's change, waiting for its turn.
type write struct {
	ctx  context.Context
	do   func(tx *bbolt.Tx, now moment) error // in a transaction that others share
	err  error                                // to be read when done is closed
	done chan struct{}
}

// maxGroup bounds a shared transaction, and so how long its callers wait.
const maxGroup = 256

// write hands a change to the writer and waits until it is on disk. A caller
// whose ctx ends stops waiting; the change may happen all the same.
func (s *Store) write(ctx context.Context, do func(tx *bbolt.Tx, now moment) error) error {
	w := &write{ctx: ctx, do: do, done: make(chan struct{})}
	select {
	case s.writes <- w:
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writer is the one goroutine that writes: it takes whoever waits into one
// transaction. While that is synced the next ones gather; so a lone caller never
// waits for company, and many share the price.
func (s *Store) writer() {
	defer close(s.ended)
	for {
		select {
		case w := <-s.writes:
			s.commit(s.gather(w))
		case <-s.closed:
			return
		}
	}
}

func (s *Store) gather(first *write) []*write {
	group := []*write{first}
	for len(group) < maxGroup {
		select {
		case w := <-s.writes:
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

// commit makes the changes of a group durable together, and tells each caller.
// A change that meets a conflict harms nobody else; one that fails in any other
// way may be half done, so all are dropped.
func (s *Store) commit(group []*write) {
	s.turn.Lock()
	defer s.turn.Unlock()
	err := s.broken
	if err == nil {
		err = s.update(group)
	}
	for _, w := range group {
		if err != nil {
			w.err = err
		}
		close(w.done)
	}
}

func (s *Store) update(group []*write) error {
	made := false
	err := guard(func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			now := notAfter(s.now())
			for _, w := range group {
				if w.err = w.ctx.Err(); w.err != nil {
					continue
				}
				w.err = w.do(tx, now)
				if w.err != nil && !errors.Is(w.err, dialog.ErrConflict) && !errors.Is(w.err, dialog.ErrUnreadable) {
					return w.err
				}
			}
			made = true
			return sweep(tx, now)
		})
	})
	if err != nil && made && !noSpace(err) {
		// After a failed sync the system may show us bytes that are not on disk,
		// and a second sync would report success.
		s.broken = fmt.Errorf("%w (the disk failed earlier; restart the bot, which checks the file)", err)
	}
	return err
}

// view runs a reading transaction.
func (s *Store) view(do func(tx *bbolt.Tx) error) error {
	s.swap.RLock()
	defer s.swap.RUnlock()
	return guard(func() error { return s.db.View(do) })
}

// errDamaged is what is left of a panic: bbolt panics, and the system faults,
// where pages of the file make no sense.
var errDamaged = fmt.Errorf("the file is damaged (%w)", dialog.ErrUnreadable)

func guard(do func() error) (err error) {
	was := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(was)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return do()
}
