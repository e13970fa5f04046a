package dialog

import (
	"time"

	"golang.org/x/time/rate"
)

// Flood is a bucket that every event of a person fills and time empties. It
// keeps whoever lets a machine type from making this one work without end; no
// thumb comes near its rim.
type Flood struct {
	Level int // events in it
	At    time.Time
}

// floodRate is how many events drain away in a second.
const floodRate = 20

// Verdicts of [Flood.pour].
const (
	floodFine   = iota
	floodSpills // the first event too many: it is said, once
	floodDrowns // those after it: passed over in silence
)

// pour adds an event at now. rim is how many may come at once; 0: any number.
func (f *Flood) pour(now time.Time, rim int) int {
	if rim == 0 {
		return floodFine
	}
	drained := int(min(now.Sub(f.At), time.Hour) * floodRate / time.Second)
	if f.At.IsZero() || drained > 0 {
		f.Level = max(0, f.Level-drained)
		f.At = now
	}
	f.Level = min(f.Level+1, rim+2)
	switch {
	case f.Level <= rim:
		return floodFine
	case f.Level == rim+1:
		return floodSpills
	}
	return floodDrowns
}

// strangers is a bucket for all people together whom the bot does not know yet
// (see [Script.Known]). It keeps a crowd of them from taking the store and the
// way out from those who are known: what is too much is stepped through, since
// only that shows whether somebody tells of danger, and then passed over, with
// nothing kept and nothing said. Whoever was passed over is heard when they
// write again later. Nobody who is known is ever counted.
type strangers struct {
	h      *Host
	bucket *rate.Limiter // nil: no limit
}

func newStrangers(h *Host) strangers {
	if h.Strangers == (Rate{}) {
		return strangers{h: h}
	}
	return strangers{h, rate.NewLimiter(rate.Limit(h.Strangers.PerSecond), int(h.Strangers.burst()))}
}

// now is the moment by the machine's clock, as the bucket wants it.
func (s *strangers) now() time.Time { return time.Unix(0, 0).Add(s.h.Machine.Clock()) }

// room tells whether one more stranger would be heard.
func (s *strangers) room() bool { return s.bucket == nil || s.bucket.TokensAt(s.now()) >= 1 }

// passOver tells whether an event that came to o is one too many. blob is the
// record before it, nil if there was none; whoever has one may always erase it.
func (s *strangers) passOver(o *Outcome, blob []byte) bool {
	if s.bucket == nil || !o.Stranger || o.Erase && blob != nil || s.bucket.AllowN(s.now(), 1) {
		return false
	}
	s.h.Stats.PassedOver.Add(1)
	if s.h.told.first("strangers", s.h.Machine.Clock()) {
		s.h.Log.Warn("more strangers write than are heard; some are passed over, nobody who is known is")
	}
	return true
}
