package when

import (
	"regexp"
	"time"
)

// said is what a text says, before it is known whether it makes sense.
type said struct {
	days      []int // from today
	weekdays  []weekday
	loosedays []weekday // abbreviations that may be another word
	dates     []day
	parts     []part
	clocks    []clockTime
	spans     []span

	nextWeek, thisWeek bool
	now, sameTime      bool

	no, decline, looseDecline bool
	notNow, notToday          bool
	later, sometime, unsure   bool
	blocked                   bool // something in it that forbids to take the rest at its word

	request   bool     // asks to be written to
	strangers []string // words nobody knows here
	fillers   int
	slips     int // misspelt words
	misfits   int // numbers and units that belong to nothing
}

// mute tells whether nothing is said about when, not even no.
func (s *said) mute() bool {
	return !s.timed() && !(s.no || s.decline || s.looseDecline || s.notNow || s.notToday ||
		s.later || s.sometime || s.unsure || s.blocked || s.now)
}

// weekday is a named day; next: "next friday".
type weekday struct {
	day    time.Weekday
	next   bool
	risky  bool // also another word altogether: needs a clock beside it
	filler bool // also a word that says nothing
}

// day is a date; without year or month the next one that fits.
type day struct{ day, month, year int }

// span is an amount of time from now.
type span struct{ months, days, seconds int }

// clockTime is a time on the clock, as written.
type clockTime struct {
	hour, minute int
	half         byte // 'a' for am, 'p' for pm
	exact        bool // the hour can only be meant so: 21, 09:30
	marked       bool // written as a time ("9 Uhr", "9:30"), in a language with a clock of 24 hours
}

// timed tells whether any time is named.
func (s *said) timed() bool {
	return len(s.days)+len(s.weekdays)+len(s.loosedays)+len(s.dates)+len(s.parts)+len(s.clocks)+len(s.spans) > 0 ||
		s.nextWeek || s.sameTime
}

// parser goes through the items of a text once, from left to right.
type parser struct {
	*vocabulary
	items []item
	said  said
	part  bool // a part of the day is named somewhere
}

// parse reads all that tokens say in a language.
func parse(v *vocabulary, tokens []token) *said {
	p := &parser{vocabulary: v, items: v.items(tokens)}
	for _, it := range p.items {
		if m, ok := it.as(aPart); ok && part(m.value) != midnight && part(m.value) != noon || it.is(aPartToday, aPartTomorrow) {
			p.part = true
		}
		if m, ok := it.as(aWeekday); ok && m.part > 0 {
			p.part = true
		}
	}
	for i := 0; i < len(p.items); {
		n := p.date(i)
		if n == 0 {
			n = p.span(i)
		}
		if n == 0 {
			n = p.clock(i)
		}
		if n == 0 {
			n = p.day(i)
		}
		if n == 0 {
			p.rest(p.items[i])
			n = 1
		}
		for _, it := range p.items[i : i+n] {
			if it.misspelt {
				p.said.slips++
			}
		}
		i += n
	}
	return &p.said
}

// at returns item i, one that means nothing past the end.
func (p *parser) at(i int) item {
	if i < 0 || i >= len(p.items) {
		return item{token: token{form: end}}
	}
	return p.items[i]
}

