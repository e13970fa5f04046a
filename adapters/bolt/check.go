package bolt

import (
	"bytes"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

// DamageError says that a file is damaged. It has been left as it was.
type DamageError struct {
	Path  string
	Count int    // how many faults were found
	First string // the first of them
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s is damaged: %d faults, the first: %s; it was left as it is "+
		"(hint: copy it away, then restore a backup, or try `bbolt surgery revert-meta-page`)", e.Path, e.Count, e.First)
}

// add counts a fault.
func (e *DamageError) add(format string, args ...any) {
	if e.Count++; e.Count == 1 {
		e.First = fmt.Sprintf(format, args...)
	}
}

// inspect looks whether the file is one that we may use, and checks all of it
// if it was not closed in good order. It writes nothing.
func (s *Store) inspect() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	return guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			damage := &DamageError{Path: s.path}
			if tx.Size() > info.Size() {
				damage.add("%d bytes are missing at the end", tx.Size()-info.Size())
				return damage
			}
			root, _ := tx.Cursor().First()
			b := tx.Bucket(about)
			switch {
			case root == nil: // new
				return nil
			case b == nil || len(b.Get(formatKey)) != 1:
				return errForeign
			case b.Get(formatKey)[0] > format:
				return fmt.Errorf("%w: it has format %d, this program knows %d", errNewer, b.Get(formatKey)[0], format)
			case b.Get(cleanKey) != nil:
				return nil
			}
			return s.check(tx, damage)
		})
	})
}

// check reads the whole file: bbolt's own check, and that alarms and queue tell
// the same.
func (s *Store) check(tx *bbolt.Tx, damage *DamageError) error {
	for err := range tx.Check() {
		damage.add("%v", err)
	}
	if damage.Count > 0 {
		return damage
	}
	alarmed, queued, persons := 0, 0, 0
	for _, err := range []error{
		tx.Bucket(people).ForEach(func(_, _ []byte) error { persons++; return nil }),
		tx.Bucket(alarms).ForEach(func(_, _ []byte) error { alarmed++; return nil }),
		tx.Bucket(queue).ForEach(func(place, _ []byte) error {
			queued++
			if _, key := parsePlace(place); !bytes.Equal(tx.Bucket(alarms).Get(key), place[:len(place)-len(key)]) {
				damage.add("an entry of the queue has no alarm")
			}
			return nil
		}),
	} {
		if err != nil {
			return err
		}
	}
	if alarmed != queued {
		damage.add("%d alarms are set, %d are queued", alarmed, queued)
	}
	if damage.Count > 0 {
		return damage
	}
	s.log.Info("the last stop was not clean; checked the whole file, it is sound", "file", s.path, "people", persons, "alarms", alarmed)
	return nil
}
