package dialog

import "time"

// Park is what follows an event that the step fails on again and again: it is
// marked as seen and kept aside for a short while, the conversation stays as it
// was, and the person is told that their answers are safe. The arguments are
// those of [Script.Apply].
func (sc *Script) Park(blob []byte, person PersonID, seed uint64, ev Event, now time.Time) (next []byte, out Outcome, err error) {
	defer func() { err = Recovered(recover(), err) }()
	s, err := restore(blob, person, seed)
	if err != nil {
		return nil, out, err
	}
	now = now.UTC().Truncate(time.Millisecond)
	if now.Before(s.Clock) {
		now = s.Clock
	}
	if s.knows(&ev) { // somebody else was through with it
		return blob, Outcome{State: s, Repeat: true}, nil
	}
	s.take(&ev, now)
	s.Clock = now
	s.tidy(now)
	if s.Lang == "" {
		s.Lang = sc.lang(ev.Lang)
	}
	if len(s.Parked) < maxParked {
		p := Parked{At: s.Clock, Kind: ev.Kind}
		if byPerson(&ev) { // what others wrote is not theirs to keep, nor to see
			p.Text = Clean(ev.Text, maxParkedText)
		}
		s.Parked = append(s.Parked, p)
	}
	t := &Turn{Script: sc, State: s, Event: &ev, Now: s.Clock}
	switch {
	case ev.Kind == Alarm: // whatever rang can not ring again at once
		for i := range s.Timers {
			if tm := &s.Timers[i]; !tm.At(s.Zone).After(now) {
				tm.Wall = Wall(now, zoneOf(tm, s)).Add(time.Hour)
			}
		}
	case ev.Kind == ToldWord:
		s.settle(ev.Told, now)
	case byPerson(&ev):
		s.Muted = false
		t.Say("engine.parked")
		t.close()
	}
	out = Outcome{State: s, Deliver: s.claim(s.Clock, sc.Lease, nil), Words: s.claimWords(s.Clock, sc.Lease)}
	return s.Encode(), out, nil
}

func zoneOf(tm *Timer, s *State) string {
	if tm.Zone != "" {
		return tm.Zone
	}
	return s.Zone
}

const (
	maxParked     = 3
	maxParkedText = 500
)