// day reads a day or a part of it at i.
func (p *parser) day(i int) int {
	it := p.items[i]
	s := &p.said
	if m, ok := it.as(aPartToday); ok {
		s.days, s.parts = append(s.days, 0), append(s.parts, part(m.value))
		return 1
	}
	if m, ok := it.as(aPartTomorrow); ok {
		s.days, s.parts = append(s.days, 1), append(s.parts, part(m.value))
		return 1
	}
	d, isDay := it.as(aDay)
	if m, ok := it.as(aPart); ok && (!isDay || len(s.days)+len(s.weekdays)+len(s.dates) > 0) {
		s.parts = append(s.parts, part(m.value)) // in "Freitag Morgen" it is no day
		return 1
	}
	if isDay {
		s.days = append(s.days, d.value)
		return 1
	}
	if m, ok := it.as(aFeast); ok {
		s.dates = append(s.dates, day{m.value % 100, m.value / 100, 0})
		return 1
	}
	n := 0
	next := it.is(isNext) && !it.is(isFiller)
	if next {
		n = 1
		it = p.at(i + 1)
	}
	m, firm := it.as(aWeekday)
	if !firm {
		var ok bool
		if m, ok = it.as(aShortDay); !ok {
			return 0
		}
	}
	n++
	if p.at(i + n).is(isNext) {
		n, next = n+1, true
	}
	wd := weekday{day: time.Weekday(m.value), next: next, risky: it.is(isBlock), filler: it.is(isFiller)}
	if firm {
		s.weekdays = append(s.weekdays, wd)
	} else {
		s.loosedays = append(s.loosedays, wd)
	}
	if m.part > 0 {
		s.parts = append(s.parts, part(m.part))
	}
	if p.numbersDay(i + n) {
		s.dates = append(s.dates, day{day: p.at(i + n).a})
		n++
	}
	return n
}

// numbersDay tells whether the number at i, right after a weekday, is a day of
// the month: "viernes 4 a las 9".
func (p *parser) numbersDay(i int) bool {
	it, next := p.at(i), p.at(i+1)
	return it.form == number && it.half == 0 && it.a >= 1 && it.a <= 31 && !p.part && next.form != number &&
		!next.is(aUnit, aMonth, isOf, isOClock, isAM, isPM, isAndHalf, isAnd, isMinus, isPast, isTo)
}

// rest takes note of an item that is no time.
func (p *parser) rest(it item) {
	s := &p.said
	s.request = s.request || it.is(isRequest, isFine)
	soft := it.is(isFiller, isRequest, isFine, isOf, isAnd, isOne, isAt, isAbout, isIn, isOnDay, isDuring) || it.is(isTo) && p.LooseTo
	switch {
	case it.form == refusal:
		s.decline = true
	case it.is(isDecline) && soft:
		s.looseDecline = true
	case it.is(isDecline):
		s.decline = true
	case it.is(isNotNow):
		s.notNow = true
	case it.is(isNotToday):
		s.notToday = true
	case it.is(isNo):
		s.no = true
	case it.is(isUnsure):
		s.unsure = true
	case it.is(isGone, isEvery, isBlock):
		s.blocked = true
	case it.is(isLater):
		s.later = true
	case it.is(isSometime):
		s.sometime = true
	case it.is(isSameTime):
		s.sameTime = true
	case it.is(isNextWeek):
		s.nextWeek = true
	case it.is(isThisWeek):
		s.thisWeek = true
	case it.is(isNow):
		s.now = true
	case soft:
		s.fillers++
	case it.is(isAM, anOrdinal) && !it.is(aUnit):
		s.fillers++ // "I am", "first"
	case it.is(aNumber) && it.form == word && mustBeOne(it):
		s.fillers++ // an article
	case it.is(aMonth) && len(it.text) <= 3:
		s.strangers = append(s.strangers, it.text) // "may" without a number is another word
	case it.meanings == nil && it.form == word && sigh.MatchString(it.text):
		s.fillers++
	case it.meanings == nil && it.form == word:
		s.strangers = append(s.strangers, it.text)
	default:
		s.blocked = true // a number, a unit, half of a time
		s.misfits++
	}
}

// sigh is a sound and no word: "ehm", "hmmm", "ahh".
var sigh = regexp.MustCompile(`^(?:[aeou]{1,3}h+m*|h+m+|h?m{2,}h*m*|[hp]?u+f+|pf+)$`)

func mustBeOne(it item) bool {
	m, _ := it.as(aNumber)
	return m.value == 1 && m.part == 0
}
