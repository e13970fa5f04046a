package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits keeps this replica below what Discord allows: the rate of all requests,
// each route's own limit as Discord tells it, and, long before Discord bans the
// address (10,000 in ten minutes), the number of refused requests.
type limits struct {
	all  *rate.Limiter
	low  *rate.Limiter // for what may wait: leaves room for the others
	open *rate.Limiter // openings of direct messages

	mu    sync.Mutex
	until map[string]time.Time // route → when it opens again; "": all of them
	bad   [10]int              // refused requests, a minute each
	badAt int64                // the minute of the newest
}

const (
	usualRate  = 40 // requests a second, and a fifth at once: together just below the 50 that Discord takes
	maxBad     = 1000
	maxBadFree = 2000 // then taps are not answered either
	maxRoutes  = 4096
	patience   = 3 * time.Second // a longer wait is the host's business
)

func newLimits(perSecond float64, reopen time.Duration) *limits {
	burst := max(int(perSecond/5), 1)
	return &limits{
		all:   rate.NewLimiter(rate.Limit(perSecond), burst),
		low:   rate.NewLimiter(rate.Limit(perSecond*0.6), max(burst/2, 1)),
		open:  rate.NewLimiter(rate.Every(reopen), 10),
		until: map[string]time.Time{},
	}
}

// wait returns when the request may be made, or says when to come back.
func (l *limits) wait(ctx context.Context, r request) error {
	wait, all := l.closed(r, time.Now())
	if wait > patience || !inTime(ctx, wait) {
		return &apiError{op: r.op, after: wait, global: all, err: errWait}
	}
	if wait > 0 && sleep(ctx, wait) != nil {
		return &apiError{op: r.op, after: wait, global: all, err: errWait}
	}
	if r.free {
		return nil
	}
	if r.low {
		if err := l.low.Wait(ctx); err != nil {
			return &apiError{op: r.op, after: time.Second, err: errWait}
		}
	}
	if err := l.all.Wait(ctx); err != nil {
		return &apiError{op: r.op, after: time.Second, global: true, err: errWait}
	}
	return nil
}

// closed tells how long the request has to wait, and whether all others have to as well.
func (l *limits) closed(r request, now time.Time) (wait time.Duration, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.route != "" {
		wait = l.until[r.route].Sub(now)
	}
	bad, most := l.badSum(now), maxBad
	if r.free {
		most = maxBadFree
	} else if w := l.until[""].Sub(now); w > wait {
		wait, all = w, true
	}
	if bad >= most {
		wait, all = max(wait, time.Minute), true
	}
	return max(wait, 0), all
}

// learn takes note of what an answer says about limits.
func (l *limits) learn(r request, n *note, e *apiError) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	close := func(route string, wait time.Duration) {
		if until := now.Add(wait); wait > 0 && until.After(l.until[route]) {
			l.until[route] = until
		}
	}
	if e != nil && !e.shared && (e.status == http.StatusUnauthorized || e.status == http.StatusForbidden || e.status == http.StatusTooManyRequests) {
		l.badSum(now)
		l.bad[now.Unix()/60%int64(len(l.bad))]++
	}
	switch {
	case e != nil && e.status == http.StatusTooManyRequests && e.global:
		close("", max(e.after, 100*time.Millisecond))
	case e != nil && e.status == http.StatusTooManyRequests && r.route != "":
		close(r.route, max(e.after, 100*time.Millisecond))
	case r.route != "" && n.header.Get("X-RateLimit-Remaining") == "0":
		if wait, err := time.ParseDuration(n.header.Get("X-RateLimit-Reset-After") + "s"); err == nil {
			close(r.route, min(wait+time.Millisecond, time.Minute)) // it may have been rounded down
		}
	}
	if len(l.until) > maxRoutes {
		for route, until := range l.until {
			if until.Before(now) {
				delete(l.until, route)
			}
		}
	}
}

// badSum counts the refused requests of the last ten minutes.
func (l *limits) badSum(now time.Time) int {
	minute, n := now.Unix()/60, int64(len(l.bad))
	for m := max(l.badAt+1, minute-n+1); m <= minute; m++ {
		l.bad[m%n] = 0
	}
	l.badAt = max(l.badAt, minute)
	sum := 0
	for _, b := range l.bad {
		sum += b
	}
	return sum
}

// inTime tells whether something is left of ctx after a wait.
func inTime(ctx context.Context, wait time.Duration) bool {
	end, ok := ctx.Deadline()
	return !ok || time.Until(end) > wait
}

// sleep waits, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// shut closes a route for a while.
func (l *limits) shut(route string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until[route] = time.Now().Add(d)
}
