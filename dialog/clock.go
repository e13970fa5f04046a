package dialog

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
	"time"
)

// Timer is a planned moment, kept as wall time and turned into an instant late,
// so that "tomorrow at nine" stays nine over clock changes and moves.
type Timer struct {
	ID     uint32
	Name   string    // who is to ring: a name in [Script.Timers]
	Wall   time.Time // local date and time, in a location of no meaning (UTC)
	Zone   string    // "": the person's own at the time
	Latest time.Time // after this instant it is of no use; zero: always of use
	Note   string
	Count  int
}

func (c *Coder) timer(t *Timer) {
	c.Uint32(&t.ID)
	c.ID(&t.Name)
	c.Time(&t.Wall)
	c.ID(&t.Zone)
	c.Time(&t.Latest)
	c.ID(&t.Note)
	c.Count(&t.Count)
}

// At is the instant of the timer for a person who lives in zone.
func (t *Timer) At(zone string) time.Time {
	if t.Zone != "" {
		zone = t.Zone
	}
	return Instant(t.Wall, zone)
}

// Wall is the instant as the clock on the wall shows it, in zone.
func Wall(at time.Time, zone string) time.Time {
	y, m, d := at.In(Zone(zone)).Date()
	h, min, s := at.In(Zone(zone)).Clock()
	return time.Date(y, m, d, h, min, s, 0, time.UTC)
}

// Instant is when the clock on the wall shows wall in zone. A wall time that is
// skipped there (spring) is the first moment after the gap; one that comes
// twice (autumn) is the first of the two.
func Instant(wall time.Time, zone string) time.Time {
	loc := Zone(zone)
	wall = wall.Truncate(time.Second) // clocks on walls show no more
	y, m, d := wall.Date()
	h, min, s := wall.Clock()
	at := time.Date(y, m, d, h, min, s, 0, loc)
	if Wall(at, zone).Equal(wall) {
		// The same wall time may have come once before.
		for _, gap := range []time.Duration{time.Hour, 30 * time.Minute, 2 * time.Hour} {
			if earlier := at.Add(-gap); Wall(earlier, zone).Equal(wall) {
				return earlier.UTC()
			}
		}
		return at.UTC()
	}
	// In a gap: the change of offset is within hours; find it by halving.
	lo, hi := at.Add(-6*time.Hour), at.Add(6*time.Hour)
	_, before := lo.Zone()
	for hi.Sub(lo) > time.Second {
		mid := lo.Add(hi.Sub(lo) / 2)
		if _, off := mid.Zone(); off == before {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi.Truncate(time.Second).UTC()
}

var zones sync.Map // name → *time.Location; a table that only grows

// Zone is the location of an IANA name; UTC for "" and for a name nobody knows.
func Zone(name string) *time.Location {
	if name == "" {
		return time.UTC
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = time.UTC
	}
	zones.Store(name, loc)
	return loc
}

// KnownZone tells whether name is an IANA zone.
func KnownZone(name string) bool {
	_, err := time.LoadLocation(name)
	return name != "" && name != "Local" && err == nil
}

// Alarm is when the state wants to be looked at next: the earliest of its
// timers, of what waits for delivery, of words to be told, and of what is to be cleaned up. It is
// computed, never set. Zero: never.
func (s *State) Alarm() time.Time {
	var next time.Time
	at := func(t time.Time) { next = sooner(next, t) }
	for i := range s.Timers {
		at(s.Timers[i].At(s.Zone))
	}
	for i := range s.Outbox { // in order: the first that is no idle nudge decides
		at(s.Outbox[i].due())
		if !s.Outbox[i].idle() {
			break
		}
	}
	for i := range s.Words {
		if s.next(i) {
			at(s.Words[i].due())
		}
	}
	tidy := time.Time{}
	for i := range s.Parked {
		tidy = sooner(tidy, s.Parked[i].At.Add(parkedLife))
	}
	if len(s.Trail) > 0 {
		tidy = sooner(tidy, s.Trail[0].At.Add(trailLife))
	}
	if !tidy.IsZero() {
		at(s.Leisure(tidy))
	}
	return next
}

// sooner is the earlier of two moments; the zero time is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// Leisure is when something is cleaned up that may be from t on: less than a day
// later, at a moment that chance has picked. The alarm is the one time that a
// store sees in clear; so it tells of a promise or of nothing, and never when
// somebody was here. Nor must it come from who they are: whoever has a copy of
// the store could try ids until one fits.
func (s *State) Leisure(t time.Time) time.Time {
	const day = 24 * time.Hour
	hash := sha256.Sum256(binary.LittleEndian.AppendUint64([]byte("leisure"), s.Seed))
	own := time.Duration(binary.LittleEndian.Uint64(hash[:])%uint64(day/time.Second)) * time.Second
	return t.Add(day - 1 - own).Truncate(day).Add(own)
}

const (
	parkedLife = 7 * 24 * time.Hour
	trailLife  = 48 * time.Hour // no platform that limits removal allows more
)

// tidy lets go of what has outlived its use.
func (s *State) tidy(now time.Time) {
	s.Parked = slices.DeleteFunc(s.Parked, func(p Parked) bool { return now.Sub(p.At) >= parkedLife })
	old := max(0, len(s.Trail)-maxTrail)
	for old < len(s.Trail) && now.Sub(s.Trail[old].At) >= trailLife {
		old++
	}
	s.Trail = slices.Delete(s.Trail, 0, old)
}
