package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
	"afterglow/dialog/sim"
	"afterglow/dialog/storetest"
)

// BenchmarkStep puts the store beside what the same client, server and callers
// do when they just GET and SET the same bytes.
func BenchmarkStep(b *testing.B) {
	server := redistest.Start(b)
	client := plain(b, server)
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := opener(server.URL(), Options{})(b, storetest.NewClock())
			storetest.Beside(b, callers,
				storetest.Way{Name: "step", Of: func(c int) func() error { return storetest.Steps(s, c) }},
				storetest.Way{Name: "getset", Of: func(c int) func() error { return getSet(client, c) }})
		})
	}
}

// BenchmarkCommit puts commits alone beside a script that does nothing but SET
// the same bytes, and beside SET itself.
func BenchmarkCommit(b *testing.B) {
	server := redistest.Start(b)
	client := plain(b, server)
	bare := redis.NewScript("return redis.call('SET', KEYS[1], ARGV[1])")
	blob := make([]byte, storetest.BlobSize)
	ctx := context.Background()
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := opener(server.URL(), Options{})(b, storetest.NewClock())
			alarm := time.Now().Add(24 * time.Hour)
			storetest.Beside(b, callers,
				storetest.Way{Name: "commit", Of: func(c int) func() error {
					key, old := dialog.Key(fmt.Sprint("caller ", c)), dialog.Tag{}
					return func() error {
						n := binary.BigEndian.Uint64(old[:]) + 1
						next := old
						binary.BigEndian.PutUint64(next[:], n)
						err := s.Commit(ctx, key, old, next, blob, alarm.Add(time.Duration(n)*time.Second))
						old = next
						return err
					}
				}},
				storetest.Way{Name: "script", Of: func(c int) func() error {
					return func() error { return bare.Run(ctx, client, []string{fmt.Sprint("floor:caller ", c)}, blob).Err() }
				}},
				storetest.Way{Name: "set", Of: func(c int) func() error {
					return func() error { return client.Set(ctx, fmt.Sprint("floor:caller ", c), blob, 0).Err() }
				}})
		})
	}
}

// plain is the store's client without the store.
func plain(b *testing.B, server *redistest.Server) redis.UniversalClient {
	client := connect(address{hosts: []string{server.Addr}}, Options{}.withDefaults())
	b.Cleanup(func() { must(b, client.Close()) })
	return client
}

// getSet is the floor beside storetest.Steps.
func getSet(client redis.UniversalClient, caller int) func() error {
	ctx, n, blob := context.Background(), 0, make([]byte, storetest.BlobSize)
	return func() error {
		n++
		key := fmt.Sprintf("floor:person %d of caller %d", n%8, caller)
		if err := client.Get(ctx, key).Err(); err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		return client.Set(ctx, key, blob, 0).Err()
	}
}

// BenchmarkClaim claims people who are due, a hundred at a time, while very many
// are pending, beside a bare script that does so on one sorted set. 100,000 are
// pending, or REDIS_PENDING=1000000.
func BenchmarkClaim(b *testing.B) {
	pending, err := strconv.Atoi(os.Getenv("REDIS_PENDING"))
	if err != nil {
		pending = 100_000
	}
	b.Run(fmt.Sprintf("of=store/pending=%d", pending), func(b *testing.B) {
		s := open(b, redistest.Start(b).URL(), Options{})
		now := time.Now()
		addAlarms(b, s.client, pending, func(i int) (string, redis.Z) {
			key := dialog.Key(fmt.Sprintf("person %026d", i)) // as long as a keyed hash
			return s.names.alarmsOf(key), redis.Z{Member: string(key), Score: overdue(now, i)}
		})
		claimAll(b, func() (int, error) {
			due, err := s.Due(context.Background(), time.Millisecond, 100)
			return len(due), err
		})
	})
	b.Run(fmt.Sprintf("of=script/pending=%d", pending), func(b *testing.B) {
		client := plain(b, redistest.Start(b))
		now := time.Now()
		addAlarms(b, client, pending, func(i int) (string, redis.Z) {
			return "alarms", redis.Z{Member: fmt.Sprintf("person %026d", i), Score: overdue(now, i)}
		})
		claimAll(b, func() (int, error) {
			due, err := dueScript.Run(context.Background(), client, []string{"alarms"}, 0, 1, 100).Slice()
			return len(due) / 2, err
		})
	})
}

// overdue is the alarm of the i-th person: all are due, in no particular order.
func overdue(now time.Time, i int) float64 {
	return float64(now.Add(-time.Duration(i*7919%86_400_000) * time.Millisecond).UnixMilli())
}

func addAlarms(b *testing.B, client redis.UniversalClient, n int, alarm func(i int) (string, redis.Z)) {
	pipe := client.Pipeline()
	for i := range n {
		set, z := alarm(i)
		pipe.ZAdd(context.Background(), set, z)
		if pipe.Len() == 1000 || i == n-1 {
			_, err := pipe.Exec(context.Background())
			must(b, err)
		}
	}
}

// claimAll measures. Leases are so short that people queue up again behind all
// others, and the same number stays pending.
func claimAll(b *testing.B, due func() (int, error)) {
	claimed := 0
	for b.Loop() {
		n, err := due()
		must(b, err)
		claimed += n
	}
	if claimed < 90*b.N {
		b.Errorf("%d claims in %d calls", claimed, b.N)
	}
	b.ReportMetric(float64(claimed)/b.Elapsed().Seconds(), "claims/s")
}

// BenchmarkHost is the whole way of an event, beside its bare commits.
func BenchmarkHost(b *testing.B) {
	sim.Bench(b, func(t testing.TB) dialog.Store { return open(t, redistest.Start(t).URL(), Options{}) })
}

// BenchmarkIdle is a Due that finds nobody, as happens each second in each
// process, while many wait for later.
func BenchmarkIdle(b *testing.B) {
	clock := storetest.NewClock()
	s := opener(redistest.Start(b).URL(), Options{})(b, clock)
	storetest.Crowd(b, s, 20_000, clock.Now().Add(time.Hour))
	for b.Loop() {
		due, err := s.Due(context.Background(), time.Minute, 100)
		must(b, err)
		if len(due) > 0 {
			b.Fatal(due)
		}
	}
}

// BenchmarkMemory reports how much of the server's memory a person takes. What
// goes beyond the blob is names, the alarm, and what the allocator rounds up.
func BenchmarkMemory(b *testing.B) {
	const people = 10_000
	for _, size := range []int{1 << 10, 2 << 10, 4 << 10} {
		b.Run(fmt.Sprintf("blob=%d", size), func(b *testing.B) {
			for b.Loop() {
				server := redistest.Start(b)
				s := open(b, server.URL(), Options{})
				before := usedMemory(b, server)
				for i := range people {
					key := dialog.Key(fmt.Sprintf("%032d", i)) // as long as a keyed hash
					must(b, s.Commit(context.Background(), key, dialog.Tag{}, dialog.Tag{1}, make([]byte, size), time.Now().Add(time.Hour)))
				}
				b.ReportMetric(float64(usedMemory(b, server)-before)/people, "B/person")
			}
		})
	}
}

func usedMemory(b *testing.B, server *redistest.Server) int {
	text := fmt.Sprint(server.Do(b, "info", "memory"))
	_, rest, _ := strings.Cut(text, "used_memory:")
	digits, _, _ := strings.Cut(rest, "\r\n")
	n, err := strconv.Atoi(digits)
	must(b, err)
	return n
}
