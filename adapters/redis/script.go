package redis

import (
	"context"
	_ "embed"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed commit.lua
	commitSource string
	//go:embed rewrite.lua
	rewriteSource string
	//go:embed due.lua
	dueSource string
	//go:embed peek.lua
	peekSource string

	commitScript  = redis.NewScript(commitSource)
	rewriteScript = redis.NewScript(rewriteSource)
	dueScript     = redis.NewScript(dueSource)
	peekScript    = redis.NewScript(peekSource)
)

// call is one run of a script in a pipeline.
type call struct {
	keys []string
	args []any
	cmd  *redis.Cmd // the answer
}

// runAll runs a script many times, in one round trip to each node. A server
// that does not know the script (restarted, or a new master) gets it then: the
// client would not do that in a pipeline.
func runAll(ctx context.Context, client redis.UniversalClient, script *redis.Script, calls []call) {
	pipe := client.Pipeline()
	for i, c := range calls {
		calls[i].cmd = script.EvalSha(ctx, pipe, c.keys, c.args...)
	}
	_, _ = pipe.Exec(ctx) // each command carries its own error
	var unknown []int
	for i, c := range calls {
		if redis.HasErrorPrefix(c.cmd.Err(), "NOSCRIPT") {
			unknown = append(unknown, i)
		}
	}
	if len(unknown) == 0 {
		return
	}
	pipe = client.Pipeline()
	for _, i := range unknown {
		calls[i].cmd = script.Eval(ctx, pipe, calls[i].keys, calls[i].args...)
	}
	_, _ = pipe.Exec(ctx)
}
