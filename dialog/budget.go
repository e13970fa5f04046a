package dialog

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is what a platform takes: PerSecond messages in the long run, Burst of
// them at once (0: what fits in a second). In any T seconds all hosts together
// send PerSecond*T + Burst messages at most, and one more for each host where
// its part of Burst is less than one.
type Rate struct {
	PerSecond float64
	Burst     int
	Bulk      bool // replies go out at once and only lessen what is left for nudges: the platform holds back by itself
}

func (r Rate) burst() float64 {
	if r.Burst > 0 {
		return float64(r.Burst)
	}
	return max(1, math.Floor(r.PerSecond))
}

// lane is the way to one platform. Replies and nudges share its budget, but a
// nudge only takes what is left over: half of the burst is kept for replies. A
// platform that says it is limited closes the lane for both.
type lane struct {
	h     *Host
	rate  Rate      // zero: no limit
	epoch time.Time // of the bucket; an arbitrary moment

	mu     sync.Mutex
	bucket *rate.Limiter // nil: no limit
	until  time.Duration // how long the bucket is ours, by the machine's clock
	closed time.Duration // nothing goes before that
	line   int           // replies that wait
}

// newLane begins with no right to send if there is a budget: the host has to
// agree with the others first.
func newLane(h *Host, name string) *lane {
	l := &lane{h: h, rate: h.Budgets[name], epoch: time.Unix(0, 0)}
	if l.rate != (Rate{}) {
		l.bucket = rate.NewLimiter(0, 0)
	}
	return l
}

// allow sets which part of the budget is ours, and until when.
func (l *lane) allow(part float64, until time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.epoch.Add(l.h.Machine.Clock())
	burst := 0
	if part > 0 {
		burst = max(1, int(l.rate.burst()*part))
	}
	l.bucket.SetLimitAt(now, rate.Limit(l.rate.PerSecond*part))
	l.bucket.SetBurstAt(now, burst)
	l.until = until
}

// pause closes the lane for d, as the platform asked.
func (l *lane) pause(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = max(l.closed, l.h.Machine.Clock()+max(d, 100*time.Millisecond))
}

// pass returns 0 when a message may go out now. A reply waits for that until
// last if it has to, a nudge never. Otherwise pass returns when to ask again.
func (l *lane) pass(nudge bool, last time.Duration) (later time.Duration) {
	waiting := false
	defer func() {
		if waiting {
			l.mu.Lock()
			l.line--
			l.mu.Unlock()
		}
	}()
	for {
		l.mu.Lock()
		now := l.h.Machine.Clock()
		wait := l.take(now, nudge, waiting)
		if wait > 0 && !nudge && !waiting {
			waiting = true
			l.line++
		}
		l.mu.Unlock()
		switch {
		case wait == 0:
			return 0
		case nudge || now+wait > last:
			return wait
		case l.h.Machine.Sleep(l.h.sends, wait) != nil: // the host is stopping
			return time.Second
		}
	}
}

// take takes room for one message out of the bucket, or returns how long that
// may last. Nobody takes room in advance: the host's part can change meanwhile.
func (l *lane) take(now time.Duration, nudge, waited bool) (wait time.Duration) {
	const soon = 100 * time.Millisecond
	switch {
	case l.closed > now && nudge:
		return l.closed - now + l.h.Machine.jitter(time.Second)
	case l.closed > now:
		return l.closed - now
	case l.bucket == nil:
		return 0
	case l.rate.Bulk && !nudge:
		l.bucket.AllowN(l.epoch.Add(now), 1)
		return 0
	case now >= l.until || l.bucket.Limit() == 0:
		return soon
	case nudge && l.spare(now) < 1:
		return time.Second + l.h.Machine.jitter(time.Second)
	case l.bucket.AllowN(l.epoch.Add(now), 1):
		return 0
	}
	missing := 1 - l.bucket.TokensAt(l.epoch.Add(now))
	if !waited {
		missing += float64(l.line) // they came before
	}
	return max(time.Millisecond, time.Duration(missing/float64(l.bucket.Limit())*float64(time.Second)))
}

// spare is what nudges may take now.
func (l *lane) spare(now time.Duration) float64 {
	kept := max(0, float64(l.bucket.Burst()-1)) / 2
	return l.bucket.TokensAt(l.epoch.Add(now)) - kept - float64(l.line)
}

// room is how many nudges could go out now.
func (l *lane) room() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.h.Machine.Clock()
	switch {
	case l.closed > now:
		return 0
	case l.bucket == nil:
		return dueBatch
	case now >= l.until:
		return 0
	}
	return max(0, int(l.spare(now)))
}
