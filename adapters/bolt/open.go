package bolt

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// Options for [Open]; the zero value works.
type Options struct {
	Now      func() time.Time // the store's clock; nil: time.Now
	Log      *slog.Logger     // what an operator may want to know; nil: nothing
	LockWait time.Duration    // how long to wait for another process to let go of the file; 0: a second
}

// Open opens the file at path, or makes it and its folder. It returns a
// [*DamageError] for a file that was not closed in good order and does not pass
// the check that it gets then.
func Open(path string, opts Options) (*Store, error) {
	s := &Store{
		path:   path,
		now:    opts.Now,
		log:    cmp.Or(opts.Log, slog.New(slog.DiscardHandler)),
		writes: make(chan *write),
		closed: make(chan struct{}),
		ended:  make(chan struct{}),
	}
	if s.now == nil {
		s.now = time.Now
	}
	err := s.open(cmp.Or(opts.LockWait, time.Second))
	if errors.Is(err, errDamaged) {
		err = &DamageError{Path: path, Count: 1, First: err.Error()}
	}
	if err != nil {
		return nil, fmt.Errorf("open: bolt: %w", s.explain(err))
	}
	go s.writer()
	return s, nil
}

func (s *Store) open(lockWait time.Duration) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	db, err := openFile(s.path, lockWait)
	if err != nil {
		return err
	}
	s.db = db
	err = s.inspect()
	if err == nil {
		err = s.begin()
	}
	if err != nil {
		_ = db.Close() // the first error tells more
	}
	return err
}

func openFile(path string, lockWait time.Duration) (db *bbolt.DB, err error) {
	err = guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, FreelistType: bbolt.FreelistMapType, NoStatistics: true})
		return err
	})
	return db, err
}

// begin makes the buckets of a new file and takes the clean mark away until Close.
func (s *Store) begin() error {
	if err := os.Remove(s.beside()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // left by a Compact that did not finish
	}
	if err := os.Chmod(s.path, 0o600); err != nil {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{people, alarms, queue, graves, about} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if err := tx.Bucket(about).Put(formatKey, []byte{format}); err != nil {
			return err
		}
		return tx.Bucket(about).Delete(cleanKey)
	})
}

// Close waits for the writes under way, marks the file as closed in good order
// and lets go of it. Closing twice is harmless.
func (s *Store) Close() error {
	var err error
	s.close.Do(func() {
		close(s.closed)
		<-s.ended
		s.turn.Lock()
		defer s.turn.Unlock()
		s.swap.Lock()
		defer s.swap.Unlock()
		if s.broken == nil {
			err = guard(func() error {
				return s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(about).Put(cleanKey, nil) })
			})
		}
		err = errors.Join(err, s.db.Close())
	})
	if err != nil {
		return fmt.Errorf("close: bolt: %w", s.explain(err))
	}
	return nil
}
