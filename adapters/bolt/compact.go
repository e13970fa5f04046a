package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Compact rewrites the file without the free pages in which erased bytes may
// still lie, and puts the new one in the place of the old. Reads go on
// meanwhile, writes wait. It needs room for a second file. A crash at any moment
// leaves one whole file in place, the old or the new. A ctx that ends stops it
// as long as the new file is not in place.
func (s *Store) Compact(ctx context.Context) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.broken != nil {
		return fmt.Errorf("compact: bolt: %w", s.broken)
	}
	fresh, err := s.rewrite(ctx)
	if err != nil {
		return fmt.Errorf("compact: bolt: %w", s.explain(err))
	}
	// The new file is held (flock) before it gets the name, the old one until
	// after: nobody else can slip in between.
	s.swap.Lock()
	defer s.swap.Unlock()
	old := s.db
	if err := os.Rename(s.beside(), s.path); err != nil {
		return fmt.Errorf("compact: bolt: %w", s.explain(errors.Join(err, s.discard(fresh))))
	}
	s.db = fresh
	if err := errors.Join(syncFolder(filepath.Dir(s.path)), old.Close()); err != nil {
		return fmt.Errorf("compact: bolt: %w", s.explain(err))
	}
	return nil
}

// beside is where Compact writes.
func (s *Store) beside() string { return s.path + ".compact" }

// rewrite copies all that is alive into a new file, and syncs it.
func (s *Store) rewrite(ctx context.Context) (*bbolt.DB, error) {
	select {
	case <-s.closed:
		return nil, errClosed
	default:
	}
	if err := os.Remove(s.beside()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	fresh, err := openFile(s.beside(), 0)
	if err != nil {
		return nil, err
	}
	fresh.NoSync = true // one sync at the end will do
	err = guard(func() error { return bbolt.Compact(fresh, s.db, 16<<20) })
	if err == nil {
		err = errors.Join(ctx.Err(), fresh.Sync())
	}
	fresh.NoSync = false
	if err != nil {
		return nil, errors.Join(err, s.discard(fresh))
	}
	return fresh, nil
}

func (s *Store) discard(fresh *bbolt.DB) error {
	return errors.Join(fresh.Close(), os.Remove(s.beside()))
}

// syncFolder makes a rename durable.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
