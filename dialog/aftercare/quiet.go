package aftercare

import (
	"time"

	"afterglow/dialog"
)

// afterQuiet is at, or the end of the quiet hours it falls into.
func (b *bot) afterQuiet(t *dialog.Turn, at time.Time) time.Time {
	from, to := profile(t).Quiet()
	wall := dialog.Wall(at, t.State.Zone)
	m := wall.Hour()*60 + wall.Minute()
	day := wall.Truncate(24 * time.Hour)
	switch {
	case from < to && m >= from && m < to:
	case from > to && m >= from:
		day = day.AddDate(0, 0, 1)
	case from > to && m < to:
	default:
		return at
	}
	end := dialog.Instant(day.Add(time.Duration(to)*time.Minute), t.State.Zone)
	if end.Before(at) { // the hour comes twice tonight, and this is the second time
		return at.Truncate(time.Minute).Add(time.Duration(to-m) * time.Minute)
	}
	return end
}

// quietBegins is when the quiet hours begin next; what is not delivered by then
// is not delivered.
func (b *bot) quietBegins(t *dialog.Turn, at time.Time) time.Time {
	from, _ := profile(t).Quiet()
	day := dialog.Wall(at, t.State.Zone).Truncate(24 * time.Hour)
	for range 3 {
		if begin := dialog.Instant(day.Add(time.Duration(from)*time.Minute), t.State.Zone); begin.After(at) {
			return begin.Add(-time.Millisecond)
		}
		day = day.AddDate(0, 0, 1)
	}
	return at.Add(24 * time.Hour)
}

// when is a moment as a person reads it: "tomorrow 12:30".
func when(t *dialog.Turn, at time.Time) string {
	wall, today := dialog.Wall(at, t.State.Zone), dialog.Wall(t.Now, t.State.Zone)
	days := int(wall.Truncate(24*time.Hour).Sub(today.Truncate(24*time.Hour)) / (24 * time.Hour))
	key := map[int]string{0: "today", 1: "tomorrow"}[days]
	if key == "" {
		key = "later"
	}
	return with(raw(t, "calendar.when."+key), "day", day(t, at), "time", wall.Format("15:04"))
}
