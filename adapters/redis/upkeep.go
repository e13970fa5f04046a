package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"afterglow/dialog"
)

var (
	_ dialog.Walker    = (*Store)(nil)
	_ dialog.Rewriter  = (*Store)(nil)
	_ dialog.Compactor = (*Store)(nil)
)

// Rewrite implements [dialog.Rewriter]. It waits for no replica: what a failover
// brings back is the same in other bytes.
func (s *Store) Rewrite(ctx context.Context, key dialog.Key, tag dialog.Tag, blob []byte) error {
	if err := cmp.Or(ctx.Err(), dialog.CheckRewrite(key, tag, blob)); err != nil {
		return fmt.Errorf("rewrite: redis: %w", err)
	}
	outcome, err := rewriteScript.Run(ctx, s.client, []string{s.names.person(key)}, presentValue(tag, blob)).Int()
	switch {
	case err != nil:
		return fmt.Errorf("rewrite: redis: %w", explain(err))
	case outcome < 0:
		return fmt.Errorf("rewrite: redis: %w", dialog.ErrUnreadable)
	case outcome == 0:
		return fmt.Errorf("rewrite: redis: %w", dialog.ErrConflict)
	}
	return nil
}

// errMoving says that a walk may have missed somebody.
var errMoving = errors.New("slots of the cluster are moving; walk again when they have come to rest")

// Keys implements [dialog.Walker], by SCAN on each master. A key that moves to
// another master meanwhile might be missed, so a walk that a move or a failover
// has come across ends in an error.
func (s *Store) Keys(ctx context.Context) iter.Seq2[dialog.Key, error] {
	return func(yield func(dialog.Key, error) bool) {
		err := s.walk(ctx, func(key dialog.Key) bool { return yield(key, nil) })
		if err != nil {
			yield("", fmt.Errorf("keys: redis: %w", explain(err)))
		}
	}
}

func (s *Store) walk(ctx context.Context, visit func(dialog.Key) bool) error {
	before, err := s.layout(ctx)
	if err != nil {
		return err
	}
	nodes, err := s.masters(ctx)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		keys := node.Scan(ctx, 0, s.names.pattern(), 500).Iterator()
		for keys.Next(ctx) {
			if _, key, ok := strings.Cut(keys.Val(), "}:p:"); ok && !visit(dialog.Key(key)) {
				return nil
			}
		}
		if err := keys.Err(); err != nil {
			return err
		}
	}
	after, err := s.layout(ctx)
	if err == nil && before != after {
		err = errMoving
	}
	return err
}

// pattern matches the names of all records.
func (n *names) pattern() string {
	literal := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`)
	return literal.Replace(n.prefix) + ":{???}:p:*"
}

// masters is a client for each of them.
func (s *Store) masters(ctx context.Context) ([]*redis.Client, error) {
	switch c := s.client.(type) {
	case *redis.Client:
		return []*redis.Client{c}, nil
	case *redis.ClusterClient:
		var mu sync.Mutex
		var nodes []*redis.Client
		err := c.ForEachMaster(ctx, func(_ context.Context, node *redis.Client) error {
			mu.Lock()
			defer mu.Unlock()
			nodes = append(nodes, node)
			return nil
		})
		return nodes, err
	}
	return nil, errors.New("a client of an unknown kind")
}

// layout is which slots each master says it has; nothing for a single server.
func (s *Store) layout(ctx context.Context) (string, error) {
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return "", nil
	}
	cluster.ReloadState(ctx)
	nodes, err := s.masters(ctx)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, node := range nodes {
		text, err := node.ClusterNodes(ctx).Result()
		if err != nil {
			return "", err
		}
		for line := range strings.Lines(text) {
			fields := strings.Fields(line) // id, address, flags, five more, slots …
			if len(fields) < 8 || !strings.Contains(fields[2], "myself") {
				continue
			}
			if strings.Contains(strings.Join(fields[8:], " "), "[") {
				return "", errMoving // a slot between two nodes is written so
			}
			lines = append(lines, fields[0]+" "+strings.Join(fields[8:], " "))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), nil
}

// Compact implements [dialog.Compactor]: it has every node that we can reach
// rewrite its append-only file in the background. In a cluster these are masters
// and replicas; elsewhere replicas rewrite theirs by their own settings. Snapshot
// files are overwritten on the server's own schedule.
func (s *Store) Compact(ctx context.Context) error {
	rewrite := func(ctx context.Context, node *redis.Client) error {
		info, err := node.Info(ctx, "persistence").Result()
		if err != nil || !strings.Contains(info, "aof_enabled:1") {
			return err // BGREWRITEAOF would begin such a file
		}
		err = node.BgRewriteAOF(ctx).Err()
		if err != nil && strings.Contains(err.Error(), "already in progress") {
			return nil
		}
		return err
	}
	var err error
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		err = c.ForEachShard(ctx, rewrite)
	case *redis.Client:
		err = rewrite(ctx, c)
	}
	if err != nil {
		return fmt.Errorf("compact: redis: %w", explain(err))
	}
	return nil
}
