package when

import "time"

// sensible hours are those in which a bare "at 9" may be meant: nobody who says
// "at 3" wants to be written to at night.
const (
	sensibleFrom = 7 * 60
	sensibleTill = 23 * 60
)

// target is the day that is aimed at; if none is named it is the zero date and
// the next fitting moment is meant.
type target struct {
	now   time.Time
	date  calendar
	named bool
}

// part returns the moment that stands for a part of the day.
func (t target) part(p part) (time.Time, bool) {
	if p == midnight {
		return t.midnight(0)
	}
	d, ok := defaults[p]
	if !ok {
		return time.Time{}, false
	}
	if t.named {
		at := wall(t.date, d.at, t.now)
		return at, at.After(t.now)
	}
	today := dateOf(t.now)
	if at := wall(today, d.at, t.now); at.After(t.now) {
		return at, true
	}
	// in the evening "in the evening" may mean now or tomorrow
	return wall(today.plus(1), d.at, t.now), minuteOf(t.now) >= d.over
}

// midnight is the end of today; of another day it may be the beginning or the end.
func (t target) midnight(minute int) (time.Time, bool) {
	today := dateOf(t.now)
	if t.named && t.date != today {
		return time.Time{}, false
	}
	return wall(today.plus(1), minute, t.now), true
}

// clock returns the moment of a clock time in the light of a part of the day.
func (t target) clock(c clockTime, p part) (time.Time, bool) {
	over := false
	switch {
	case c.half != 0:
		if c.hour > 12 || c.hour == 0 {
			if c.half == 'a' || c.hour > 23 {
				return time.Time{}, false
			}
			break // "21:00 pm"
		}
		c.hour %= 12
		if c.half == 'p' {
			c.hour += 12
		}
		c.exact = true
	}
	if p == midnight { // "12 midnight"
		if c.hour%12 != 0 {
			return time.Time{}, false
		}
		return t.midnight(c.minute)
	}
	if p != noPart {
		h, next, ok := p.hourIn(c.hour)
		if !ok || c.exact && h != c.hour%24 {
			return time.Time{}, false
		}
		if (p == deep) && next && t.named && !t.date.is(t.now) {
			return time.Time{}, false // the night before or after?
		}
		c.hour, over, c.exact = h, next && t.named, true
	}
	m := c.hour*60 + c.minute
	switch {
	case c.exact && over:
		if at := wall(t.date, m, t.now); t.date.is(t.now) && t.now.Hour() < 5 && at.After(t.now) {
			return at, true // said after midnight
		}
		return t.future(wall(t.date.plus(1), m, t.now))
	case c.exact && c.hour == 24, c.exact && m == 0:
		return t.midnight(0)
	case c.exact && t.named:
		return t.future(wall(t.date, m, t.now))
	case c.exact:
		return t.nextOf(m), true
	case !t.named:
		return t.dial(m, c.marked)
	case t.date.is(t.now):
		return t.todayAt(m)
	case c.marked && c.hour >= 7:
		return t.future(wall(t.date, m, t.now))
	case c.marked && c.hour != 12:
		return time.Time{}, false
	}
	switch h := c.hour; {
	case h >= 7 && h <= 9:
		return time.Time{}, false // in the morning or in the evening?
	case h < 7:
		m += 12 * 60
	}
	return t.future(wall(t.date, m, t.now))
}

// future lets a moment through if it has not passed.
func (t target) future(at time.Time) (time.Time, bool) {
	return at, at.After(t.now)
}

// nextOf returns the next time that the clock shows m minutes since midnight.
func (t target) nextOf(m int) time.Time {
	today := dateOf(t.now)
	if at := wall(today, m, t.now); at.After(t.now) {
		return at
	}
	return wall(today.plus(1), m, t.now)
}

// dial reads a clock that shows 12 hours: the next time its hands stand so, if
// that is at a sensible hour. In a language with 24 hours a written "9 Uhr" that
// has passed today may mean 21:00 or tomorrow, and "3 Uhr" may be at night.
func (t target) dial(m int, marked bool) (time.Time, bool) {
	m %= 12 * 60
	if marked && m >= 60 && m < sensibleFrom {
		return time.Time{}, false
	}
	at, second := t.nextOf(m), t.nextOf(m+12*60)
	minute := m
	if second.Before(at) {
		if marked && m >= sensibleFrom {
			return time.Time{}, false
		}
		at, minute = second, m+12*60
	}
	return at, minute >= sensibleFrom && minute < sensibleTill
}

// todayAt reads a clock of 12 hours on a day that has begun.
func (t target) todayAt(m int) (time.Time, bool) {
	m %= 12 * 60
	if at := wall(t.date, m, t.now); at.After(t.now) && m >= sensibleFrom {
		return at, true
	}
	return t.future(wall(t.date, m+12*60, t.now))
}

func minuteOf(t time.Time) int { return t.Hour()*60 + t.Minute() }
