package when

// date reads a date at i and tells how many items it takes, 0 for none.
func (p *parser) date(i int) int {
	it := p.items[i]
	switch it.form {
	case date:
		d := day{day: it.a, month: it.b}
		if !it.iso {
			d = p.dayMonth(it.a, it.b)
		}
		d.year = it.c
		return p.dated(d, 1)
	case slash:
		if it.meanings != nil || p.at(i+1).is(aUnit) {
			return 0
		}
		return p.dated(p.dayMonth(it.a, it.b), 1)
	case pair:
		if p.DayFirst && it.a >= 1 && it.a <= 31 && it.b >= 1 && it.b <= 12 && !p.at(i+1).is(aUnit, isOClock, isAM, isPM) {
			return p.dated(day{it.a, it.b, 0}, 1)
		}
		if !p.DayFirst && it.a > 12 && it.a <= 31 && it.b >= 1 && it.b <= 12 && (it.ordinal || it.a > 24) {
			return p.dated(day{it.a, it.b, 0}, 1)
		}
		return 0
	}
	if d, ok := p.dayNumber(i); ok {
		e := i + 1
		for p.at(e).is(isOf) && e < i+3 {
			e++
		}
		if m, ok := p.at(e).as(aMonth); ok {
			return p.dated(day{day: d, month: m.value}, e-i+1+p.year(e+1))
		}
		if it.form == number && it.ordinal && it.text[len(it.text)-1] > '9' && it.text[len(it.text)-1] != 'a' && it.text[len(it.text)-1] != 'o' {
			return p.dated(day{day: d}, 1) // 3rd
		}
	}
	if m, ok := it.as(aMonth); ok {
		e := i + 1
		for p.at(e).is(isOf) && e < i+3 {
			e++
		}
		if d, ok := p.dayNumber(e); ok && p.at(e).half == 0 && !p.at(e+1).is(aUnit, isOClock, isAM, isPM) {
			return p.dated(day{day: d, month: m.value}, e-i+1+p.year(e+1))
		}
	}
	if it.is(isOnDay) {
		next := p.at(i + 1)
		d, ok := p.dayNumber(i + 1)
		if !ok || p.Ordinals && !next.ordinal && !next.is(anOrdinal) || next.half != 0 {
			return 0
		}
		if p.at(i+2).is(aMonth) || p.at(i+2).is(isOf) && p.at(i+3).is(aMonth) {
			return 0 // the next step reads it with its month
		}
		if p.at(i+2).is(aUnit, isOClock, isAM, isPM, isAndHalf) {
			return 0
		}
		return p.dated(day{day: d}, 2)
	}
	return 0
}

// year skips a year after a date and keeps it for the date that comes next.
func (p *parser) year(i int) int {
	n := 0
	if p.at(i).is(isOf) {
		n = 1
	}
	if t := p.at(i + n); t.form == number && t.a >= 1900 {
		p.said.dates = append(p.said.dates, day{year: t.a})
		return n + 1
	}
	return 0
}

// dated notes a date; one that can not be read blocks the answer.
func (p *parser) dated(d day, n int) int {
	if d.day == 0 {
		p.said.blocked = true
	} else {
		p.said.dates = append(p.said.dates, d)
	}
	return n
}

// dayMonth reads two numbers; zero if they may be read in two ways or in none.
func (p *parser) dayMonth(a, b int) day {
	switch {
	case p.DayFirst || a == b || a > 12 && b <= 12:
		return day{day: a, month: b}
	case b > 12 && a <= 12:
		return day{day: b, month: a}
	}
	return day{}
}

// dayNumber reads the number of a day in a month.
func (p *parser) dayNumber(i int) (int, bool) {
	it := p.at(i)
	n := 0
	if m, ok := it.as(anOrdinal); ok {
		n = m.value
	} else if m, ok := it.as(aNumber); ok && m.part == 0 {
		n = m.value
	} else if it.form == number && it.half == 0 {
		n = it.a
	}
	return n, n >= 1 && n <= 31
}
