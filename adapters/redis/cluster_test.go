package redis

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
)

// A slot moves to another master, slowly, while people in it write and are
// claimed: nothing is lost and nobody notices.
func TestResharding(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 3)
	for _, wait := range []int{0, 1} {
		t.Run(fmt.Sprint("wait=", wait), func(t *testing.T) {
			s := open(t, cluster.URL(), Options{Prefix: fmt.Sprint("wait", wait), Wait: wait, WaitTime: 5 * time.Second})
			const shard = 3 // on the first master
			w := startWriters(s, keysOn(4, func(i int) bool { return i == shard }))
			w.await(t, 100)
			for range 2 { // there, and back
				for _, to := range []int{1, 0} {
					from := 1 - to
					cluster.MoveSlot(t, slot(shardTags()[shard]), from, to, func() {
						// In the middle of the move somebody is due who is to be found.
						key := dialog.Key(fmt.Sprint("due ", time.Now().UnixNano()))
						for shardOf(key) == shard { // there, nobody can be new meanwhile
							key += "'"
						}
						must(t, s.Commit(t.Context(), key, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now().Add(-time.Minute)))
						if due, err := s.Due(t.Context(), time.Hour, 10); err != nil || len(due) != 1 || due[0] != key {
							t.Errorf("due: got %q, %v", due, err)
						}
						w.await(t, 20)
					})
					w.await(t, 50)
				}
			}
			if lost := w.end(t); lost > 0 || len(w.failures) > 0 {
				t.Errorf("%d commits lost, errors %v", lost, w.failures)
			}
		})
	}
}

// Whoever is new in a slot that moves has to wait: Redis takes no script for a key
// that exists and one that does not. The commit says so and has not happened.
func TestNewcomerInAMovingSlot(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 3)
	for _, wait := range []int{0, 1} {
		s := open(t, cluster.URL(), Options{Prefix: fmt.Sprint("wait", wait), Wait: wait, WaitTime: 5 * time.Second})
		newcomer := keysOn(1, func(int) bool { return true })[0]
		shard := shardOf(newcomer)
		others := keysOn(3, func(i int) bool { return i == shard })
		commit := func(key dialog.Key) error {
			return s.Commit(t.Context(), key, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now().Add(time.Hour))
		}
		for _, key := range others[1:] {
			must(t, commit(key))
		}
		from := slot(shardTags()[shard]) * 3 / slots
		to := (from + 1) % 3
		if wait == 1 { // it is there since the round before
			from, to = to, from
		}
		cluster.MoveSlot(t, slot(shardTags()[shard]), from, to, func() {
			if err := commit(newcomer); !redis.IsTryAgainError(err) {
				t.Errorf("while the slot moves: %v", err)
			}
			if r, err := s.Load(t.Context(), newcomer); err != nil || r.Tag != (dialog.Tag{}) {
				t.Errorf("while the slot moves: loaded %v, %v", r, err)
			}
		})
		must(t, commit(newcomer))
	}
}

// Due finds people on all masters, and those that can be reached while one is away.
func TestDueWhileAMasterIsAway(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0, "--cluster-require-full-coverage", "no")
	s := open(t, cluster.URL(), Options{})
	keys := keysOn(30, func(int) bool { return true })
	away := 0
	for _, key := range keys {
		must(t, s.Commit(t.Context(), key, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now().Add(-time.Second)))
		if slot(shardTags()[shardOf(key)]) < slots/3 {
			away++
		}
	}
	cluster.Servers[0].Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if due, err := s.Due(ctx, time.Hour, 100); err != nil || len(due) != len(keys)-away {
		t.Errorf("got %d of %d, %v", len(due), len(keys)-away, err)
	}
	if _, err := s.Due(ctx, time.Hour, 100); err == nil {
		t.Error("a missing master is no error")
	}
}
