package seal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"afterglow/dialog"
)

// Store is a [dialog.Store] that keeps what it is given in another one, sealed.
type Store struct {
	inner dialog.Store
	ring  *Keyring
	opts  Options
	log   *slog.Logger
	roll  caller
	sweep sweeper
	gone  atomic.Int64 // erasures so far
}

var _ dialog.Store = (*Store)(nil)

// Options for [Open]; the zero value works.
type Options struct {
	Log  *slog.Logger  // what an operator may want to know; nil: nothing
	Call time.Duration // how often the roll is called; 0: half a minute
	// Alone says that no other process can be using the store: whoever is still on
	// the roll has died, and need not be waited for.
	Alone bool
	Pace  int // records that a sweep looks at in a second; 0: 1000
}

// Open wraps inner, which then belongs to the Store. It answers the roll call
// first, and refuses keys that are not those of the store, or lack the epoch
// that others seal with by now.
func Open(ctx context.Context, inner dialog.Store, ring *Keyring, opts Options) (*Store, error) {
	opts.Call = cmp.Or(opts.Call, 30*time.Second)
	opts.Pace = cmp.Or(opts.Pace, 1000)
	s := &Store{inner: inner, ring: ring, opts: opts, log: cmp.Or(opts.Log, slog.New(slog.DiscardHandler))}
	s.roll.watch = map[string]sight{}
	s.roll.me = newName()
	if err := s.Call(ctx); err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return s, nil
}

// KeyOf is the ring's; it fits [dialog.Host.KeyOf].
func (s *Store) KeyOf(person dialog.PersonID) dialog.Key { return s.ring.KeyOf(person) }

// Erasures is how many records were erased through this Store so far. After
// many of them the files of the store are worth a [dialog.Compactor]'s work.
func (s *Store) Erasures() int64 { return s.gone.Load() }

// Load implements [dialog.Store].
func (s *Store) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	r, err := s.inner.Load(ctx, key)
	if err != nil || r.Blob == nil {
		return r, err
	}
	blob, err := s.ring.keys.Load().open(key, r.Tag, r.Blob)
	if err != nil {
		return dialog.Record{}, fmt.Errorf("load: sealed record: %w", err)
	}
	r.Blob = blob
	return r, nil
}

// Commit implements [dialog.Store]. Alarms are moved to the next whole second:
// never early, and no later than a host that looks each second would see.
//
// They are not blurred further, for a nudge that comes late may fall into quiet
// hours. Whatever in a state is not a promise to a person is to choose coarse
// times for itself.
func (s *Store) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	if err := cmp.Or(ctx.Err(), dialog.CheckCommit(key, old, next, blob)); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if len(blob) > MaxBlob {
		return fmt.Errorf("commit: %w: the blob has %d bytes, %d can be sealed", dialog.ErrRefused, len(blob), MaxBlob)
	}
	if err := s.awake(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	sealed, err := s.ring.keys.Load().seal(key, next, blob)
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return s.why(ctx, key, s.inner.Commit(ctx, key, old, next, sealed, wholeSecond(alarm)))
}

// why turns a conflict with a record that can not be read into what it is, as
// the wrapped store would for one that it can not read itself. A caller who
// holds the tag of such a record wrote it, or has read it: its commit heals it.
func (s *Store) why(ctx context.Context, key dialog.Key, err error) error {
	if !errors.Is(err, dialog.ErrConflict) {
		return err
	}
	if _, lerr := s.Load(ctx, key); errors.Is(lerr, dialog.ErrUnreadable) {
		return lerr
	}
	return err
}

// wholeSecond is the first whole second that is not before t; zero stays zero.
func wholeSecond(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if down := t.Truncate(time.Second); down.Before(t) {
		return down.Add(time.Second)
	}
	return t
}

// Delete implements [dialog.Store].
func (s *Store) Delete(ctx context.Context, key dialog.Key, old, next dialog.Tag, at time.Time) error {
	err := s.why(ctx, key, s.inner.Delete(ctx, key, old, next, at))
	if err == nil {
		s.gone.Add(1)
	}
	return err
}

// Due implements [dialog.Store].
func (s *Store) Due(ctx context.Context, lease time.Duration, n int) ([]dialog.Key, error) {
	return s.inner.Due(ctx, lease, n)
}

// Close leaves the roll and closes the wrapped store. [Store.Run] must have
// returned.
func (s *Store) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.leave(ctx); err != nil {
		s.log.Warn("could not leave the roll; others notice in some minutes", "err", err)
	}
	return s.inner.Close()
}

// Run answers the roll call and sweeps until ctx ends.
func (s *Store) Run(ctx context.Context) {
	var sweeps sync.WaitGroup
	defer sweeps.Wait()
	beat := time.NewTicker(s.opts.Call)
	defer beat.Stop()
	for {
		if s.sweep.begin(s) {
			sweeps.Go(func() { s.sweep.end(s, ctx) })
		}
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		if err := s.Call(ctx); err != nil && !errors.Is(err, context.Canceled) {
			s.log.Error("the roll could not be called; keys do not turn meanwhile", "err", err)
		}
	}
}
