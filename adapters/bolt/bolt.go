// Package bolt keeps people's records in one file on disk, by go.etcd.io/bbolt:
// the store for a bot that runs as one process. It needs no server.
//
// What a Commit has acknowledged is on disk and survives a kill of the process
// and a loss of power, as far as the disk keeps its word. Commits that wait at
// the same time share a transaction and its syncs; a lone one waits for nobody.
// The file belongs to one process at a time. After an unclean stop the whole file
// is checked before it is used; a damaged one is reported and left as it is.
//
// An erased record is gone from the bucket at once; its old bytes may stay in
// free pages of the file until they are reused, or until [Store.Compact].
package bolt

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"afterglow/dialog"
)

// Store is a [dialog.Store] in a file.
type Store struct {
	path string
	now  func() time.Time
	log  *slog.Logger

	swap   sync.RWMutex // guards db: held for writing while Compact puts another file in place
	db     *bbolt.DB
	turn   sync.Mutex // held by the one who writes
	broken error      // guarded by turn: why nothing may be written any more
	writes chan *write

	close  sync.Once
	closed chan struct{} // closed by Close
	ended  chan struct{} // closed when the writer has ended
}

var _ dialog.Store = (*Store)(nil)

// Load implements [dialog.Store].
func (s *Store) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	if err := cmp.Or(ctx.Err(), dialog.CheckKey(key)); err != nil {
		return dialog.Record{}, fmt.Errorf("load: bolt: %w", err)
	}
	now := notAfter(s.now())
	var found dialog.Record
	err := s.view(func(tx *bbolt.Tx) error {
		r, err := find(tx, []byte(key), now)
		if err != nil {
			return err
		}
		found = dialog.Record{Tag: r.tag, Blob: bytes.Clone(r.blob)} // the bytes end with the transaction
		if r.kind == erasedKind {
			found.Erased = r.erased.time()
		}
		return nil
	})
	if err != nil {
		return dialog.Record{}, fmt.Errorf("load: bolt: %w", s.explain(err))
	}
	return found, nil
}

// Commit implements [dialog.Store].
func (s *Store) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	if err := cmp.Or(ctx.Err(), dialog.CheckCommit(key, old, next, blob)); err != nil {
		return fmt.Errorf("commit: bolt: %w", err)
	}
	value := presentValue(next, blob)
	err := s.write(ctx, func(tx *bbolt.Tx, now moment) error {
		return replace(tx, []byte(key), old, next, now, func(people *bbolt.Bucket) error {
			if err := people.Put([]byte(key), value); err != nil {
				return err
			}
			if alarm.IsZero() {
				return clearAlarm(tx, []byte(key))
			}
			return setAlarm(tx, []byte(key), notBefore(alarm))
		})
	})
	if err != nil {
		return fmt.Errorf("commit: bolt: %w", s.explain(err))
	}
	return nil
}

// Delete implements [dialog.Store].
func (s *Store) Delete(ctx context.Context, key dialog.Key, old, next dialog.Tag, at time.Time) error {
	if err := cmp.Or(ctx.Err(), dialog.CheckDelete(key, old, next)); err != nil {
		return fmt.Errorf("delete: bolt: %w", err)
	}
	err := s.write(ctx, func(tx *bbolt.Tx, now moment) error {
		return replace(tx, []byte(key), old, next, now, func(people *bbolt.Bucket) error {
			erased := now
			if !at.IsZero() {
				erased = notBefore(at)
			}
			if err := people.Put([]byte(key), erasedValue(next, erased)); err != nil {
				return err
			}
			if err := tx.Bucket(graves).Put(erased.place([]byte(key)), nil); err != nil {
				return err
			}
			return clearAlarm(tx, []byte(key))
		})
	})
	if err != nil {
		return fmt.Errorf("delete: bolt: %w", s.explain(err))
	}
	return nil
}

