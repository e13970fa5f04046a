package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"afterglow/dialog"
)

// Due implements [dialog.Store]. When nobody is due it costs one round trip to
// each master, with a small script for each shard of it.
//
// People are handed out the longest overdue first, as far as one look at all
// shards tells. When very many are due, one look serves several calls: the
// shards then take turns, so that nobody waits for ever.
func (s *Store) Due(ctx context.Context, lease time.Duration, n int) ([]dialog.Key, error) {
	if err := cmp.Or(ctx.Err(), dialog.CheckDue(lease, n)); err != nil {
		return nil, fmt.Errorf("due: redis: %w", err)
	}
	var found []claim
	var failed error
	// Others may be faster and leave us with less than we saw: then look again,
	// but not for ever.
	for looks := 0; len(found) < n; {
		turns := s.round.take(n - len(found))
		if len(turns) == 0 {
			if looks++; looks > 4 || failed != nil {
				break
			}
			seen, err := s.look(ctx)
			failed = err
			if turns = s.round.begin(seen, n-len(found)); len(turns) == 0 {
				break
			}
		}
		more, err := s.claim(ctx, lease, turns)
		found = append(found, more...)
		if failed = errors.Join(failed, err); err != nil {
			break
		}
	}
	if failed != nil && len(found) == 0 {
		return nil, fmt.Errorf("due: redis: %w", explain(failed))
	}
	if failed != nil { // what is claimed must be handed out; the rest comes again
		s.log.Warn("some shards did not answer", "error", explain(failed))
	}
	slices.SortStableFunc(found, func(a, b claim) int { return cmp.Compare(a.alarm, b.alarm) })
	var due []dialog.Key
	for _, c := range found {
		due = append(due, c.key)
	}
	return due, nil
}

// turn is a shard that has people who are due.
type turn struct {
	shard int
	due   int     // how many
	alarm float64 // of the longest overdue, ms since 1970
}

type claim struct {
	key   dialog.Key
	alarm float64
}

// look asks all shards who is due, and returns those that have somebody.
func (s *Store) look(ctx context.Context) ([]turn, error) {
	calls := make([]call, shards)
	ahead := s.ahead()
	for i := range calls {
		calls[i] = call{keys: s.names.alarms[i : i+1], args: []any{ahead}}
	}
	runAll(ctx, s.client, peekScript, calls)
	var turns []turn
	var failed error
	for i, c := range calls {
		if c.cmd.Err() != nil {
			failed = c.cmd.Err() // one is enough to tell
			continue
		}
		answer, ok := c.cmd.Val().([]any)
		if !ok || len(answer) != 2 {
			continue
		}
		due, _ := answer[0].(int64)
		turns = append(turns, turn{i, int(due), number(answer[1])})
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.alarm, b.alarm) })
	return turns, failed
}

// claim takes turn.due people from each shard, in one round trip to each node.
func (s *Store) claim(ctx context.Context, lease time.Duration, turns []turn) ([]claim, error) {
	calls := make([]call, len(turns))
	ahead := s.ahead()
	for i, t := range turns {
		calls[i] = call{keys: s.names.alarms[t.shard : t.shard+1], args: []any{ahead, lease.Milliseconds(), t.due}}
	}
	if len(calls) == 1 {
		calls[0].cmd = dueScript.Run(ctx, s.client, calls[0].keys, calls[0].args...)
	} else {
		runAll(ctx, s.client, dueScript, calls)
	}
	var claims []claim
	var failed error
	for _, c := range calls {
		answer, err := c.cmd.Slice()
		if err != nil {
			failed = err
			continue
		}
		for pair := range slices.Chunk(answer, 2) {
			if key, ok := pair[0].(string); ok && len(pair) == 2 {
				claims = append(claims, claim{dialog.Key(key), number(pair[1])})
			}
		}
	}
	return claims, failed
}

// number reads a score, which Lua hands out as a string.
func number(v any) float64 {
	text, _ := v.(string)
	n, _ := strconv.ParseFloat(text, 64)
	return n
}

// round is what one look at the shards has left for the next calls of Due.
type round struct {
	mu    sync.Mutex
	turns []turn
	until time.Time
}

const (
	portion   = 100         // people claimed from one shard before the next has its turn
	manyDue   = shards * 4  // fewer are worth a look of their own
	roundLife = time.Second // then others may have become due elsewhere
)

// begin starts a round with what was seen, and takes the first turns.
func (r *round) begin(seen []turn, n int) []turn {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turns, r.until = seen, time.Now().Add(roundLife)
	taken := r.serve(n)
	due := 0
	for _, t := range r.turns {
		due += t.due
	}
	if due < manyDue {
		r.turns = nil
	}
	return taken
}

// take goes on with a round. It returns nothing if there is none.
func (r *round) take(n int) []turn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().After(r.until) {
		r.turns = nil
	}
	return r.serve(n)
}

// serve takes n people from the shards in front; those with more go to the back.
func (r *round) serve(n int) []turn {
	var taken []turn
	for n > 0 && len(r.turns) > 0 {
		t := r.turns[0]
		r.turns = r.turns[1:]
		part := min(n, t.due, portion)
		n -= part
		taken = append(taken, turn{t.shard, part, t.alarm})
		if t.due -= part; t.due > 0 {
			r.turns = append(r.turns, t)
		}
	}
	return taken
}
