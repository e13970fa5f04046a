package redis

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	secret := redistest.Start(t, "--requirepass", "open-sesame")
	plain := redistest.Start(t)
	for name, test := range map[string]struct {
		url  func(t *testing.T) string
		want string
	}{
		"nobody there":     {func(t *testing.T) string { return "redis://" + closedPort(t) }, "hint: is Redis running at the address in the URL"},
		"no password":      {func(*testing.T) string { return secret.URL() }, "hint: the server wants a password"},
		"wrong password":   {func(*testing.T) string { return "redis://:hunter2@" + secret.Addr }, "hint: user or password in the URL are wrong"},
		"wrong database":   {func(*testing.T) string { return plain.URL() + "/99" }, "hint: the server has fewer databases"},
		"no TLS there":     {func(*testing.T) string { return "rediss://" + plain.Addr }, "TLS"},
		"no cluster":       {func(*testing.T) string { return plain.URL() + "," + plain.Addr }, "hint: name one of them"},
		"an empty cluster": {emptyCluster, "hint: give all 16384 slots to masters"},
		"slots that nobody serves": {func(t *testing.T) string {
			s := redistest.Start(t, "--cluster-enabled", "yes", "--cluster-port", "0")
			s.Do(t, "cluster", "addslotsrange", 0, 9999)
			return s.URL()
		}, "hint: give all 16384 slots to masters"},
		"database of a cluster": {func(t *testing.T) string { return emptyCluster(t) + "/2" }, "hint: a cluster has database 0 only"},
		"a replica": {func(t *testing.T) string {
			host, port, _ := net.SplitHostPort(plain.Addr)
			return redistest.Start(t, "--replicaof", host+" "+port).URL()
		}, "hint: name the master"},
		"a sentinel": {func(t *testing.T) string { return "redis://" + sentinel(t, plain, "main") }, "hint: add ?sentinel=NAME"},
		"another sentinel's": {func(t *testing.T) string {
			return "redis://" + sentinel(t, plain, "main") + "?sentinel=other"
		}, "hint: is the name after sentinel= right"},
		"it evicts": {func(t *testing.T) string {
			return redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru").URL()
		}, "hint: set maxmemory-policy noeviction"},
		"it would evict": {func(t *testing.T) string {
			return redistest.Start(t, "--maxmemory-policy", "volatile-ttl").URL()
		}, "hint: set maxmemory-policy noeviction"},
		"full": {func(t *testing.T) string {
			return redistest.Start(t, "--maxmemory", "1mb").URL()
		}, "hint: the server's memory is full; raise maxmemory"},
		"protected mode": {func(t *testing.T) string {
			return "redis://" + answering(t, "-DENIED Redis is running in protected mode because protected mode is enabled\r\n")
		}, "hint: the server is in protected mode"},
		"too many clients": {func(t *testing.T) string {
			return "redis://" + answering(t, "-ERR max number of clients reached\r\n")
		}, "hint: raise maxclients"},
		"it hangs up": {func(t *testing.T) string { return "redis://" + answering(t, "") }, "hint: Redis closed the connection"},
		"it is silent": {func(t *testing.T) string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			t.Cleanup(func() { _ = l.Close() })
			return "redis://" + l.Addr().String()
		}, "hint: Redis did not answer in time"},
		"too few replicas": {func(t *testing.T) string {
			return redistest.Start(t, "--min-replicas-to-write", "1").URL()
		}, "hint: the server has too few replicas"},
		"no rights": {func(t *testing.T) string {
			s := redistest.Start(t)
			s.Do(t, "acl", "setuser", "bot", "on", ">hunter2", "+info", "+ping", "~*", "+set")
			s.Do(t, "acl", "setuser", "bot", "resetkeys")
			return "redis://bot:hunter2@" + s.Addr
		}, "hint: the server's user lacks rights"},
		"no URL": {func(*testing.T) string { return "localhost:6379" }, "begins with"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			s, err := Open(ctx, test.url(t), Options{Timeout: 500 * time.Millisecond})
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			t.Log(err)
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("want %s", test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error tells the password")
			}
		})
	}
}

// Some errors are hard to bring about.
func TestHints(t *testing.T) {
	for want, err := range map[string]error{
		"spelled right":      &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "cache"}},
		"certificate":        fmt.Errorf("dial: %w", x509.UnknownAuthorityError{}),
		"instead of rediss":  tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
		"write to its disk":  errors.New("MISCONF Redis is configured to save RDB snapshots"),
		"wait a little":      errors.New("LOADING Redis is loading the dataset in memory"),
		"password; take it":  errors.New("ERR AUTH <password> called without any password configured"),
		"the URL is wrong":   errors.New("ERR invalid password"),
		"slots are not":      errors.New("CLUSTERDOWN Hash slot not served"),
		"replicas up?":       fmt.Errorf("%w: 0 of 1", errFewReplicas),
		"closed the connect": &net.OpError{Op: "read", Err: syscall.ECONNRESET},
	} {
		got := explain(err)
		if !errors.Is(got, err) || !strings.Contains(got.Error(), "(hint: ") || !strings.Contains(got.Error(), want) {
			t.Errorf("%v: no %q", got, want)
		}
	}
	for _, err := range []error{nil, dialog.ErrConflict, dialog.ErrUnreadable, context.Canceled} {
		if got := explain(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

func TestOpenWarnsWithoutAppendOnlyFile(t *testing.T) {
	for setting, want := range map[string]bool{"no": true, "yes": false} {
		var log bytes.Buffer
		open(t, redistest.Start(t, "--appendonly", setting).URL(), Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if got := strings.Contains(log.String(), "hint: set appendonly yes"); got != want {
			t.Errorf("appendonly %s: %s", setting, &log)
		}
	}
}

func TestOpenByAnyName(t *testing.T) {
	secret := redistest.Start(t, "--requirepass", "open/sesame")
	secret.Password = "open/sesame"
	for _, url := range []string{"redis://:open%2Fsesame@" + secret.Addr + "/1", "redis://default:open%2Fsesame@" + secret.Addr} {
		works(t, open(t, url, Options{}))
	}
	plain := redistest.Start(t)
	works(t, open(t, "redis://"+sentinel(t, plain, "main")+"?sentinel=main", Options{}))
	if n := len(plain.Do(t, "keys", "afterglow:*:p:*").([]any)); n != 1 {
		t.Errorf("%d records on the server that the sentinel watches", n)
	}
	cluster := redistest.StartCluster(t, 3, 0)
	one := open(t, cluster.Servers[2].URL(), Options{}) // any node leads to all
	works(t, one)
	if _, ok := one.client.(*redis.ClusterClient); !ok {
		t.Errorf("a node of a cluster got a %T", one.client)
	}
}

func works(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.Commit(t.Context(), "mira", dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Now().Add(-time.Second)))
	if r, err := s.Load(t.Context(), "mira"); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	if due, err := s.Due(t.Context(), time.Minute, 5); err != nil || len(due) != 1 {
		t.Errorf("got %q, %v", due, err)
	}
}

func emptyCluster(t *testing.T) string {
	return redistest.Start(t, "--cluster-enabled", "yes", "--cluster-port", "0").URL()
}

func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// sentinel starts one that watches a server, and returns its address.
func sentinel(t *testing.T, watched *redistest.Server, name string) string {
	host, port, _ := net.SplitHostPort(watched.Addr)
	return redistest.StartSentinel(t, "sentinel monitor "+name+" "+host+" "+port+" 1").Addr
}

// answering is a server that says one thing and hangs up.
func answering(t *testing.T, text string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(text))
			_, _ = c.Read(make([]byte, 1000))
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}
