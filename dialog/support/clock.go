package support

import (
	"math"
	"time"
)

// Unknown is the time since, when the person can not or will not say.
const Unknown = time.Duration(math.MinInt64)

// Window is one thing that works only for a while after sex.
type Window struct {
	ID    string // "pep", "copper", "ulipristal", "levonorgestrel"
	State State
	Left  time.Duration // until the window's end; 0 unless State is Open or Late
}

// Key is where the window's sentence stands.
func (w Window) Key() string { return "support.window." + w.ID + "." + string(w.State) }

// State is where in a window somebody is.
type State string

const (
	Open    State = "open"
	Late    State = "late"    // HIV PEP after 48 h: some services no longer start it
	Closed  State = "closed"  // its usual end has passed; a professional may still know a way
	NotSaid State = "unknown" // no time was given
)

// hour bounds, counted from the sex in question. Sources: PEP not after 72 h
// (CDC guideline 2025, stacks.cdc.gov/view/cdc/177225), 48 h on German and
// Swiss pages (aidshilfe-koeln.de, lovelife.ch); copper IUD 5 days
// (contraceptionchoices.org/emergency-contraception); ulipristal 120 h and
// levonorgestrel 72 h (rcemlearning.org/foamed/emergency-contraception).
const (
	pepShort       = 48 * time.Hour
	pepLong        = 72 * time.Hour
	copper         = 5 * 24 * time.Hour
	ulipristal     = 120 * time.Hour
	levonorgestrel = 72 * time.Hour
)

// Windows tells where in each window somebody is, HIV first because its clock
// runs fastest. A bound still belongs to its window: at exactly 72 h one may
// still go. [Unknown] gives every window as NotSaid. A time in the future (less
// than 0) can not be counted from and reports false; ask again.
func Windows(since time.Duration) ([]Window, bool) {
	if since < 0 && since != Unknown {
		return nil, false
	}
	ws := []Window{
		within("pep", since, pepLong),
		within("copper", since, copper),
		within("ulipristal", since, ulipristal),
		within("levonorgestrel", since, levonorgestrel),
	}
	if ws[0].State == Open && since > pepShort {
		ws[0].State = Late
	}
	return ws, true
}

func within(id string, since, end time.Duration) Window {
	switch {
	case since == Unknown:
		return Window{ID: id, State: NotSaid}
	case since > end:
		return Window{ID: id, State: Closed}
	}
	return Window{ID: id, State: Open, Left: end - since}
}

// Clocks are the sentences for the windows in order, closed by the line that
// always stands: ask a pharmacist or doctor.
func Clocks(w Words, ws []Window) []string {
	var lines []string
	for _, x := range ws {
		lines = append(lines, w.say(x.Key(), "left", w.Left(x.Left)))
	}
	return append(lines, w.say("support.window.ask"))
}

// Left is a rest of time in words, rounded down so that nobody counts on an
// hour that is not there.
func (w Words) Left(d time.Duration) string {
	hours := int(d / time.Hour)
	switch {
	case hours < 1:
		return w.say("support.left.less")
	case hours == 1:
		return w.say("support.left.hour")
	case hours < 48:
		return w.say("support.left.hours", "n", number(hours))
	}
	return w.say("support.left.days", "n", number(hours/24))
}
