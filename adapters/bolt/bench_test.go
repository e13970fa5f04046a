package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"afterglow/dialog"
	"afterglow/dialog/sim"
	"afterglow/dialog/storetest"
)

// BenchmarkStep puts the store beside what bbolt does with the same bytes and
// callers when asked directly: a View and an Update for each step.
func BenchmarkStep(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("of=store/callers=%d", callers), func(b *testing.B) {
			s := open(b, storetest.NewClock())
			storetest.Spread(b, callers, func(c int) func() error { return storetest.Steps(s, c) })
		})
		b.Run(fmt.Sprintf("of=bbolt/callers=%d", callers), func(b *testing.B) {
			db, err := bbolt.Open(filepath.Join(b.TempDir(), "floor.db"), 0o600, nil)
			must(b, err)
			defer db.Close()
			must(b, db.Update(func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket(people)
				return err
			}))
			storetest.Spread(b, callers, func(c int) func() error {
				blob, n := make([]byte, storetest.BlobSize), 0
				return func() error {
					n++
					key := fmt.Appendf(nil, "person %d of caller %d", n%8, c)
					err := db.View(func(tx *bbolt.Tx) error {
						blob = append(blob[:0], tx.Bucket(people).Get(key)...)
						return nil
					})
					if err != nil {
						return err
					}
					blob = append(blob, make([]byte, storetest.BlobSize-len(blob))...)
					return db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(people).Put(key, blob) })
				}
			})
		})
	}
}

// BenchmarkIdle is a Due that finds nobody, as happens each second.
func BenchmarkIdle(b *testing.B) {
	clock := storetest.NewClock()
	s := open(b, clock)
	storetest.Crowd(b, s, 10_000, clock.Now().Add(time.Hour))
	for b.Loop() {
		if due, err := s.Due(context.Background(), time.Minute, 100); err != nil || len(due) > 0 {
			b.Fatal(due, err)
		}
	}
}

// BenchmarkSize reports how many bytes of the file a person takes beside the blob.
func BenchmarkSize(b *testing.B) {
	const persons = 10_000
	for b.Loop() {
		clock := storetest.NewClock()
		s := open(b, clock).Store.(*Store)
		blob := make([]byte, storetest.BlobSize)
		for i := 0; i < persons; i += 100 {
			must(b, s.db.Update(func(tx *bbolt.Tx) error {
				for p := range 100 {
					var key [32]byte // as long as a keyed hash
					binary.BigEndian.PutUint64(key[:], uint64(i+p)*0x9E3779B97F4A7C15)
					if err := tx.Bucket(people).Put(key[:], presentValue(tagOf(1), blob)); err != nil {
						return err
					}
					if err := setAlarm(tx, key[:], notBefore(clock.Now())); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		must(b, s.Compact(context.Background()))
		must(b, s.view(func(tx *bbolt.Tx) error {
			b.ReportMetric(float64(tx.Size())/persons-storetest.BlobSize, "overhead-B/person")
			return nil
		}))
	}
}

// BenchmarkHost is the whole way of an event, beside its bare commits.
func BenchmarkHost(b *testing.B) {
	sim.Bench(b, func(t testing.TB) dialog.Store { return open(t, storetest.NewClock()) })
}
