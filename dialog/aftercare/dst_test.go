package aftercare_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"afterglow/dialog"
)

// instantOf is when the clock in zone first shows wall, or the end of the gap
// that swallows it. It is reckoned from the zone's offsets alone, so that
// [dialog.Instant] can be held against it.
func instantOf(wall time.Time, zone string) time.Time {
	loc := location(zone)
	plain := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, time.UTC)
	var found time.Time
	for _, near := range []time.Time{plain.Add(-26 * time.Hour), plain.Add(26 * time.Hour)} {
		_, off := near.In(loc).Zone()
		at := plain.Add(-time.Duration(off) * time.Second)
		if _, really := at.In(loc).Zone(); really == off && (found.IsZero() || at.Before(found)) {
			found = at
		}
	}
	if found.IsZero() {
		_, found = plain.Add(-26 * time.Hour).In(loc).ZoneBounds()
	}
	return found.UTC()
}

// clockChanges are the moments at which the clocks of zone are set, between two.
func clockChanges(zone string, from, to time.Time) (list []time.Time) {
	for at := from.In(location(zone)); ; {
		_, next := at.ZoneBounds()
		if next.IsZero() || next.After(to) {
			return list
		}
		list = append(list, next.UTC())
		at = next
	}
}

// dstZones are those of the simulated year and a few with other habits: midnight
// changes, none at all, a winter that is summer time turned round.
var dstZones = append([]string{"America/Santiago", "Africa/Cairo", "Europe/Dublin", "Asia/Tokyo", "Pacific/Auckland", "America/St_Johns"}, yearZones...)

var dstFrom, dstTo = time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

// Around every change of clock in two years, minute by minute: a time that the
// clock shows is found, the first time it is shown; one that is skipped is the
// moment after the gap; and later on the wall is never earlier in the world.
func TestInstantAroundClockChanges(t *testing.T) {
	changes := 0
	for _, zone := range dstZones {
		for _, change := range clockChanges(zone, dstFrom, dstTo) {
			changes++
			_, before := change.Add(-time.Second).In(location(zone)).Zone()
			_, after := change.In(location(zone)).Zone()
			gap := time.Duration(after-before) * time.Second // negative: the hour comes twice
			wall := dialog.Wall(change, zone).Add(-max(gap, -gap) - 3*time.Hour)
			last := time.Time{}
			for end := dialog.Wall(change, zone).Add(max(gap, -gap) + 3*time.Hour); wall.Before(end); wall = wall.Add(time.Minute) {
				at := dialog.Instant(wall, zone)
				if want := instantOf(wall, zone); !at.Equal(want) {
					t.Errorf("%s: %s is %v, not %v", zone, wall.Format("2006-01-02 15:04"), at, want)
				}
				if at.Before(last) {
					t.Errorf("%s: %s runs backwards", zone, wall.Format("2006-01-02 15:04"))
				}
				last = at
				switch skipped := gap > 0 && !dialog.Wall(at, zone).Equal(wall); {
				case skipped && !at.Equal(change):
					t.Errorf("%s: %s is skipped and comes at %v, the clocks change at %v", zone, wall.Format("2006-01-02 15:04"), at, change)
				case !skipped && !dialog.Wall(at, zone).Equal(wall):
					t.Errorf("%s: %s reads back as %v", zone, wall.Format("2006-01-02 15:04"), dialog.Wall(at, zone))
				}
			}
		}
	}
	if changes < 2*7*2 {
		t.Errorf("only %d changes of clock: where is the zone data?", changes)
	}
	t.Logf("%d changes of clock in %d zones", changes, len(dstZones))
}

// Any moment reads back from the wall: as itself, or, in an hour that comes twice,
// as the first time the wall showed it.
func TestWallReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(dstZones).Draw(t, "zone")
		at := time.Unix(rapid.Int64Range(dstFrom.Unix(), dstTo.Unix()).Draw(t, "at"), 0).UTC()
		if changes := clockChanges(zone, dstFrom, dstTo); len(changes) > 0 && rapid.Bool().Draw(t, "near") {
			at = rapid.SampledFrom(changes).Draw(t, "change").Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, "s")) * time.Second)
		}
		back := dialog.Instant(dialog.Wall(at, zone), zone)
		if !dialog.Wall(back, zone).Equal(dialog.Wall(at, zone)) {
			t.Fatalf("%s: %v reads back as %v", zone, at, back)
		}
		if d := at.Sub(back); d != 0 && d != time.Hour && d != 30*time.Minute {
			t.Fatalf("%s: %v reads back as %v", zone, at, back)
		}
	})
}

