package when

// class is a kind of meaning.
type class uint8

const (
	aNumber class = iota + 1
	anOrdinal
	aDay      // value: days from today
	aWeekday  // value: time.Weekday
	aShortDay // a weekday's abbreviation that is often another word
	aMonth    // value: 1 to 12
	aFeast    // value: month*100 + day
	aPart     // value: a part
	aPartToday
	aPartTomorrow
	aUnit // value: a unit
	aSpan // value: minutes
	isOne
	isAndHalf
	isHalfPast
	isHalf
	isQuarter
	isPast
	isTo
	isAt
	isAbout
	isIn
	isHence
	isOClock
	isAM
	isPM
	isOf
	isOnDay
	isAnd
	isMinus
	isNext
	isNextWeek
	isThisWeek
	isNow
	isSameTime
	isDuring
	isLater
	isSometime
	isUnsure
	isGone
	isEvery
	isBlock
	isNo
	isNotNow
	isNotToday
	isDecline
	isFine
	isRequest // asks the bot to write, or says that a time fits
	isFiller
)

// roles names the classes of the [is] table.
var roles = map[string]class{
	"one": isOne, "andhalf": isAndHalf, "halfpast": isHalfPast, "half": isHalf, "quarter": isQuarter,
	"past": isPast, "to": isTo, "at": isAt, "about": isAbout, "in": isIn, "hence": isHence,
	"oclock": isOClock, "am": isAM, "pm": isPM, "of": isOf, "onday": isOnDay, "and": isAnd, "minus": isMinus,
	"next": isNext, "nextweek": isNextWeek, "thisweek": isThisWeek, "now": isNow, "sametime": isSameTime,
	"during": isDuring, "later": isLater, "sometime": isSometime, "unsure": isUnsure, "gone": isGone,
	"every": isEvery, "block": isBlock, "no": isNo, "notnow": isNotNow, "nottoday": isNotToday,
	"decline": isDecline, "fine": isFine, "request": isRequest, "filler": isFiller,
}

// unit is a measure of time.
type unit int

const (
	seconds unit = iota
	minutes
	hours
	days
	weeks
	fortnights
	months
	clockHours // also what stands behind the hour of a clock: "21 horas", "2 horas"
)

var units = map[string]int{
	"second": int(seconds), "minute": int(minutes), "hour": int(hours), "day": int(days), "week": int(weeks),
	"fortnight": int(fortnights), "month": int(months), "clockhour": int(clockHours),
}

var weekdays = map[string]int{"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

// meaning is one thing that a phrase can mean.
type meaning struct {
	class class
	value int
	part  float64 // a number's fraction: 0.5 in "anderthalb"
}
