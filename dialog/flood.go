package dialog

import "time"

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
