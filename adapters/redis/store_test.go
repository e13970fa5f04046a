package redis

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

func TestStore(t *testing.T) {
	server := redistest.Start(t)
	storetest.Run(t, opener(server.URL(), Options{}))
}

func TestStoreInCluster(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 3)
	t.Run("plain", func(t *testing.T) { storetest.Run(t, opener(cluster.URL(), Options{})) })
	t.Run("waiting for replicas", func(t *testing.T) { storetest.Run(t, opener(cluster.URL(), Options{Wait: 1})) })
}

func BenchmarkStore(b *testing.B) {
	server := redistest.Start(b)
	storetest.Bench(b, opener(server.URL(), Options{}))
}

var prefixes atomic.Int64

// opener makes each store on the same server an empty one, by its prefix.
func opener(url string, opts Options) storetest.Open {
	return func(t testing.TB, clock *storetest.Clock) storetest.Subject {
		opts := opts
		opts.Prefix = fmt.Sprint("test", prefixes.Add(1))
		opts.Ahead = clock.Ahead
		s := open(t, url, opts)
		return storetest.Subject{Store: s, Damage: func(key dialog.Key) {
			must(t, s.client.Set(context.Background(), s.names.person(key), "\x09something of a later version", 0).Err())
		}}
	}
}

func open(t testing.TB, url string, opts Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), url, opts)
	for end := time.Now().Add(10 * time.Second); err != nil && strings.Contains(err.Error(), "CLUSTERDOWN") && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond) // nodes of a busy machine lose sight of each other for a moment
		s, err = Open(context.Background(), url, opts)
	}
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
