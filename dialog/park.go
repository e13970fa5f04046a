package dialog

import "time"

// Park is what follows an event that the step fails on again and again: it is
// marked as seen and kept aside for a short while, the conversation stays as it
// was, and the person is told that their answers are safe.
func (sc *Script) Park(blob []byte, person PersonID, ev Event, now time.Time) ([]byte, Outcome, error) {
	s := NewState(person, hash64(ev.ID))
	if blob != nil {
		var err error
		if s, err = DecodeState(blob); err != nil {
			return nil, Outcome{}, err
		}
	}
	if now.Before(s.Clock) {
		now = s.Clock
	}
	if ev.ID != "" {
		s.seen.add(ev.ID, now)
	}
	s.Clock = now.UTC().Truncate(time.Millisecond)
	if len(s.Parked) < maxParked {
		s.Parked = append(s.Parked, Parked{At: s.Clock, Kind: ev.Kind, Text: Clean(ev.Text, maxParkedText)})
	}
	if ev.Kind == Alarm { // whatever rang can not ring again at once
		for i := range s.Timers {
			if tm := &s.Timers[i]; !tm.At(s.Zone).After(now) {
				tm.Wall = tm.Wall.Add(time.Hour)
			}
		}
	}
	t := &Turn{Script: sc, State: s, Event: &ev, Now: s.Clock}
	if ev.Kind != Alarm && ev.Kind != Partner {
		t.Say("engine.parked")
		t.close()
	}
	out := Outcome{State: s, Deliver: s.claim(s.Clock, sc.Lease)}
	return s.Encode(), out, nil
}

const (
	maxParked     = 3
	maxParkedText = 500
)