// Due implements [dialog.Store]. When nobody is due it only looks, and costs no
// transaction on disk.
func (s *Store) Due(ctx context.Context, lease time.Duration, n int) ([]dialog.Key, error) {
	if err := cmp.Or(ctx.Err(), dialog.CheckDue(lease, n)); err != nil {
		return nil, fmt.Errorf("due: bolt: %w", err)
	}
	idle := n == 0
	err := s.view(func(tx *bbolt.Tx) error {
		now := notAfter(s.now())
		idle = idle || len(first(tx, queue, now, 1)) == 0 && len(first(tx, graves, now.back(), 1)) == 0
		return nil
	})
	if err != nil || idle {
		return nil, s.explain(err)
	}
	var due []dialog.Key
	err = s.write(ctx, func(tx *bbolt.Tx, now moment) error {
		due = nil
		until := now + moment(lease.Milliseconds())
		for _, key := range first(tx, queue, now, n) {
			if err := setAlarm(tx, key, until); err != nil {
				return err
			}
			due = append(due, dialog.Key(key))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("due: bolt: %w", s.explain(err))
	}
	return due, nil
}

// find returns the record under key as now sees it: a tombstone past its time
// is gone.
func find(tx *bbolt.Tx, key []byte, now moment) (record, error) {
	r, err := parseRecord(tx.Bucket(people).Get(key))
	if err == nil && r.kind == erasedKind && r.erased <= now.back() {
		return record{}, nil
	}
	return r, err
}

// replace calls put if the record under key carries the tag old.
func replace(tx *bbolt.Tx, key []byte, old, next dialog.Tag, now moment, put func(people *bbolt.Bucket) error) error {
	was, err := find(tx, key, now)
	switch {
	case err != nil:
		return err
	case was.tag == next: // an earlier try of this same write
		return nil
	case was.tag != old:
		return dialog.ErrConflict
	}
	return put(tx.Bucket(people))
}

// setAlarm and clearAlarm keep alarms and queue in step.
func setAlarm(tx *bbolt.Tx, key []byte, at moment) error {
	if err := clearAlarm(tx, key); err != nil {
		return err
	}
	if err := tx.Bucket(alarms).Put(key, at.bytes()); err != nil {
		return err
	}
	return tx.Bucket(queue).Put(at.place(key), nil)
}

func clearAlarm(tx *bbolt.Tx, key []byte) error {
	was := tx.Bucket(alarms).Get(key)
	if was == nil {
		return nil
	}
	if err := tx.Bucket(queue).Delete(append(bytes.Clone(was), key...)); err != nil {
		return err
	}
	return tx.Bucket(alarms).Delete(key)
}

// first returns copies of up to n keys in queue or graves whose moment is not
// after now, in the order of time.
func first(tx *bbolt.Tx, bucket []byte, now moment, n int) [][]byte {
	var keys [][]byte
	c := tx.Bucket(bucket).Cursor()
	for p, _ := c.First(); p != nil && len(keys) < n; p, _ = c.Next() {
		at, key := parsePlace(p)
		if at > now {
			break
		}
		keys = append(keys, bytes.Clone(key))
	}
	return keys
}

// sweep removes some of the tombstones that have served their time.
func sweep(tx *bbolt.Tx, now moment) error {
	const some = 16
	c := tx.Bucket(graves).Cursor()
	for range some {
		p, _ := c.First()
		at, key := parsePlace(p)
		if p == nil || at > now.back() {
			return nil
		}
		key = bytes.Clone(key)
		if err := c.Delete(); err != nil {
			return err
		}
		r, err := parseRecord(tx.Bucket(people).Get(key))
		if err != nil || r.kind != erasedKind || r.erased != at {
			continue // who came back stays, and so do bytes that can not be read
		}
		if err := tx.Bucket(people).Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// back is where a tombstone must have been set to have served its time by now.
func (m moment) back() moment {
	return m - min(m, moment(dialog.TombstoneLife.Milliseconds()))
}
