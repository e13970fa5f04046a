package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"afterglow/dialog"
)

// clock is the program's time. With a warp it runs faster, so that a week of
// nudges can be seen in minutes.
type clock struct {
	warp float64

	mu    sync.Mutex
	start time.Time // of the machine
	shown time.Time // what this clock showed then
}

func newClock(warp float64) (*clock, error) {
	if warp < 1 || warp > 1e6 {
		return nil, hint(fmt.Errorf("--warp %g is out of range", warp), "1 is the usual speed, 3600 shows an hour in a second")
	}
	now := time.Now()
	return &clock{warp: warp, start: now, shown: now}, nil
}

// Now is what the clock shows.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.Add(c.scale(time.Since(c.start)))
}

// setOn moves the clock forward to at; it never goes back.
func (c *clock) setOn(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.shown.Add(c.scale(time.Since(c.start)))
	if at.After(now) {
		c.start, c.shown = time.Now(), at
	}
}

// of is what this clock shows at a moment of the machine's; before the start it
// was no faster.
func (c *clock) of(at time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	since := at.Sub(c.start)
	if since > 0 {
		since = c.scale(since)
	}
	return c.shown.Add(since)
}

// timed hands events on with what this clock showed when they happened: the
// platforms' clocks do not run faster.
func (c *clock) timed(handle func(context.Context, dialog.Event) error) func(context.Context, dialog.Event) error {
	return func(ctx context.Context, ev dialog.Event) error {
		if !ev.At.IsZero() {
			ev.At = c.of(ev.At)
		}
		return handle(ctx, ev)
	}
}

// scale is how much this clock moves on in d of the machine's.
func (c *clock) scale(d time.Duration) time.Duration {
	return time.Duration(float64(d) * c.warp)
}
