package bolt

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"afterglow/dialog"
)

var (
	_ dialog.Walker    = (*Store)(nil)
	_ dialog.Rewriter  = (*Store)(nil)
	_ dialog.Compactor = (*Store)(nil)
)

// walkBatch is how many keys one reading transaction takes: a long one would
// keep pages from being reused.
const walkBatch = 256

// Keys implements [dialog.Walker], in the order of the keys.
func (s *Store) Keys(ctx context.Context) iter.Seq2[dialog.Key, error] {
	return func(yield func(dialog.Key, error) bool) {
		var last []byte
		for {
			batch, err := s.keysAfter(ctx, last)
			if err != nil {
				yield("", fmt.Errorf("keys: bolt: %w", s.explain(err)))
				return
			}
			for _, key := range batch {
				if !yield(dialog.Key(key), nil) {
					return
				}
			}
			if len(batch) < walkBatch {
				return
			}
			last = batch[len(batch)-1]
		}
	}
}

func (s *Store) keysAfter(ctx context.Context, last []byte) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var batch [][]byte
	err := s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(people).Cursor()
		k, _ := c.Seek(last)
		if last != nil && bytes.Equal(k, last) {
			k, _ = c.Next()
		}
		for ; k != nil && len(batch) < walkBatch; k, _ = c.Next() {
			batch = append(batch, bytes.Clone(k))
		}
		return nil
	})
	return batch, err
}

// Rewrite implements [dialog.Rewriter].
func (s *Store) Rewrite(ctx context.Context, key dialog.Key, tag dialog.Tag, blob []byte) error {
	if err := cmp.Or(ctx.Err(), dialog.CheckRewrite(key, tag, blob)); err != nil {
		return fmt.Errorf("rewrite: bolt: %w", err)
	}
	value := presentValue(tag, blob)
	err := s.write(ctx, func(tx *bbolt.Tx, now moment) error {
		was, err := find(tx, []byte(key), now)
		switch {
		case err != nil:
			return err
		case was.tag != tag || was.kind != presentKind:
			return dialog.ErrConflict
		}
		return tx.Bucket(people).Put([]byte(key), value)
	})
	if err != nil {
		return fmt.Errorf("rewrite: bolt: %w", s.explain(err))
	}
	return nil
}
