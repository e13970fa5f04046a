package when

import "time"

// wall returns the instant at which the clocks in now's zone show minute on a
// date. If they skip it, the first instant after the gap; if they show it
// twice, the first of the two that is not before now.
func wall(date calendar, minute int, now time.Time) time.Time {
	want := time.Date(date.year, date.month, date.day, 0, minute, 0, 0, time.UTC)
	t := time.Date(date.year, date.month, date.day, 0, minute, 0, 0, now.Location())
	start, end := t.ZoneBounds()
	switch shown := face(t); {
	case shown.After(want) && !start.IsZero():
		return start.In(now.Location())
	case shown.Before(want) && !end.IsZero():
		return end.In(now.Location())
	}
	earlier, later := t, t
	_, offset := t.Zone()
	if !start.IsZero() {
		_, o := start.Add(-time.Second).Zone()
		earlier = same(t, t.Add(time.Duration(offset-o)*time.Second))
	}
	if !end.IsZero() {
		_, o := end.Zone()
		later = same(t, t.Add(time.Duration(offset-o)*time.Second))
	}
	for _, at := range []time.Time{earlier, t} {
		if at.Before(later) && !at.Before(now) {
			return at
		}
	}
	return later
}

// same returns u if the clocks show the same then as at t, else t.
func same(t, u time.Time) time.Time {
	if face(t).Equal(face(u)) {
		return u
	}
	return t
}

// face is what the clocks show at t, as if it were UTC, so that it can be compared.
func face(t time.Time) time.Time {
	y, m, d := t.Date()
	h, min, s := t.Clock()
	return time.Date(y, m, d, h, min, s, t.Nanosecond(), time.UTC)
}
