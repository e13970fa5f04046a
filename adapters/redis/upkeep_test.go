package redis

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

func TestUpkeep(t *testing.T) {
	server := redistest.Start(t)
	storetest.RunUpkeep(t, opener(server.URL(), Options{}))
}

func TestUpkeepInCluster(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0)
	storetest.RunUpkeep(t, opener(cluster.URL(), Options{}))
}

// TestAWalkNoticesMoves: while a slot is between two masters, and when one has
// changed hands during the walk, nobody can say who was missed.
func TestAWalkNoticesMoves(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0)
	s := open(t, cluster.URL(), Options{})
	const people = 600
	storetest.Crowd(t, s, people, time.Now())
	from, to := cluster.Servers[0], cluster.Servers[1]
	walk := func(meanwhile func()) (met int, err error) {
		for _, err := range s.Keys(t.Context()) {
			if err != nil {
				return met, err
			}
			if met++; met == people/2 {
				meanwhile()
			}
		}
		return met, nil
	}
	empty := -1 // a slot of the first master that holds nobody
	for slot := 0; empty < 0; slot++ {
		if from.Do(t, "cluster", "countkeysinslot", slot) == int64(0) {
			empty = slot
		}
	}
	if met, err := walk(func() {}); met != people || err != nil {
		t.Errorf("at rest: %d met, %v", met, err)
	}
	if _, err := walk(func() {
		for _, node := range []*redistest.Server{to, from, cluster.Servers[2]} {
			node.Do(t, "cluster", "setslot", empty, "node", to.ID(t))
		}
	}); !errors.Is(err, errMoving) {
		t.Errorf("a slot has moved meanwhile: %v", err)
	}
	cluster.Await(t)
	to.Do(t, "cluster", "setslot", empty, "migrating", from.ID(t))
	if _, err := walk(func() {}); !errors.Is(err, errMoving) {
		t.Errorf("a slot is moving: %v", err)
	}
	to.Do(t, "cluster", "setslot", empty, "stable")
	if met, err := walk(func() {}); met != people || err != nil {
		t.Errorf("at rest again: %d met, %v", met, err)
	}
}

func TestAWalkKeepsToItsOwn(t *testing.T) {
	server := redistest.Start(t)
	for _, prefix := range []string{"a", "ab", "a*", "[a]", "?"} {
		s := open(t, server.URL(), Options{Prefix: prefix})
		must(t, s.Commit(t.Context(), dialog.Key("of "+prefix), dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now()))
	}
	for _, prefix := range []string{"a", "ab", "a*", "[a]", "?"} {
		var met []string
		for key, err := range open(t, server.URL(), Options{Prefix: prefix}).Keys(t.Context()) {
			must(t, err)
			met = append(met, string(key))
		}
		if len(met) != 1 || met[0] != "of "+prefix {
			t.Errorf("under %q: %q", prefix, met)
		}
	}
}

func TestCompactLeavesNothingOfTheErased(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	s := open(t, server.URL(), Options{})
	secret := []byte("what she told in confidence")
	must(t, s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, secret, time.Now()))
	must(t, s.Commit(t.Context(), "stays", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now()))
	must(t, s.Delete(t.Context(), "mira", dialog.Tag{1}, dialog.Tag{2}, time.Time{}))
	if n := copies(t, server.Dir, secret); n == 0 {
		t.Fatal("the append-only file has no copy even now, so this test shows nothing")
	}
	for range 2 { // a second one while the first may still be under way
		must(t, s.Compact(t.Context()))
	}
	redistest.Eventually(t, "no copy is left", func() bool { return copies(t, server.Dir, secret) == 0 })
	if r, err := s.Load(t.Context(), "stays"); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestCompactBeginsNoFile(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), Options{})
	must(t, s.Compact(t.Context()))
	if info := server.Do(t, "info", "persistence"); !strings.Contains(info.(string), "aof_rewrite_in_progress:0") ||
		!strings.Contains(info.(string), "aof_last_rewrite_time_sec:-1") {
		t.Error("a rewrite was begun on a server without such a file")
	}
}

// copies counts the files under dir that hold text.
func copies(t *testing.T, dir string, text []byte) (n int) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // rewriting takes files away
			}
			return err
		}
		all, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if bytes.Contains(all, text) {
			n++
		}
		return err
	})
	must(t, err)
	return n
}
