package seal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"afterglow/dialog"
)

// Census is what a walk over all records has found.
type Census struct {
	Records map[Epoch]int // sealed with that epoch, and well
	Broken  map[Epoch]int // sealed with it, and they do not open
	Unknown int           // nobody can tell what they are sealed with
	Anew    int           // sealed anew on this walk; they count under their new epoch
}

func newCensus() Census { return Census{Records: map[Epoch]int{}, Broken: map[Epoch]int{}} }

// Sweep walks over all records and seals those anew that are sealed with
// another epoch than the one that seals now. Neither tag nor alarm of a record
// changes, so nobody notices. What can not be opened is left as it is.
func (s *Store) Sweep(ctx context.Context) (Census, error) {
	census := newCensus()
	rewriter, ok := s.inner.(dialog.Rewriter)
	if !ok {
		return census, errors.New("sweep: this store can not rewrite records")
	}
	err := walk(ctx, s.inner, s.opts.Pace, func(key dialog.Key, rec dialog.Record, err error) error {
		for try := 0; ; try++ {
			k := s.ring.keys.Load()
			epoch, blob := k.inspect(key, rec, err, &census)
			if blob == nil || epoch == k.sealing() {
				census.count(epoch, blob)
				return nil
			}
			sealed, err := k.seal(key, rec.Tag, blob)
			if err != nil {
				return err
			}
			err = rewriter.Rewrite(ctx, key, rec.Tag, sealed)
			if err == nil {
				census.Anew++
				census.count(k.sealing(), blob)
				return nil
			}
			if !errors.Is(err, dialog.ErrConflict) || try == 8 {
				return err
			}
			// Its person was faster, and has sealed it anew with that; look again.
			if rec, err = s.inner.Load(ctx, key); err != nil || rec.Blob == nil {
				return err
			}
		}
	})
	if err != nil {
		return census, fmt.Errorf("sweep: %w", err)
	}
	return census, nil
}

// inspect opens a record and returns its epoch and text; a nil text if it is
// already in the census, as one that does not open.
func (k *keys) inspect(key dialog.Key, rec dialog.Record, err error, census *Census) (Epoch, []byte) {
	if err != nil {
		census.Unknown++
		return 0, nil
	}
	epoch, err := epochOf(rec.Blob)
	if err != nil {
		census.Unknown++
		return 0, nil
	}
	blob, err := k.open(key, rec.Tag, rec.Blob)
	if err != nil {
		census.Broken[epoch]++
		return epoch, nil
	}
	return epoch, blob
}

func (c *Census) count(e Epoch, blob []byte) {
	if blob != nil {
		c.Records[e]++
	}
}

// walk visits everybody who has a record. err tells that a record could not be
// read at all; other errors end the walk.
func walk(ctx context.Context, inner dialog.Store, pace int, visit func(dialog.Key, dialog.Record, error) error) error {
	walker, ok := inner.(dialog.Walker)
	if !ok {
		return errors.New("this store can not name its records")
	}
	limit := rate.NewLimiter(rate.Limit(pace), max(pace/10, 1))
	for key, err := range walker.Keys(ctx) {
		if err != nil {
			return err
		}
		if key == rollKey {
			continue
		}
		if err := limit.Wait(ctx); err != nil {
			return err
		}
		rec, err := inner.Load(ctx, key)
		if err != nil && !errors.Is(err, dialog.ErrUnreadable) {
			return err
		}
		if err == nil && rec.Blob == nil {
			continue // a tombstone, or gone meanwhile
		}
		if err := visit(key, rec, err); err != nil {
			return err
		}
	}
	return nil
}

// sweeper decides when one process sweeps.
type sweeper struct {
	mu      sync.Mutex
	running bool
	clean   Epoch     // nothing is sealed with another epoch, as far as the last sweep saw
	ended   time.Time // the last one
}

// sweepAgain is when a clean store is swept again: a restored backup or a
// failover may have brought old records back.
const sweepAgain = 24 * time.Hour

// begin tells whether a sweep is to begin now.
func (w *sweeper) begin(s *Store) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running || !s.Leads() {
		return false
	}
	if w.clean == s.ring.keys.Load().sealing() && time.Since(w.ended) < sweepAgain {
		return false
	}
	w.running = true
	return true
}

// end sweeps, and notes how it went.
func (w *sweeper) end(s *Store, ctx context.Context) {
	sealing := s.ring.keys.Load().sealing()
	census, err := s.Sweep(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running, w.ended, w.clean = false, time.Now(), 0
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		s.log.Error("the sweep did not come to its end", "err", err)
		return
	case census.Unknown > 0 || len(census.Broken) > 0:
		s.log.Error("some records can not be read; they are kept as they are", "unknown", census.Unknown, "broken", sum(census.Broken))
	}
	if census.Anew > 0 {
		s.log.Info("records were sealed anew", "epoch", sealing, "records", census.Anew)
	}
	if len(census.Records) == 0 || len(census.Records) == 1 && census.Records[sealing] > 0 {
		w.clean = sealing
	}
}

func sum(m map[Epoch]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}
