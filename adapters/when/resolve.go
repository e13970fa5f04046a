package when

import "time"

// read is what a text amounts to in one language.
func read(v *vocabulary, tokens []token, now time.Time) reading {
	s := parse(v, tokens)
	s.settleLooseDays()
	return reading{v, s.answer(now), s.strangers, s.misfits, s.mute(), s.now && !s.timed()}
}

// settleLooseDays decides whether "sat" or "mar" is a weekday: only if the rest
// of the text is about time too. If it is not, nothing may be built on it.
func (s *said) settleLooseDays() {
	for _, d := range s.loosedays {
		timed := len(s.clocks)+len(s.parts) > 0
		otherwise := len(s.days)+len(s.weekdays)+len(s.dates) > 0
		switch {
		case d.filler:
			// "so 18 Uhr" is Sunday or "about six"; in a longer text it is no day
			s.blocked = s.blocked || !otherwise && timed && len(s.strangers)+s.fillers == 0
		case len(s.strangers) == 0 && (timed || !d.risky) && !(otherwise && d.risky):
			s.weekdays = append(s.weekdays, d)
		case !otherwise:
			s.blocked = true
		}
	}
}

// answer weighs all that was said. Whatever forbids a moment comes first.
func (s *said) answer(now time.Time) Answer {
	refuses := s.no || s.decline || s.looseDecline && !s.timed() && len(s.strangers) == 0
	later := s.notNow || s.notToday // says no to now, may say yes to another time
	switch {
	case refuses && (s.timed() || s.unsure || s.blocked):
		return Answer{}
	case s.decline, refuses && len(s.strangers) == 0 && !s.later && !s.sometime:
		return Answer{Kind: None}
	case refuses || s.blocked || s.unsure:
		return Answer{}
	case later && !s.timed():
		return Answer{Kind: None}
	}
	at, ok := s.moment(now)
	if !ok || at.Before(now) || at.After(now.Add(Horizon)) {
		return Answer{}
	}
	if y, m, d := at.Date(); s.notToday && sameDay(now, y, m, d) {
		return Answer{}
	}
	return Answer{At, at}
}

// moment finds the one moment that fits everything said.
func (s *said) moment(now time.Time) (time.Time, bool) {
	clear := len(s.clocks) > 0
	if s.later && !clear && len(s.spans) == 0 || s.sometime && !clear && len(s.parts)+len(s.spans) == 0 ||
		s.slips > 0 && len(s.strangers) > 3 {
		return time.Time{}, false
	}
	if len(s.strangers) > 0 && !s.request {
		return time.Time{}, false // "tomorrow sucks": words nobody knows and no wish
	}
	if s.now && !s.timed() {
		return now, len(s.strangers) == 0
	}
	if len(s.spans) > 1 {
		return time.Time{}, false
	}
	if len(s.spans) == 1 && s.spans[0].seconds > 0 {
		return s.soon(now)
	}
	p, ok := s.onePart()
	if !ok {
		return time.Time{}, false
	}
	c, ok := s.oneClock()
	if !ok {
		return time.Time{}, false
	}
	if s.sameTime {
		if c != nil || p != noPart {
			return time.Time{}, false
		}
		c = &clockTime{hour: now.Hour(), minute: now.Minute(), exact: true}
	}
	date, named, ok := s.oneDay(now, c != nil || p != noPart)
	if !ok {
		return time.Time{}, false
	}
	target := target{now: now, date: date, named: named}
	switch {
	case c != nil:
		return target.clock(*c, p)
	case p != noPart:
		return target.part(p)
	case len(s.spans) == 1:
		return wall(date, now.Hour()*60+now.Minute(), now), true
	case named:
		return wall(date, dayDefault, now), !date.is(now)
	}
	return time.Time{}, false
}

// soon is a span of hours or minutes from now. It may stand beside "today" and
// nothing else.
func (s *said) soon(now time.Time) (time.Time, bool) {
	sp := s.spans[0]
	if len(s.weekdays)+len(s.dates)+len(s.parts)+len(s.clocks) > 0 || s.nextWeek || s.sameTime || sp.months > 0 {
		return time.Time{}, false
	}
	at := now.AddDate(0, 0, sp.days).Add(time.Duration(sp.seconds) * time.Second)
	for _, d := range s.days {
		if d != 0 || !dateOf(now).is(at) {
			return time.Time{}, false
		}
	}
	return at, true
}

