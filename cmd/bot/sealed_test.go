package main

import (
	"context"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/bolt"
	"afterglow/adapters/seal"
	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

func TestSealedFile(t *testing.T) {
	storetest.Run(t, func(t testing.TB, clock *storetest.Clock) storetest.Subject {
		inner, err := bolt.Open(filepath.Join(t.TempDir(), "bot.db"), bolt.Options{Now: clock.Now})
		must(t, err)
		ring, err := seal.NewKeyring(time.Now())
		must(t, err)
		s, err := seal.Open(t.Context(), inner, ring, seal.Options{})
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		return storetest.Subject{Store: s, MaxBlob: seal.MaxBlob, Damage: func(key dialog.Key) {
			r, err := inner.Load(context.Background(), key)
			must(t, err)
			var other dialog.Tag
			other[0] = 0xff
			must(t, inner.Commit(context.Background(), key, r.Tag, other, []byte("not ours"), time.Time{}))
		}}
	})
}

var quietLog = slog.New(slog.DiscardHandler)

// openTestStore opens the embedded store in dir as the bot does.
func openTestStore(t testing.TB, dir string) (*seal.Store, *upkeep) {
	cfg := defaults()
	clock, err := newClock(1)
	must(t, err)
	s, u, err := openSealed(t.Context(), cfg, dir, besides(cfg.storeFile(dir)), clock, quietLog, func(string) {})
	must(t, err)
	return s, u
}

// spy notes what the store below is given for one person.
type spy struct {
	dialog.Store
	key  dialog.Key
	note func(piece string)
}

func (s *spy) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	s.see(key, blob)
	return s.Store.Commit(ctx, key, old, next, blob, alarm)
}

// Rewrite implements [dialog.Rewriter].
func (s *spy) Rewrite(ctx context.Context, key dialog.Key, tag dialog.Tag, blob []byte) error {
	s.see(key, blob)
	return s.Store.(dialog.Rewriter).Rewrite(ctx, key, tag, blob)
}

// Keys implements [dialog.Walker].
func (s *spy) Keys(ctx context.Context) iter.Seq2[dialog.Key, error] {
	return s.Store.(dialog.Walker).Keys(ctx)
}

// Compact implements [dialog.Compactor].
func (s *spy) Compact(ctx context.Context) error { return s.Store.(dialog.Compactor).Compact(ctx) }

// see keeps some pieces of a sealed blob; they are random, so whoever finds one
// has found the blob.
func (s *spy) see(key dialog.Key, blob []byte) {
	if key != s.key {
		return
	}
	for at := 48; at+24 <= len(blob); at += 500 {
		s.note(string(blob[at : at+24]))
	}
}

// TestErasedIsGone: after an erasure and a compaction no byte of what was sealed
// stands in any file; and a copy of the file from before is of no use to anybody
// once the key is destroyed.
func TestErasedIsGone(t *testing.T) {
	dir, backups := t.TempDir(), t.TempDir()
	path := filepath.Join(dir, "bot.db")
	place := keyPlace{path: filepath.Join(dir, "bot.keys"), own: true}
	ring, _, err := place.loadOrMake(path, time.Now())
	must(t, err)
	file, err := bolt.Open(path, bolt.Options{})
	must(t, err)
	var pieces []string
	inner := &spy{Store: file, note: func(piece string) { pieces = append(pieces, piece) }}
	s, err := seal.Open(t.Context(), inner, ring, seal.Options{})
	must(t, err)
	u := &upkeep{store: s, inner: inner, ring: ring, keys: place, policy: seal.DefaultPolicy, alone: true, log: quietLog}
	l := newLife(t, s, s.KeyOf, 6)
	leaver := l.people[0]
	inner.key = s.KeyOf(leaver)
	l.live(t, 40)
	l.end(t)

	before := found(t, dir, pieces)
	all, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(backups, "bot.db"), all, 0o600))
	r, err := s.Load(t.Context(), inner.key)
	must(t, err)
	if r.Blob == nil || len(before) == 0 {
		t.Fatal("there is nothing to erase")
	}
	must(t, s.Delete(t.Context(), inner.key, r.Tag, dialog.Tag{1}, time.Time{}))
	after := found(t, dir, pieces)
	u.leave(t.Context())
	if hits := found(t, dir, pieces); len(hits) > 0 {
		t.Errorf("%d pieces are still there after the compaction", len(hits))
	}
	t.Logf("pieces of the sealed record in the files: %d before the erasure, %d after it, 0 after the compaction", len(before), len(after))

	// A month later the key is turned, and later destroyed.
	now := time.Now()
	must(t, u.turn(t.Context(), now.Add(31*day)))
	must(t, s.Call(t.Context()))
	_, err = s.Sweep(t.Context())
	must(t, err)
	must(t, u.turn(t.Context(), now.Add(time.Duration(seal.DefaultPolicy.GoneDays())*day)))
	kept, err := place.load()
	must(t, err)
	if text, err := kept.Text(); err != nil || strings.Count(string(text), `"keyId"`) != 2 { // of names, of blobs
		t.Errorf("the key file still has the old key, %v", err)
	}
	for _, p := range l.people[1:] {
		if r, err := s.Load(t.Context(), s.KeyOf(p)); err != nil || r.Blob == nil {
			t.Errorf("somebody else: %v", err)
		}
	}
	must(t, s.Close())
	old, err := bolt.Open(filepath.Join(backups, "bot.db"), bolt.Options{})
	must(t, err)
	defer old.Close()
	report, err := seal.Inspect(t.Context(), old, kept, seal.DefaultPolicy, now)
	must(t, err)
	for _, e := range report.Epochs {
		if e.Records > 0 {
			t.Errorf("%d records of the old copy still open", e.Records)
		}
	}
}
