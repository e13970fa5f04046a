package redis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
)

// The names are for ever: a bot with others would take everybody for a stranger.
func TestNamesStay(t *testing.T) {
	n := newNames("afterglow")
	if got := n.person("mira"); got != "afterglow:{01e}:p:mira" {
		t.Errorf("person: %s", got)
	}
	if got := n.alarmsOf("mira"); got != "afterglow:{01e}:alarms" {
		t.Errorf("alarms: %s", got)
	}
	tags := shardTags()
	sum := sha256.Sum256([]byte(strings.Join(tags[:], " ")))
	if got := hex.EncodeToString(sum[:4]); got != "6d28375b" {
		t.Errorf("the tags of the shards are others now: %s", got)
	}
}

// Each of 2 to 16 masters with equal parts of the slots has its equal part of
// the shards.
func TestShardsSpreadOverSlots(t *testing.T) {
	server := redistest.Start(t, "--cluster-enabled", "yes", "--cluster-port", "0")
	for i, tag := range shardTags() {
		if got := server.Do(t, "cluster", "keyslot", "afterglow:{"+tag+"}:p:{mira}"); got != int64(slot(tag)) {
			t.Fatalf("%s: the server says slot %v, we say %d", tag, got, slot(tag))
		}
		if slot(tag)/(slots/shards) != i {
			t.Errorf("shard %d has slot %d", i, slot(tag))
		}
	}
	for masters := 2; masters <= 16; masters++ {
		count := make([]int, masters)
		for _, tag := range shardTags() {
			count[slot(tag)*masters/slots]++
		}
		for m, n := range count {
			if n < shards/masters-1 || n > shards/masters+2 {
				t.Errorf("%d masters: number %d has %d shards", masters, m, n)
			}
		}
	}
}

func TestPeopleSpreadOverShards(t *testing.T) {
	count := make([]int, shards)
	for i := range 100 * shards {
		count[shardOf(dialog.Key(fmt.Sprint("telegram:", i)))]++
	}
	for shard, n := range count {
		if n < 50 || n > 160 {
			t.Errorf("shard %d has %d of %d people", shard, n, 100*shards)
		}
	}
}

func TestValues(t *testing.T) {
	tag := dialog.Tag{1, 2, 3}
	if r, err := parseValue(presentValue(tag, []byte("calm"))); err != nil || r.Tag != tag || string(r.Blob) != "calm" || !r.Erased.IsZero() {
		t.Errorf("present: %+v, %v", r, err)
	}
	if r, err := parseValue(append(erasedValue(tag, time.Time{}), "1700000000000"...)); err != nil || r.Tag != tag || r.Blob != nil || !r.Erased.Equal(time.Unix(1.7e9, 0)) {
		t.Errorf("erased: %+v, %v", r, err)
	}
	for _, bad := range unreadable {
		if r, err := parseValue([]byte(bad)); err == nil {
			t.Errorf("%q is read as %+v", bad, r)
		}
	}
}

// unreadable is what no version of this package has written.
var unreadable = []string{
	"", "x", "hello", strings.Repeat("x", 17), strings.Repeat("x", 18), strings.Repeat("x", 1000),
	string(presentValue(dialog.Tag{1}, nil)), string(presentValue(dialog.Tag{}, []byte("x"))),
	string(erasedValue(dialog.Tag{1}, time.Time{})), string(erasedValue(dialog.Tag{1}, time.Time{})) + "soon",
	"\x03" + strings.Repeat("x", 50), "\x00" + strings.Repeat("x", 50),
}

// Script and package agree on what can be read, and the script leaves alone
// what can not.
func TestUnreadableStays(t *testing.T) {
	s := open(t, redistest.Start(t).URL(), Options{})
	name := s.names.person("mira")
	refused := func(what string) {
		t.Helper()
		_, err := s.Load(t.Context(), "mira")
		for _, err := range []error{err,
			s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{9}, []byte("new"), time.Time{}),
			s.Commit(t.Context(), "mira", dialog.Tag{1}, dialog.Tag{9}, []byte("new"), time.Time{}),
			s.Delete(t.Context(), "mira", dialog.Tag{1}, dialog.Tag{9}, time.Time{})} {
			if err == nil || !strings.Contains(err.Error(), dialog.ErrUnreadable.Error()) {
				t.Errorf("%s: got %v", what, err)
			}
		}
	}
	for _, bad := range unreadable {
		must(t, s.client.Set(t.Context(), name, bad, 0).Err())
		refused(fmt.Sprintf("%q", bad))
		if got := s.client.Get(t.Context(), name).Val(); got != bad {
			t.Errorf("%q was overwritten by %q", bad, got)
		}
	}
	must(t, s.client.Del(t.Context(), name).Err())
	must(t, s.client.HSet(t.Context(), name, "a", "hash").Err())
	refused("a hash")
	if got := s.client.HGet(t.Context(), name, "a").Val(); got != "hash" {
		t.Errorf("the hash was overwritten")
	}
}

// Alarms that are no sorted set any more: the commit fails as a whole.
func TestDamagedAlarms(t *testing.T) {
	s := open(t, redistest.Start(t).URL(), Options{})
	must(t, s.client.Set(t.Context(), s.names.alarmsOf("mira"), "no sorted set", 0).Err())
	if err := s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now()); err == nil {
		t.Error("committed without an alarm")
	}
	if r, err := s.Load(t.Context(), "mira"); err != nil || r.Tag != (dialog.Tag{}) {
		t.Errorf("half of a commit: %+v, %v", r, err)
	}
	if _, err := s.Due(t.Context(), time.Minute, 5); err == nil {
		t.Error("nobody is told")
	}
}

// The script has the life of a tombstone in its text.
func TestScriptKnowsTombstoneLife(t *testing.T) {
	if dialog.TombstoneLife != 48*time.Hour || !strings.Contains(commitSource, "local life = 48 * 60 * 60 * 1000") {
		t.Error("commit.lua and dialog.TombstoneLife differ")
	}
}

// A tombstone needs nobody to sweep it.
func TestTombstonesVanishByThemselves(t *testing.T) {
	s := open(t, redistest.Start(t).URL(), Options{})
	must(t, s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now().Add(-time.Second)))
	must(t, s.Delete(t.Context(), "mira", dialog.Tag{1}, dialog.Tag{2}, time.Time{}))
	name := s.names.person("mira")
	if left := s.client.PTTL(t.Context(), name).Val(); left > dialog.TombstoneLife || left < dialog.TombstoneLife-time.Minute {
		t.Errorf("it lives %v more", left)
	}
	must(t, s.Delete(t.Context(), "mira", dialog.Tag{1}, dialog.Tag{2}, time.Time{})) // repeated: it keeps its time
	if left := s.client.PTTL(t.Context(), name).Val(); left <= 0 {
		t.Errorf("it lives %v more", left)
	}
	must(t, s.Commit(t.Context(), "mira", dialog.Tag{2}, dialog.Tag{3}, []byte("back"), time.Now().Add(-time.Second)))
	if left := s.client.PTTL(t.Context(), name).Val(); left > 0 {
		t.Errorf("who came back has %v more", left)
	}
	if all := s.client.Keys(t.Context(), "*").Val(); len(all) != 2 {
		t.Errorf("more than a record and alarms: %q", all)
	}
}
