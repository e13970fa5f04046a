package when

import (
	"slices"
	"strconv"
	"strings"
)

// span reads an amount of time from now at i ("in an hour and a half", "20
// min") and tells how many items it takes, 0 for none.
func (p *parser) span(i int) int {
	k, led, during := i, false, false
	for ; p.at(k).is(isIn, isDuring, isAbout); k++ {
		led = led || p.at(k).is(isIn)
		during = during || p.at(k).is(isDuring) && !p.at(k).is(isIn)
	}
	var sum span
	var last unit = -1
	parts, bare := 0, true // bare: could be a clock as well, or no time at all
	for {
		e := k
		if parts > 0 && p.at(e).is(isAnd) {
			e++
		}
		s, u, n := p.amount(e, last)
		if n == 0 {
			break
		}
		sum.months, sum.days, sum.seconds = sum.months+s.months, sum.days+s.days, sum.seconds+s.seconds
		bare = bare && (u == clockHours || u >= days && sum.days+sum.months*30 < 8 && s.days <= 1)
		last, k = u, e+n
		parts++
	}
	if parts == 0 {
		return 0
	}
	if p.at(k).is(isHence) {
		led = true
		k++
	}
	few := p.BareHours && last == clockHours && parts == 1 && sum.seconds <= 6*3600 && !p.part
	if bare && !led && !during && !few {
		return 0
	}
	if during && !led || sum.seconds > 1e8 || sum.days > 1e5 || sum.months > 1e3 {
		p.said.blocked = true
	}
	p.said.spans = append(p.said.spans, sum)
	return k - i
}

// amount reads one number with its unit at i. After hours a number without unit
// is minutes.
func (p *parser) amount(i int, after unit) (s span, u unit, n int) {
	it := p.at(i)
	if m, ok := it.as(aSpan); ok {
		return span{seconds: m.value * 60}, minutes, 1
	}
	if it.form == clock && it.hour {
		return span{seconds: it.a*3600 + it.b*60}, clockHours, 1
	}
	f, ok := p.quantity(i)
	if !ok {
		return span{}, 0, 0
	}
	e := i + 1
	if p.at(e).is(isAndHalf) {
		f += 0.5
		e++
	}
	m, ok := p.at(e).as(aUnit)
	if !ok {
		if (after == hours || after == clockHours) && it.form == number && f < 60 && f >= 5 && !p.at(e).is(isOClock, isAM, isPM, isPast, isTo, isHalf) {
			return span{seconds: int(f) * 60}, after, e - i
		}
		return span{}, 0, 0
	}
	e++
	if p.at(e).is(isAndHalf) {
		f += 0.5
		e++
	}
	u = unit(m.value)
	if (u == hours || u == clockHours) && p.at(e).is(isAnd) && p.at(e+1).is(isQuarter) {
		f += 0.25
		e += 2
	}
	if u == days && it.form == word && slices.Contains(p.DayIdioms, int(f)) {
		p.said.blocked = true
	}
	return measure(f, u), u, e - i
}

// quantity reads a number that may have a fraction.
func (p *parser) quantity(i int) (float64, bool) {
	it := p.at(i)
	switch {
	case it.form == number && it.half == 0:
		return float64(it.a), true
	case it.form == pair:
		f, err := strconv.ParseFloat(strings.TrimSuffix(strings.Replace(it.token.text, ",", ".", 1), "."), 64)
		return f, err == nil
	}
	if m, ok := it.as(aNumber); ok {
		return float64(m.value) + m.part, true
	}
	return 1, it.is(isOne)
}

// measure turns an amount into a span. Whole days are kept apart from seconds: a day is
// not always 24 hours long.
func measure(f float64, u unit) span {
	whole := f == float64(int(f))
	switch u {
	case seconds:
		return span{seconds: int(f)}
	case minutes:
		return span{seconds: int(f * 60)}
	case hours, clockHours:
		return span{seconds: int(f * 3600)}
	case weeks:
		f *= 7
	case fortnights:
		f *= 14
	case months:
		if whole {
			return span{months: int(f)}
		}
		f *= 30
	}
	if f == float64(int(f)) {
		return span{days: int(f)}
	}
	return span{seconds: int(f * 86400)}
}
