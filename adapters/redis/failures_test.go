package redis

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
)

var failures = flag.Int("failures", 20, "how many failures a cluster goes through, half of them with WAIT")

// The servers of a cluster fail, one after the other, while people write. With
// WAIT nothing acknowledged is lost; without it the loss is counted. A silent
// overwrite never happens.
func TestFailures(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 3)
	for _, wait := range []int{1, 0} {
		t.Run(fmt.Sprint("wait=", wait), func(t *testing.T) {
			s := open(t, cluster.URL(), Options{Prefix: fmt.Sprint("wait", wait), Wait: wait, WaitTime: 200 * time.Millisecond})
			keys := keysOn(6, func(int) bool { return true })
			w := startWriters(s, keys)
			w.await(t, 100)
			moving := slot(shardTags()[shardOf(keys[0])])
			home := moving * 3 / slots
			owner := home
			move := func(to int) {
				cluster.MoveSlot(t, moving, owner, to, func() { w.await(t, 20) })
				owner = to
			}
			kinds := []struct {
				name string
				do   func(master int)
			}{
				{"taken over by hand", func(master int) { cluster.Failover(t, master) }},
				{"killed", func(master int) { cluster.Crash(t, master) }},
				{"a slot moved", func(int) { move((owner + 1) % 3) }},
				{"hung", func(master int) { cluster.Hang(t, master) }},
				{"its replica killed", func(master int) {
					cluster.CrashReplica(t, master, func() { time.Sleep(300 * time.Millisecond) })
				}},
			}
			took := map[string][]time.Duration{}
			for n := range *failures / 2 {
				// Each master in turn: one that crashes right after a takeover by hand
				// can leave Redis 7.0 with two owners of one epoch.
				kind, begun := kinds[n%len(kinds)], time.Now()
				kind.do(n % 3)
				took[kind.name] = append(took[kind.name], time.Since(begun))
				w.await(t, 100)
			}
			if owner != home { // for those who come after
				move(home)
			}
			for _, kind := range kinds {
				if times := took[kind.name]; len(times) > 0 {
					t.Logf("%s: %d times, in %v to %v", kind.name, len(times), slices.Min(times).Round(time.Millisecond), slices.Max(times).Round(time.Millisecond))
				}
			}
			if lost := w.end(t); wait > 0 && lost > 0 {
				t.Errorf("%d commits are lost that a replica had", lost)
			}
		})
	}
}
