package redis

import (
	"context"
	"errors"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

// together opens a store whose commands all travel with others.
func together(t testing.TB, url string) *Store {
	s := open(t, url, Options{})
	s.wire.alone = 0
	return s
}

// What is sent together keeps every promise of what is sent alone.
func TestStoreTogether(t *testing.T) {
	for name, url := range map[string]string{"one server": redistest.Start(t).URL(), "cluster": redistest.StartCluster(t, 3, 0).URL()} {
		t.Run(name, func(t *testing.T) {
			alone := opener(url, Options{})
			storetest.Run(t, func(t testing.TB, clock *storetest.Clock) storetest.Subject {
				subject := alone(t, clock)
				subject.Store.(*Store).wire.alone = 0
				return subject
			})
		})
	}
}

func TestTogetherEndsWithItsContext(t *testing.T) {
	server := redistest.Start(t)
	s := together(t, server.URL())
	server.Pause(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := s.Load(ctx, "mira"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("load: %v", err)
	}
	if err := s.Commit(ctx, "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("commit: %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	server.Resume(t)
	works(t, s)
}

func TestTogetherTellsAServerItsScripts(t *testing.T) {
	server := redistest.Start(t)
	s := together(t, server.URL())
	server.Do(t, "script", "flush")
	must(t, s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
}

func TestTogetherThroughRestarts(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	w := startWriters(together(t, server.URL()), keysOn(4, func(int) bool { return true }))
	for range 2 {
		w.await(t, 200)
		server.Kill()
		time.Sleep(50 * time.Millisecond)
		server.Restart(t)
	}
	w.await(t, 200)
	if lost := w.end(t); lost > 0 {
		t.Errorf("%d acknowledged commits are lost", lost)
	}
}