// onePart returns the part of the day named; two that do not fit: not ok.
func (s *said) onePart() (part, bool) {
	p := noPart
	for _, q := range s.parts {
		switch {
		case p == noPart || p == q || p == evening && q == night:
			p = q
		case p == night && q == evening:
		case q == midnight && (p == evening || p == night || p == deep):
			p = midnight
		case p == midnight && (q == evening || q == night || q == deep):
		default:
			return noPart, false
		}
	}
	return p, true
}

// oneClock returns the time of day named, nil for none; two: not ok.
func (s *said) oneClock() (*clockTime, bool) {
	for _, c := range s.clocks {
		if c != s.clocks[0] {
			return nil, false
		}
	}
	if len(s.clocks) == 0 {
		return nil, true
	}
	return &s.clocks[0], true
}

// oneDay returns the day on which all that was said agrees; named is false if
// no day was. Timed tells that a clock or a part of the day stands beside it.
func (s *said) oneDay(now time.Time, timed bool) (date calendar, named, ok bool) {
	today := dateOf(now)
	put := func(d calendar) bool {
		if named && d != date {
			return false
		}
		date, named = d, true
		return true
	}
	ok = true
	for _, n := range s.days {
		// after midnight "tomorrow" may be the day that has begun
		ok = ok && put(today.plus(n)) && (n == 0 || now.Hour() >= 4)
	}
	for _, sp := range s.spans {
		if len(s.days) == 1 && s.days[0] == 0 {
			named = false // "today in a week"
		}
		ok = ok && put(dateOf(now.AddDate(0, sp.months, sp.days)))
	}
	ok = ok && s.putDates(today, put)
	if !ok {
		return date, named, false
	}
	for _, w := range s.weekdays {
		if named {
			ok = ok && date.weekday() == w.day
			continue
		}
		d, fine := s.weekdayFrom(w, now, timed)
		ok = ok && fine && put(d)
	}
	if len(s.weekdays) == 0 && s.nextWeek {
		ok = ok && s.sameTime && !named && put(today.plus(7)) // "this time next week"
	}
	return date, named, ok
}

// putDates puts the dates named; a year alone belongs to the date after it.
func (s *said) putDates(today calendar, put func(calendar) bool) bool {
	year := 0
	for _, d := range s.dates {
		if d.day == 0 {
			year = d.year
			continue
		}
		if d.year == 0 {
			d.year = year
		}
		c, ok := nextDate(today, d)
		if !ok || !put(c) {
			return false
		}
	}
	return true
}

// weekdayFrom finds the day meant by a weekday's name: the nearest one. "Next"
// is strictly after today, and not tomorrow, which has a shorter name.
func (s *said) weekdayFrom(w weekday, now time.Time, timed bool) (calendar, bool) {
	today := dateOf(now)
	ahead := (int(w.day) - int(now.Weekday()) + 7) % 7
	switch {
	case s.nextWeek:
		sinceMonday := (int(now.Weekday()) + 6) % 7
		return today.plus(7 - sinceMonday + (int(w.day)+6)%7), true
	case s.thisWeek:
		sinceMonday := (int(now.Weekday()) + 6) % 7
		return today.plus((int(w.day)+6)%7 - sinceMonday), (int(w.day)+6)%7 >= sinceMonday
	case w.next && ahead == 0:
		return today.plus(7), true
	case w.next:
		return today.plus(ahead), ahead != 1
	case ahead > 0:
		return today.plus(ahead), true
	case !timed:
		return today, false // today, or in a week?
	}
	// today if its hour is still to come, else in a week
	p, _ := s.onePart()
	c, _ := s.oneClock()
	t := target{now: now, date: today, named: true}
	var ok bool
	if c != nil {
		_, ok = t.clock(*c, p)
	} else {
		_, ok = t.part(p)
	}
	if ok {
		return today, true
	}
	return today.plus(7), true
}
