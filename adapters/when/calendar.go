package when

import "time"

// calendar is a day of the calendar.
type calendar struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) calendar {
	y, m, d := t.Date()
	return calendar{y, m, d}
}

func (c calendar) plus(days int) calendar {
	return dateOf(time.Date(c.year, c.month, c.day+days, 12, 0, 0, 0, time.UTC))
}

func (c calendar) weekday() time.Weekday {
	return time.Date(c.year, c.month, c.day, 12, 0, 0, 0, time.UTC).Weekday()
}

func (c calendar) is(t time.Time) bool { return sameDay(t, c.year, c.month, c.day) }

func sameDay(t time.Time, y int, m time.Month, d int) bool {
	return dateOf(t) == calendar{y, m, d}
}

// nextDate completes a date with the month and the year that come next.
func nextDate(today calendar, d day) (calendar, bool) {
	if d.month > 12 {
		return calendar{}, false
	}
	c := calendar{today.year, today.month, d.day}
	for range 14 {
		if d.month != 0 {
			c.month = time.Month(d.month)
		}
		if d.year != 0 {
			c.year = d.year
		}
		valid := c == c.plus(0)
		if valid && !before(c, today) {
			return c, true
		}
		if d.year != 0 {
			return calendar{}, false
		}
		if d.month != 0 {
			c.year++
		} else if c.month++; c.month > 12 {
			c.month, c.year = 1, c.year+1
		}
	}
	return calendar{}, false
}

func before(a, b calendar) bool {
	if a.year != b.year {
		return a.year < b.year
	}
	if a.month != b.month {
		return a.month < b.month
	}
	return a.day < b.day
}
