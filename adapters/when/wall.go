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
	other := t // the other instant that shows the same, if the clocks are set back
	for _, edge := range []time.Time{start.Add(-time.Second), end} {
		if edge.Add(time.Second).IsZero() || edge.IsZero() {
			continue
		}
		_, here := t.Zone()
		_, there := edge.Zone()
		if u := t.Add(time.Duration(here-there) * time.Second); face(u).Equal(want) && here != there {
			other = u
		}
	}
	first, second := t, other
	if second.Before(first) {
		first, second = second, first
	}
	if first.Before(now) {
		return second
	}
	return first
}

// face is what the clocks show at t, as if it were UTC, so that it can be compared.
func face(t time.Time) time.Time {
	y, m, d := t.Date()
	h, min, s := t.Clock()
	return time.Date(y, m, d, h, min, s, t.Nanosecond(), time.UTC)
}
