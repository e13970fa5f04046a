package when

// clock reads a time of day at i ("at 9", "halb acht", "21h30", "diez menos
// cuarto") and tells how many items it takes, 0 for none.
func (p *parser) clock(i int) int {
	k, led := i, false
	for ; p.at(k).is(isAt, isAbout); k++ {
		led = true
	}
	c, n := p.turned(k)
	if n == 0 {
		c, n = p.plain(k, led)
	}
	if n == 0 {
		return 0
	}
	k += n
	if p.at(k).is(isAM, isPM) && c.half == 0 {
		c.half = 'p'
		if p.at(k).is(isAM) {
			c.half = 'a'
		}
		k++
	}
	if c.hour > 24 || c.minute > 59 || c.hour == 24 && c.minute > 0 {
		p.said.blocked = true
	}
	p.said.clocks = append(p.said.clocks, c)
	return k - i
}

// turned reads a clock that begins with its minutes or its half: "ten past
// eight", "half eight", "fünf vor halb acht", "cuarto para las nueve".
func (p *parser) turned(i int) (clockTime, int) {
	k, shift, moved := i, 0, false
	if n, ok := p.minutes(k); ok {
		e := k + 1
		if m, ok := p.at(e).as(aUnit); ok && unit(m.value) == minutes {
			e++
		}
		past := p.at(e).is(isPast)
		if !past && !p.at(e).is(isTo) {
			return clockTime{}, 0
		}
		shift, moved = n, true
		if !past {
			shift = -n
		}
		k = e + 1
		if !p.at(k).is(isHalf) && p.at(i).form == number && !past && n < 12 && p.at(k).form == number && p.at(k).a > n {
			return clockTime{}, 0 // "8 to 9" is a stretch of time
		}
	}
	switch {
	case p.at(k).is(isHalfPast) && !moved:
		shift, moved = 30, true
		k++
	case p.at(k).is(isHalf) && p.HalfMeans != 0:
		shift, moved = shift+p.HalfMeans, true
		k++
	}
	if !moved {
		return clockTime{}, 0
	}
	for p.at(k).is(isAt) {
		k++
	}
	h, _ := p.hour(k)
	c := clockTime{hour: h, half: p.at(k).half, exact: h >= 13}
	k++
	if h < 0 || p.at(k).is(aUnit) && !p.isClockHour(k) {
		return clockTime{}, 0
	}
	if p.at(k).is(isOClock) || p.isClockHour(k) {
		k++
	}
	return c.moved(shift), k - i
}

// moved shifts a clock by minutes, on the same dial.
func (c clockTime) moved(by int) clockTime {
	dial := 12 * 60
	if c.exact {
		dial = 24 * 60
	}
	t := ((c.hour*60+c.minute+by)%dial + dial) % dial
	if !c.exact && t < 60 {
		t += dial
	}
	c.hour, c.minute = t/60, t%60
	return c
}

// plain reads a clock that begins with its hour.
func (p *parser) plain(i int, led bool) (clockTime, int) {
	it := p.at(i)
	if m, ok := it.as(aPart); ok && (part(m.value) == noon || part(m.value) == midnight) {
		by, n := p.tail(i+1, true)
		if n == 0 {
			return clockTime{}, 0
		}
		c := clockTime{hour: 12, exact: true}
		if part(m.value) == midnight {
			c.hour = 0
		}
		return c.moved(by), n + 1
	}
	switch {
	case it.form == clock:
		n := 1
		if p.at(i+1).is(isOClock) || p.isClockHour(i+1) {
			n = 2
		}
		return clockTime{hour: it.a, minute: it.b, half: it.half, exact: it.a >= 13 || it.a == 0 || it.zero, marked: p.Clock24}, n
	case it.form == pair && it.a < 24 && it.b < 60 && it.text[len(it.text)-1] != '.' && twoDigits(it.text):
		n := 1
		if p.at(i+1).is(isOClock) || p.isClockHour(i+1) {
			n = 2
		}
		return clockTime{hour: it.a, minute: it.b, exact: it.a >= 13 || it.a == 0 || it.zero, marked: p.Clock24}, n
	}
	h, inWords := p.hour(i)
	if h < 0 || p.at(i+1).is(aMonth) || p.at(i+1).is(isOf) && p.at(i+2).is(aMonth) {
		return clockTime{}, 0
	}
	c := clockTime{hour: h, half: it.half, exact: h >= 13 || h == 0 || it.zero}
	k := i + 1
	sure := led || p.part || it.half != 0
	if p.at(k).is(isOClock) || p.isClockHour(k) {
		c.marked = p.Clock24
		sure = true
		k++
	} else if p.at(k).is(aUnit) {
		return clockTime{}, 0
	}
	if by, n := p.tail(k, inWords || k > i+1 || sure); n > 0 {
		c = c.moved(by)
		sure = true
		k += n
		if p.at(k).is(isOClock) || p.isClockHour(k) {
			c.marked = p.Clock24
			k++
		}
	}
	if p.at(k).is(isOClock) || p.at(k).text == "ish" {
		sure = true
		k++
	}
	if !sure && !p.at(k).is(isAM, isPM) {
		return clockTime{}, 0
	}
	return c, k - i
}

// tail reads the minutes after an hour. Digits count only if the hour was
// surely an hour.
func (p *parser) tail(i int, sure bool) (minutes, n int) {
	switch it := p.at(i); {
	case it.is(isAndHalf):
		return 30, 1
	case it.is(isAnd) && p.at(i+1).is(isQuarter):
		return 15, 2
	case it.is(isAnd) && p.AndMinutes && p.at(i+1).form == word:
		if m, ok := p.minutes(i + 1); ok && m%5 == 0 && !p.at(i+2).is(aUnit) {
			return m, 2
		}
	case it.is(isMinus):
		if m, ok := p.minutes(i + 1); ok {
			return -m, 2
		}
	case sure && it.half == 0 && (it.form == number && len(it.text) == 2 && !it.ordinal || it.form == word):
		if m, ok := p.minutes(i); ok && m >= 10 && !it.is(isQuarter) && !p.at(i+1).is(aUnit, aMonth, isPast, isTo) {
			return m, 1
		}
	}
	return 0, 0
}

// minutes reads a number of minutes before or after an hour.
func (p *parser) minutes(i int) (int, bool) {
	it := p.at(i)
	if it.is(isQuarter) {
		return 15, true
	}
	if m, ok := it.as(aNumber); ok && m.part == 0 && m.value > 0 && m.value < 60 {
		return m.value, true
	}
	return it.a, it.form == number && it.half == 0 && it.a > 0 && it.a < 60
}

// hour reads the number of an hour, -1 for none; inWords tells that it was
// written out.
func (p *parser) hour(i int) (h int, inWords bool) {
	it := p.at(i)
	if m, ok := it.as(aNumber); ok && m.part == 0 && m.value <= 24 && it.form == word {
		return m.value, true
	}
	if it.form == number && it.a <= 24 && (!it.ordinal || it.text[len(it.text)-1] == '.') {
		return it.a, false
	}
	return -1, false
}

// isClockHour tells whether item i is the mark of an hour: "21 horas", "21h".
func (p *parser) isClockHour(i int) bool {
	m, ok := p.at(i).as(aUnit)
	return ok && unit(m.value) == clockHours
}

// twoDigits tells whether the minutes of 8.30 are two digits.
func twoDigits(s string) bool {
	return len(s) >= 3 && (s[len(s)-3] == '.' || s[len(s)-3] == ',')
}
