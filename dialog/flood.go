package dialog

import "time"

// Flood is a bucket that every event of a person fills and time empties. It
// keeps whoever lets a machine type from making this one work without end; no
// thumb comes near its rim.
type Flood struct {
	Level int // events in it
	At    time.Time
}

const (
	floodRim  = 100 // events at once
	floodRate = 20  // that drain away in a second
)

// Verdicts of [Flood.pour].
const (
	floodFine   = iota
	floodSpills // the first event too many: it is said, once
	floodDrowns // those after it: passed over in silence
)

// pour adds an event at now.
func (f *Flood) pour(now time.Time) int {
	drained := int(min(now.Sub(f.At), time.Hour) * floodRate / time.Second)
	if f.At.IsZero() || drained > 0 {
		f.Level = max(0, f.Level-drained)
		f.At = now
	}
	f.Level = min(f.Level+1, floodRim+2)
	switch {
	case f.Level <= floodRim:
		return floodFine
	case f.Level == floodRim+1:
		return floodSpills
	}
	return floodDrowns
}
