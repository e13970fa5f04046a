// Package redis keeps people's records in Redis: the store for a bot that runs
// as several processes. One server, Sentinel and Redis Cluster are supported.
//
// What a Commit has acknowledged survives what the server survives. With the
// append-only file on and synced each second, a crash of the machine may take
// the last second; a failover may take what replicas had not heard of yet.
// [Options].Wait makes Commit wait for replicas, which narrows that window and
// does not close it. What is never lost is the order: tags are random, so a
// writer who has missed such a loss meets a conflict and does not overwrite.
//
// An erased record is gone from memory at once; its old bytes may stay in the
// append-only file until that is rewritten, and in backups.
package redis

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"afterglow/dialog"
)

// Store is a [dialog.Store] in Redis.
type Store struct {
	client redis.UniversalClient
	wire   traffic // of what is done for every event
	opts   Options
	log    *slog.Logger
	names  *names
	round  round
}

var _ dialog.Store = (*Store)(nil)

// Load implements [dialog.Store].
func (s *Store) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	if err := cmp.Or(ctx.Err(), dialog.CheckKey(key)); err != nil {
		return dialog.Record{}, fmt.Errorf("load: redis: %w", err)
	}
	v, err := s.wire.get(ctx, s.names.person(key))
	switch {
	case err == nil && v == nil:
		return dialog.Record{}, nil
	case redis.HasErrorPrefix(err, "WRONGTYPE"):
		err = dialog.ErrUnreadable
	}
	var r dialog.Record
	if err == nil {
		r, err = parseValue(v)
	}
	if err == nil && !r.Erased.IsZero() {
		r, err = s.loadErased(ctx, r)
	}
	if err != nil {
		return dialog.Record{}, fmt.Errorf("load: redis: %w", explain(err))
	}
	return r, nil
}

// loadErased returns a tombstone, or nothing if the server's clock, moved as
// the program's is, says that it has served its time.
func (s *Store) loadErased(ctx context.Context, r dialog.Record) (dialog.Record, error) {
	ahead := time.Duration(s.ahead()) * time.Microsecond
	now, err := s.client.Time(ctx).Result()
	if err != nil {
		return dialog.Record{}, err
	}
	if !now.Add(ahead).Before(r.Erased.Add(dialog.TombstoneLife)) {
		return dialog.Record{}, nil
	}
	return r, nil
}

// Commit implements [dialog.Store].
func (s *Store) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	if err := cmp.Or(ctx.Err(), dialog.CheckCommit(key, old, next, blob)); err != nil {
		return fmt.Errorf("commit: redis: %w", err)
	}
	if err := s.replace(ctx, key, old, presentValue(next, blob), alarmArg(alarm)); err != nil {
		return fmt.Errorf("commit: redis: %w", explain(err))
	}
	return nil
}

// Delete implements [dialog.Store].
func (s *Store) Delete(ctx context.Context, key dialog.Key, old, next dialog.Tag, at time.Time) error {
	if err := cmp.Or(ctx.Err(), dialog.CheckDelete(key, old, next)); err != nil {
		return fmt.Errorf("delete: redis: %w", err)
	}
	if err := s.replace(ctx, key, old, erasedValue(next, at), ""); err != nil {
		return fmt.Errorf("delete: redis: %w", explain(err))
	}
	return nil
}

func (s *Store) replace(ctx context.Context, key dialog.Key, old dialog.Tag, value []byte, alarm string) error {
	keys := []string{s.names.person(key), s.names.alarmsOf(key)}
	args := []any{tagArg(old), value, alarm, string(key), s.ahead()}
	var outcome int
	var err error
	if s.opts.Wait > 0 {
		outcome, err = s.runAndWait(ctx, keys, args)
	} else {
		outcome, err = s.wire.run(ctx, commitScript, keys, args...)
	}
	switch {
	case err != nil:
		return err
	case outcome < 0:
		return dialog.ErrUnreadable
	case outcome == 0:
		return dialog.ErrConflict
	}
	return nil
}

// ahead is how many microseconds the program's clock is ahead of the server's.
// It is rounded up, so that what is due by the one clock is due by the other.
func (s *Store) ahead() int64 {
	if s.opts.Ahead == nil {
		return 0
	}
	return (s.opts.Ahead() + time.Microsecond).Microseconds()
}

// Close implements [dialog.Store].
func (s *Store) Close() error {
	if err := s.wire.close(); err != nil {
		return fmt.Errorf("close: redis: %w", err)
	}
	return nil
}
