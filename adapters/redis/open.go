package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options for [Open]; the zero value works.
type Options struct {
	// Prefix begins the name of every key; "": "afterglow". Two bots that share a
	// server need two.
	Prefix string

	// Wait is how many replicas must have a commit before it is acknowledged, by
	// Redis' WAIT; 0: none. WaitTime is how long they may take; 0: one second.
	// Then Commit returns an error, though the master has the commit.
	Wait     int
	WaitTime time.Duration

	// Ahead tells how far the program's clock is ahead of real time; nil: not at
	// all. The store goes by the server's clock and adds this, so that a program
	// whose clock is made to run faster has its alarms in its own time.
	Ahead func() time.Duration

	Timeout  time.Duration // for one try of one command; 0: three seconds
	PoolSize int           // connections to each node; 0: as many as callers may be at once, 64
	Log      *slog.Logger  // what an operator may want to know; nil: nothing
}

func (o Options) withDefaults() Options {
	o.Prefix = cmp.Or(o.Prefix, "afterglow")
	o.WaitTime = cmp.Or(o.WaitTime, time.Second)
	o.Timeout = cmp.Or(o.Timeout, 3*time.Second)
	if o.Wait > 0 {
		o.Timeout += o.WaitTime // the answer to WAIT takes that long
	}
	o.PoolSize = cmp.Or(o.PoolSize, 64)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return o
}

// Open connects to the Redis at a URL:
//
//	redis://[user:password@]host[:port][/db]          one server, or any node of a cluster
//	redis://[user:password@]host,host,…               nodes of a cluster
//	redis://[user:password@]host,host,…?sentinel=NAME sentinels that watch the master NAME
//
// and rediss:// for the same with TLS; sentinels with a password of their own
// take &sentinel_password=. Open returns when all masters have answered, are fit
// to be trusted with people's answers (they evict nothing) and can be written
// to. Connections that break later are made anew.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	opts = opts.withDefaults()
	s := &Store{opts: opts, log: opts.Log}
	if strings.ContainsAny(opts.Prefix, "{}") {
		return nil, errors.New("open: redis: a prefix has no braces, they decide the slot")
	}
	s.names = newNames(opts.Prefix)
	a, err := parseURL(url)
	if err != nil {
		return nil, fmt.Errorf("open: redis: %w", err)
	}
	redis.SetLogger(quiet{opts.Log})
	s.client = connect(a, opts)
	if err := s.examine(ctx, a); err != nil {
		_ = s.client.Close() // the first error tells more
		if hungUp(err) && !a.secure {
			err = cmp.Or(greeting(ctx, a.hosts[0]), err)
		}
		return nil, fmt.Errorf("open: redis: %w", explain(err))
	}
	if err := s.wire.open(s.client); err != nil { // examine may have found a cluster
		_ = s.client.Close()
		return nil, fmt.Errorf("open: redis: %w", err)
	}
	return s, nil
}

// connect makes a client; it does not wait for a connection.
func connect(a address, opts Options) redis.UniversalClient {
	return redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs:            a.hosts,
		DB:               a.db,
		Username:         a.user,
		Password:         a.password,
		MasterName:       a.sentinel,
		SentinelPassword: a.sentPass,
		TLSConfig:        a.tls(),
		IsClusterMode:    a.cluster,

		// A try that was lost is repeated: commits know themselves by their tag.
		MaxRetries:      3,
		MinRetryBackoff: 10 * time.Millisecond,
		MaxRetryBackoff: 500 * time.Millisecond,
		// In a cluster this bounds redirections and repetitions alike.
		MaxRedirects: 8,
		// Retries are enough; a dead node is to be noticed.
		DialerRetries: 1,
		DialTimeout:   opts.Timeout,
		ReadTimeout:   opts.Timeout,
		WriteTimeout:  opts.Timeout,
		// A caller's deadline ends a command, or a lease could outlive its holder.
		ContextTimeoutEnabled: true,
		PoolSize:              opts.PoolSize,
		PipelinePoolSize:      opts.PoolSize,
		// A message of a managed service; others answer with an error.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
}

// quiet turns the client's own remarks, which are about addresses, into debug lines.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(ctx context.Context, format string, v ...any) {
	q.log.DebugContext(ctx, fmt.Sprintf(format, v...))
}
