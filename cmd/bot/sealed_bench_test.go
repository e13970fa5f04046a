package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/bolt"
	"afterglow/adapters/seal"
	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

// timed notes how long the store below takes.
type timed struct {
	*bolt.Store
	took atomic.Int64
}

func (s *timed) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	defer func(since time.Time) { s.took.Add(int64(time.Since(since))) }(time.Now())
	return s.Store.Load(ctx, key)
}

func (s *timed) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	defer func(since time.Time) { s.took.Add(int64(time.Since(since))) }(time.Now())
	return s.Store.Commit(ctx, key, old, next, blob, alarm)
}

// BenchmarkSealed is a step (load and commit of 4 KiB) of the sealed store in a
// file. Beside it, from the same run, stands what of that the file took, which
// is the floor, and the share of the sealing.
func BenchmarkSealed(b *testing.B) {
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			file, err := bolt.Open(filepath.Join(b.TempDir(), "bot.db"), bolt.Options{})
			must(b, err)
			inner := &timed{Store: file}
			ring, err := seal.NewKeyring(time.Now())
			must(b, err)
			s, err := seal.Open(b.Context(), inner, ring, seal.Options{})
			must(b, err)
			defer s.Close()
			var all atomic.Int64
			storetest.Spread(b, callers, func(c int) func() error {
				step := storetest.Steps(s, c)
				return func() error {
					defer func(since time.Time) { all.Add(int64(time.Since(since))) }(time.Now())
					return step()
				}
			})
			floor := inner.took.Load()
			b.ReportMetric(float64(floor)/float64(b.N), "floor-ns/step")
			b.ReportMetric(float64(all.Load()-floor)/float64(b.N), "sealing-ns/step")
			b.ReportMetric(100*float64(all.Load()-floor)/float64(all.Load()), "sealing-%")
		})
	}
}
