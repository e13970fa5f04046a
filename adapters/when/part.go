package when

// part is a part of the day. [defaults] says which moment stands for it.
type part int

const (
	noPart part = iota
	morning
	noon
	lunch
	afternoon
	evening
	night    // when people are up: tonight, esta noche
	deep     // when they sleep: nachts, la nuit
	small    // the hours after midnight: madrugada
	midnight // a moment more than a part
)

var parts = map[string]int{
	"morning": int(morning), "noon": int(noon), "lunch": int(lunch), "afternoon": int(afternoon),
	"evening": int(evening), "night": int(night), "deep": int(deep), "small": int(small), "midnight": int(midnight),
}

// defaults are the moments meant when only a part of the day is named, in
// minutes since midnight, and the hour at which the part is over. A part that
// is not here is too vague to be a moment.
var defaults = map[part]struct{ at, over int }{
	morning:   {9 * 60, 12 * 60},
	noon:      {12 * 60, 14 * 60},
	lunch:     {12*60 + 30, 14 * 60},
	afternoon: {15 * 60, 18 * 60},
	evening:   {20 * 60, 24 * 60},
	night:     {20 * 60, 24 * 60},
}

// dayDefault is the moment meant when only a day is named.
const dayDefault = 9 * 60

// hourIn reads the hour of a clock in the light of a part of the day: 9 in the
// evening is 21. Over tells that it belongs to the next day: 1 at night. Not ok: the
// two contradict each other.
func (p part) hourIn(h int) (hour int, over, ok bool) {
	switch p {
	case morning:
		return h, false, h <= 11
	case noon, lunch:
		if h <= 3 && h > 0 {
			h += 12
		}
		return h, false, h >= 11 && h <= 15
	case afternoon:
		if h <= 8 && h > 0 {
			h += 12
		}
		return h, false, h >= 12 && h <= 20
	case evening:
		switch {
		case h%12 == 0:
			return 0, true, true
		case h >= 5 && h <= 11:
			return h + 12, false, true
		}
		return h, false, h >= 17
	case night, deep:
		switch {
		case h%12 == 0:
			return 0, true, true
		case h <= 3 || p == deep && h <= 5:
			return h, true, true
		case h >= 6 && h <= 11:
			return h + 12, false, true
		}
		return h, false, h >= 18
	case small:
		return h, false, h <= 6
	}
	return h, false, false
}
