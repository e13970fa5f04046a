package redis

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
)

// The client repeats a script whose answer was lost. The second run finds its
// own tag, and that is success.
func TestLostReply(t *testing.T) {
	for _, wait := range []int{0, 1} {
		for _, way := range []string{"cut", "swallow"} {
			t.Run(fmt.Sprintf("wait=%d/%s", wait, way), func(t *testing.T) {
				server := redistest.Start(t)
				redistest.StartReplica(t, server)
				p := newProxy(t, server.Addr)
				s := open(t, "redis://"+p.addr, Options{Wait: wait, WaitTime: 500 * time.Millisecond, Timeout: 500 * time.Millisecond})
				must(t, s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
				server.Do(t, "config", "resetstat")
				p.lose.Store(way)
				must(t, s.Commit(t.Context(), "mira", dialog.Tag{1}, dialog.Tag{2}, []byte("glad"), time.Time{}))
				if p.lose.Load() != "" {
					t.Error("no reply was lost")
				}
				if stats := fmt.Sprint(server.Do(t, "info", "commandstats")); !strings.Contains(stats, "cmdstat_evalsha:calls=2,") {
					t.Errorf("the script did not run twice: %s", stats)
				}
				if r, err := s.Load(t.Context(), "mira"); err != nil || r.Tag != (dialog.Tag{2}) || string(r.Blob) != "glad" {
					t.Errorf("got %+v, %v", r, err)
				}
				p.lose.Store(way)
				must(t, s.Delete(t.Context(), "mira", dialog.Tag{2}, dialog.Tag{3}, time.Time{}))
				if p.lose.Load() != "" {
					t.Error("no reply was lost")
				}
			})
		}
	}
}

// proxy stands between a client and a server, and loses one reply to a script
// when it is told to: it cuts the connection, or says nothing.
type proxy struct {
	addr string
	lose atomic.Value // "", "cut" or "swallow"
}

func newProxy(t *testing.T, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	p := &proxy{addr: l.Addr().String()}
	p.lose.Store("")
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", target)
			if err != nil {
				_ = client.Close()
				continue
			}
			asked := new(atomic.Bool)
			go pipe(client, server, func(b []byte) string {
				if strings.Contains(strings.ToLower(string(b)), "evalsha") {
					asked.Store(true)
				}
				return ""
			})
			go pipe(server, client, func([]byte) string {
				if way := p.lose.Load().(string); asked.Load() && way != "" {
					p.lose.Store("")
					return way
				}
				return ""
			})
		}
	}()
	return p
}

func pipe(from, to net.Conn, look func([]byte) string) {
	defer from.Close()
	defer to.Close()
	buf := make([]byte, 64<<10)
	silent := false
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		switch look(buf[:n]) {
		case "cut":
			return
		case "swallow":
			silent = true
		}
		if silent {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// Servers forget scripts, when they start anew or are told to.
func TestForgottenScripts(t *testing.T) {
	server := redistest.Start(t)
	redistest.StartReplica(t, server)
	for _, wait := range []int{0, 1} {
		s := open(t, server.URL(), Options{Prefix: fmt.Sprint("wait", wait), Wait: wait})
		for i := range 5 {
			key := dialog.Key(fmt.Sprint("person ", i))
			server.Do(t, "script", "flush")
			must(t, s.Commit(t.Context(), key, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now().Add(-time.Hour)))
			server.Do(t, "script", "flush")
			if due, err := s.Due(t.Context(), time.Hour, 10); err != nil || len(due) != 1 {
				t.Errorf("got %q, %v", due, err)
			}
			server.Do(t, "script", "flush")
			must(t, s.Delete(t.Context(), key, dialog.Tag{1}, dialog.Tag{2}, time.Time{}))
		}
	}
}

// A server with an append-only file that is killed and started again has
// everything, and the store finds it again by itself.
func TestRestart(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	s := open(t, server.URL(), Options{})
	w := startWriters(s, keysOn(4, func(int) bool { return true }))
	for range 3 {
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

// An answer in time, even from a server that gives none.
func TestDeadline(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), Options{})
	server.Pause(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, load := s.Load(ctx, "mira")
	_, due := s.Due(ctx, time.Minute, 1)
	for _, err := range []error{load, due, s.Commit(ctx, "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{})} {
		if err == nil {
			t.Error("no error")
		}
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	server.Resume(t)
	works(t, s)
}

// Wait asks for replicas that are not there: the caller is told, the commit is
// kept, and trying again once they are back is success.
func TestTooFewReplicas(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), Options{Wait: 1, WaitTime: 50 * time.Millisecond})
	err := s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{})
	if err == nil || !strings.Contains(err.Error(), "0 of 1 (hint: are the replicas up?") {
		t.Errorf("got %v", err)
	}
	replica := redistest.StartReplica(t, server)
	s.opts.WaitTime = 10 * time.Second // a machine that is busy with other tests
	must(t, s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
	if n := len(replica.Do(t, "keys", "*:p:mira").([]any)); n != 1 {
		t.Error("acknowledged, and not on the replica")
	}
	// Nobody to wait for: others are told at once.
	if err := s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{2}, []byte("slow"), time.Time{}); err == nil || !strings.Contains(err.Error(), dialog.ErrConflict.Error()) {
		t.Errorf("got %v", err)
	}
}