// "Tomorrow at half past twelve" stays half past twelve, whatever the clocks do in between.
func TestTomorrowStaysTheSameHour(t *testing.T) {
	for _, zone := range dstZones {
		for day := time.Date(2026, 1, 1, 12, 30, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
			tomorrow := dialog.Instant(day.AddDate(0, 0, 1), zone)
			if wall := dialog.Wall(tomorrow, zone); wall.Format("15:04") != "12:30" || wall.YearDay() != day.AddDate(0, 0, 1).YearDay() {
				t.Errorf("%s: the day after %s it is %s", zone, day.Format(time.DateOnly), wall)
			}
			if d := tomorrow.Sub(dialog.Instant(day, zone)); d < 23*time.Hour || d > 25*time.Hour {
				t.Errorf("%s: a day of %v", zone, d)
			}
		}
	}
}

// Quiet hours that begin or end within a gap or an hour that comes twice: nothing
// comes while the wall shows a quiet time, and what was agreed comes all the same.
func TestQuietHoursAcrossClockChanges(t *testing.T) {
	script, filter := yearScript(t)
	n := 0
	for _, zone := range yearZones {
		for _, change := range clockChanges(zone, dstFrom, dstTo) {
			for _, quiet := range [][2]int{{22 * 60, 9 * 60}, {22 * 60, 90}, {23 * 60, 150}, {75, 105}, {60, 9 * 60}, {0, 120}, {130, 170}} {
				for _, hours := range []int{-2, -1, 0, 1} {
					s := newSoul(script, uint64(n), []string{zone}, change.Add(-60*time.Hour), change.Add(200*time.Hour))
					s.plans, s.habit = nil, 3
					s.begin()
					s.from, s.to = quiet[0], quiet[1]
					profileOf(s.state).QuietFrom, profileOf(s.state).QuietTo = quiet[0], quiet[1]
					s.blob = s.state.Encode()
					s.settle()
					s.wish(30*time.Minute, func() { s.tellFor(change.Add(time.Duration(hours)*time.Hour + 17*time.Minute)) })
					s.live()
					for _, w := range judge(s.log, filter, s.end, map[string]int{}) {
						t.Errorf("%s, quiet %v: %s", zone, quiet, w)
					}
					if s.fault != "" {
						t.Error(s.fault)
					}
					n++
				}
			}
		}
	}
	if n == 0 {
		t.Error("no change of clock")
	}
	t.Logf("%d nights", n)
}

// tellFor agrees on a time of the person's own.
func (s *soul) tellFor(at time.Time) {
	s.say("/after")
	s.hold(func(q string) (string, bool) {
		switch q {
		case "after.when":
			return "Just now", true
		case "after.card":
			s.noted(s.now)
			return "Not now", true
		case "after.first":
			wall := dialog.Wall(at, s.zone).Truncate(time.Minute)
			s.asked, s.askedFor, s.typed = "at", "first", instantOf(wall, s.zone)
			return "at " + wall.Format("2006-01-02 15:04"), true
		case "after.plan":
			return "That's fine", true
		}
		return "", false
	})
}

// Somebody who moves between planning and ringing hears of it at the same hour of
// the day where they are, and not in their night.
func TestMovingHouseKeepsTheHour(t *testing.T) {
	script, _ := yearScript(t)
	for _, from := range yearZones {
		for _, to := range yearZones {
			p := newLiner(t, script, 5)
			s := p.state()
			s.Zone = from
			p.blob = s.Encode()
			p.say("/after", "yesterday", "steady", "no", "at 2026-03-05 20:00", "no", "fine")
			s = p.state()
			s.Zone = to
			p.blob = s.Encode()
			for p.nudge == nil && p.now.Before(time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)) {
				p.wait()
				p.now = p.now.Add(time.Hour)
			}
			if got := dialog.Wall(p.now.Add(-time.Hour), to).Format("2006-01-02 15:04"); p.nudge == nil || got != "2026-03-05 20:00" {
				t.Errorf("from %s to %s: came at %s", from, to, got)
			}
		}
	}
}
