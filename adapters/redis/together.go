package redis

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// crowd is how many commands are sent each by itself. When more are under way
// at once, those above travel together, many in one write: a third less work
// for both sides then, and more for a few.
const crowd = 10

// traffic sends commands alone or together.
type traffic struct {
	client redis.UniversalClient
	auto   *redis.AutoPipeliner
	alone  int64 // as many as are sent each by itself
	now    atomic.Int64
}

func (t *traffic) open(client redis.UniversalClient) (err error) {
	t.client, t.alone = client, crowd
	switch c := client.(type) {
	case *redis.Client:
		t.auto, err = c.AsyncAutoPipeline()
	case *redis.ClusterClient:
		t.auto, err = c.AsyncAutoPipeline()
	}
	return err
}

// process has a command done and returns its error. It returns no later than
// ctx ends; what was sent together with others may still happen after that, as
// anything may whose answer is lost.
func (t *traffic) process(ctx context.Context, cmd redis.Cmder) error {
	defer t.now.Add(-1)
	if t.now.Add(1) <= t.alone || t.auto == nil {
		return t.client.Process(ctx, cmd)
	}
	return t.auto.Submit(ctx, cmd).WaitContext(ctx)
}

// run runs a script. A server that does not know it (restarted, or a new master)
// is told it then.
func (t *traffic) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (int, error) {
	parts := make([]any, 0, 3+len(keys)+len(args))
	parts = append(parts, "evalsha", script.Hash(), len(keys))
	for _, key := range keys {
		parts = append(parts, key)
	}
	cmd := redis.NewCmd(ctx, append(parts, args...)...)
	cmd.SetFirstKeyPos(3)
	if err := t.process(ctx, cmd); redis.HasErrorPrefix(err, "NOSCRIPT") {
		return script.Eval(ctx, t.client, keys, args...).Int()
	} else if err != nil {
		return 0, err
	}
	return cmd.Int()
}

// get reads a value; nil if there is none.
func (t *traffic) get(ctx context.Context, key string) ([]byte, error) {
	cmd := redis.NewStringCmd(ctx, "get", key)
	if err := t.process(ctx, cmd); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	} else if err != nil {
		return nil, nil
	}
	return cmd.Bytes()
}

func (t *traffic) close() error {
	if t.auto != nil {
		_ = t.auto.Close() // sends what waits
	}
	return t.client.Close()
}
