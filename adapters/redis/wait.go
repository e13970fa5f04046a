package redis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"
)

// errFewReplicas says that the commit is stored, but not where it was to be.
var errFewReplicas = errors.New("too few replicas have the commit")

// waitTries bounds how often runAndWait follows a cluster that is moving; with
// its pauses, about three seconds.
const waitTries = 12

// runAndWait runs commit.lua and then WAIT on the very connection that wrote:
// on any other, WAIT proves nothing. So it goes to the master of the keys itself
// and follows redirections as the cluster client would.
func (s *Store) runAndWait(ctx context.Context, keys []string, args []any) (int, error) {
	hop := hop{key: keys[0]}
	var err error
	for try := range waitTries {
		if err = pause(ctx, try); err != nil {
			return 0, err
		}
		var node *redis.Client
		if node, err = s.node(ctx, hop); err != nil {
			continue
		}
		var outcome, heard int
		outcome, heard, err = s.commitOn(ctx, node, hop.asking, keys, args)
		if err == nil {
			if outcome == 1 && heard < s.opts.Wait {
				return 0, fmt.Errorf("%w: %d of %d", errFewReplicas, heard, s.opts.Wait)
			}
			return outcome, nil
		}
		if !s.follow(ctx, err, &hop) {
			return 0, err
		}
	}
	return 0, err
}

// hop is where the next try goes: to the master of key, or to addr if the
// cluster said so.
type hop struct {
	key    string
	addr   string
	asking bool
}

// node returns the client of a single node.
func (s *Store) node(ctx context.Context, h hop) (*redis.Client, error) {
	switch c := s.client.(type) {
	case *redis.Client:
		return c, nil
	case *redis.ClusterClient:
		if h.addr == "" {
			return c.MasterForKey(ctx, h.key)
		}
		var found *redis.Client
		err := c.ForEachMaster(ctx, func(_ context.Context, node *redis.Client) error {
			if node.Options().Addr == h.addr {
				found = node
			}
			return nil
		})
		if found == nil {
			err = errors.Join(err, errors.New("the cluster names a master that we do not know yet"))
		}
		return found, err
	}
	return nil, errors.New("a client of an unknown kind")
}

// commitOn returns what the script returned and how many replicas have heard of it.
func (s *Store) commitOn(ctx context.Context, node *redis.Client, asking bool, keys []string, args []any) (outcome, heard int, err error) {
	run := func(with func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) (int, int, error) {
		pipe := node.Pipeline()
		if asking {
			pipe.Do(ctx, "asking")
		}
		script := with(ctx, pipe, keys, args...)
		wait := pipe.Do(ctx, "wait", s.opts.Wait, s.opts.WaitTime.Milliseconds())
		_, _ = pipe.Exec(ctx) // each command carries its own error
		if err := script.Err(); err != nil {
			return 0, 0, err
		}
		heard, err := wait.Int()
		if err != nil {
			return 0, 0, err
		}
		outcome, err := script.Int()
		return outcome, heard, err
	}
	outcome, heard, err = run(commitScript.EvalSha)
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		outcome, heard, err = run(commitScript.Eval)
	}
	return outcome, heard, err
}

// follow tells whether another try makes sense, and where.
func (s *Store) follow(ctx context.Context, err error, h *hop) bool {
	h.addr, h.asking = "", false
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return transient(err)
	}
	if addr, ok := redis.IsAskError(err); ok {
		h.addr, h.asking = addr, true
		return true
	}
	if addr, ok := redis.IsMovedError(err); ok {
		h.addr = addr
		cluster.ReloadState(ctx)
		return true
	}
	if transient(err) {
		cluster.ReloadState(ctx)
		return true
	}
	return false
}

// transient tells whether an error may go away by itself.
func transient(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var said redis.Error
	if !errors.As(err, &said) {
		return true // a connection that broke or was refused
	}
	return redis.IsTryAgainError(err) || redis.IsClusterDownError(err) || redis.IsLoadingError(err) ||
		redis.IsReadOnlyError(err) || redis.IsMasterDownError(err) || redis.IsMaxClientsError(err) ||
		redis.HasErrorPrefix(err, "UNBLOCKED") // the master became a replica while we waited
}

// pause waits before a try: not before the first two, then longer and longer.
func pause(ctx context.Context, try int) error {
	if try < 2 {
		return ctx.Err()
	}
	longest := min(10*time.Millisecond<<try, 500*time.Millisecond)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(longest/2 + rand.N(longest/2)):
		return nil
	}
}
