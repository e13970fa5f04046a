package aftercare_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/neutral"
)

// The oracle reads what a witness wrote down in a year and says what was not
// right about it. It knows the promise made to people, and nothing of how the
// bot keeps it.

// fact is one thing that was done, asked, agreed or said.
type fact struct {
	at        time.Time
	what      string
	kind, enc string
	when      time.Time // noted: the moment; agree: the time; pause: its end, zero: none
	asked     string    // agree: what they chose
	typed     time.Time // agree: the moment they typed
	moved     bool      // agree: it had been planned for another time
	zone      string    // lives
	from, to  int       // lives: quiet hours in minutes of the day
	text      string    // arrive
	labels    []string
}

// promise is a message that was agreed on.
type promise struct {
	kind  string
	when  time.Time
	zone  string // whose clock on the wall that was
	typed bool
	made  time.Time
	broke string // what ended it before it came
	over  time.Time
}

// about is what the oracle knows of one encounter.
type about struct {
	last     time.Time // the latest moment told of
	promises []*promise
	came     int         // counted messages
	times    []time.Time // all that came or was lost
	answers  []time.Time
	first    time.Time
	repeated bool
	counted  bool
	text     string
	answered time.Time
	stopped  map[string]bool // kinds that were taken out
	open     time.Time       // when it counts as unanswered; zero: not waiting
}

// span is a time in which nothing may come, and why.
type span struct {
	from, to time.Time
	why      string
}

type oracle struct {
	filter *neutral.Filter
	zone   string
	from   int
	to     int
	enc    map[string]*about
	all    []*about
	booked []*promise  // all that were agreed on within the ceilings
	came   []time.Time // what counts for the ceilings
	any    []time.Time // all that came or was lost
	tried  []time.Time // what was on its way and may have been taken back
	try    time.Time   // the last of them
	late   []time.Time // when the host was to look and did not, for hours
	quiet  []span
	moves  []time.Time
	missed int
	words  time.Time // when they last chose a line
	voice  time.Time // when the person was last heard
	now    time.Time
	wrong  []string
	counts map[string]int
	news   []*news   // what others have sent and nobody has looked at
	later  time.Time // when they want to hear of it; zero: no word of that
	owed   bool      // and have not looked since
}

const (
	useful   = 60 * time.Hour // a message comes this long after its time at most
	hostLate = 6 * time.Hour
)

var kinds = []string{"first", "second", "recheck", "snoozed", "snoozed second", "snoozed recheck"}

// free tells whether a person named the time themselves: it counts for no ceiling.
func free(kind string) bool { return strings.HasPrefix(kind, "snoozed") }

func judge(log []fact, filter *neutral.Filter, end time.Time, counts map[string]int) []string {
	o := &oracle{filter: filter, enc: map[string]*about{}, counts: counts}
	for _, f := range log {
		o.now = f.at
		o.settle(f.at)
		o.read(f)
	}
	o.now = end
	o.settle(end.AddDate(1, 0, 0))
	return o.wrong
}

func (o *oracle) bad(format string, args ...any) {
	o.wrong = append(o.wrong, o.now.Format("2006-01-02 15:04:05Z ")+fmt.Sprintf(format, args...))
}

func (o *oracle) about(id string) *about {
	if o.enc[id] == nil {
		o.enc[id] = &about{stopped: map[string]bool{}}
		o.all = append(o.all, o.enc[id])
	}
	return o.enc[id]
}

func (o *oracle) read(f fact) {
	switch f.what {
	case "lives":
		if o.zone != "" && o.zone != f.zone {
			o.moves = append(o.moves, f.at)
			o.counts["moves to another zone"]++
		}
		o.zone, o.from, o.to = f.zone, f.from, f.to
	case "noted":
		o.counts["encounters told of"]++
		e := o.about(f.enc)
		if f.when.After(e.last) {
			e.last = f.when
		}
	case "agree":
		o.agree(f)
	case "asked":
		if !slices.ContainsFunc(o.all, func(e *about) bool {
			return slices.ContainsFunc(e.promises, func(p *promise) bool { return p.broke == "" && strings.HasPrefix(p.kind, f.kind) })
		}) {
			o.bad("a %s was asked for (%s) and nothing is planned", f.kind, f.asked)
		}
	case "arrive", "lost":
		if strings.HasSuffix(f.kind, "word") {
			o.knock(f)
		} else {
			o.arrive(f)
		}
	case "word", "word later", "looked", "unlinked":
		o.word(f)
	case "late":
		o.late = append(o.late, f.when)
	case "tried":
		if f.at.Sub(o.try) > 3*time.Hour {
			o.tried = append(o.tried, f.at)
		}
		o.try = f.at
	case "answer":
		o.counts["check-ins answered"]++
		e := o.about(f.enc)
		e.answered, e.open = f.at, time.Time{}
		e.answers = append(e.answers, f.at)
		o.heard()
		o.end(e, "answered", "first", "snoozed")
		if f.kind == "again" {
			o.end(e, "answered", "second", "snoozed second")
		}
	case "drop":
		o.counts["dropped by the person"]++
		e := o.about(f.enc)
		o.reacted(e)
		for _, kind := range append(kinds, "repeat") {
			e.stopped[kind] = true
		}
		o.end(e, "dropped", kinds...)
	case "remove":
		o.counts["taken out of the plan"]++
		e := o.about(f.enc)
		o.reacted(e)
		e.stopped[f.kind] = true
		o.end(e, "taken out", f.kind)
	case "put off":
		o.reacted(o.about(f.enc))
	case "pause", "hold", "stop":
		o.counts["told to "+f.what]++
		if f.what == "stop" { // takes what is on its way; whether more may come is asked then
			o.quiet = append(o.quiet, span{f.at, f.at, "stop"})
			return
		}
		o.shut(f.what, f.when)
	case "blocked":
		o.shut("blocked", time.Time{})
	case "unblocked":
		o.lift("blocked")
	case "back", "unpause":
		o.counts["came back from a pause"]++
		o.heard()
		o.lift("pause")
		if f.what == "back" {
			o.lift("hold")
		}
		o.lift("silence")
	case "silenced":
		o.counts["silenced after two unanswered"]++
		if n := o.ignored(); n < 2 {
			o.bad("silenced, though only %d stayed unanswered", n)
		}
		o.shut("silence", time.Time{})
	case "reworded":
		o.words = f.at
	case "gone":
		o.counts["erased"]++
		for _, e := range o.all {
			o.end(e, "erased", kinds...)
		}
		o.news, o.later = nil, time.Time{}
		o.settle(o.now.AddDate(1, 0, 0))
		*o = oracle{filter: o.filter, enc: map[string]*about{}, counts: o.counts, wrong: o.wrong, now: o.now}
	}
}

func (o *oracle) shut(why string, until time.Time) {
	if why == "pause" {
		o.lift("pause") // the newer word holds
		o.lift("silence")
	}
	o.quiet = append(o.quiet, span{o.now, until, why})
}

func (o *oracle) lift(why string) {
	for i := range o.quiet {
		if s := &o.quiet[i]; s.why == why && (s.to.IsZero() || s.to.After(o.now)) {
			s.to = o.now
		}
	}
}

func (o *oracle) end(e *about, why string, kinds ...string) {
	for _, p := range e.promises {
		if p.broke == "" && slices.Contains(kinds, p.kind) {
			p.broke, p.over = why, o.now
		}
	}
}

// promise is the open one of that kind, or nil.
func (e *about) promise(kind string) *promise {
	for _, p := range e.promises {
		if p.kind == kind && p.broke == "" {
			return p
		}
	}
	return nil
}

// agree checks what was agreed against what was asked for.
func (o *oracle) agree(f fact) {
	e := o.about(f.enc)
	after := f.when.Sub(e.last)
	p := e.promise(f.kind)
	again := f.kind == "recheck" && f.when.Sub(o.outOfQuiet(f.at.Add(24*time.Hour))).Abs() <= time.Minute
	if p != nil && f.asked == "" && !again { // moved, by a move or by what was told meanwhile
		was := dialog.Instant(dialog.Wall(p.when, p.zone), o.zone) // who moved took the hour along
		if f.when.Before(was.Add(-time.Minute)) || f.when.Sub(was) > useful {
			o.bad("%s moved from %v to %v", f.kind, was, f.when)
		}
		p.when, p.zone = f.when, o.zone
		return
	}
	if p != nil { // what became of it, nobody was told
		p.broke, p.over = "agreed anew", f.at
	}
	wall := f.when.In(location(o.zone))
	minute := wall.Hour()*60 + wall.Minute()
	switch {
	case len(clockChanges(o.zone, f.when.Add(-2*time.Hour), f.when)) > 0: // an hour that comes twice is waited out
	case o.isQuiet(f.when) && o.isQuiet(f.when.Add(-time.Second)): // rounded up by less
		o.bad("%s planned for %v, in quiet hours", f.kind, wall)
	case f.kind == "first" && f.typed.IsZero():
		want := map[string]int{"noon": 12*60 + 30, "evening": 20 * 60}[f.asked]
		if after < 8*time.Hour-time.Second || after > 72*time.Hour && f.when.Sub(f.at) > 48*time.Hour {
			o.bad("first planned %v after", after)
		}
		turning := f.at.In(location(o.zone)).Format("15:04") // the two times change places in this minute
		if f.asked != "" && minute != want && minute != o.to && turning != "12:30" && turning != "20:00" {
			o.bad("first planned for %v, asked was %s", wall, f.asked)
		}
	case f.kind == "first":
		want := f.typed
		if least := e.last.Add(3 * time.Hour); want.Before(least) {
			want = least
		}
		if want = o.outOfQuiet(want); f.when.Sub(want).Abs() > time.Minute {
			o.bad("first typed for %v and planned for %v", want, f.when)
		}
	case f.kind == "second":
		if after < 36*time.Hour-time.Second || after > 72*time.Hour+15*time.Hour && f.when.Sub(f.at) > 48*time.Hour {
			o.bad("second planned %v after", after)
		}
	case f.kind == "recheck":
		if want := o.outOfQuiet(f.at.Add(24 * time.Hour)); f.when.Sub(want).Abs() > time.Minute {
			o.bad("recheck planned for %v", f.when)
		}
	case f.kind == "snoozed":
		o.snooze(f, minute)
		o.end(e, "put off", "first", "snoozed")
	case free(f.kind):
		o.snooze(f, minute)
		o.end(e, "put off", f.kind)
	}
	if f.kind == "first" || free(f.kind) {
		e.stopped["repeat"] = false
	}
	if f.kind == "first" {
		e.answered = time.Time{}
	}
	e.stopped[f.kind] = false
	o.counts["agreed: "+f.kind]++
	e.promises = append(e.promises, &promise{kind: f.kind, when: f.when, zone: o.zone, made: f.at, typed: !f.typed.IsZero()})
	if !free(f.kind) {
		o.booked = append(o.booked, e.promises[len(e.promises)-1])
	}
}

func (o *oracle) snooze(f fact, minute int) {
	o.counts["snoozed until "+f.asked]++
	want := f.typed
	switch f.asked {
	case "hour":
		want = f.at.Add(time.Hour)
	case "tonight":
		if minute != 20*60 && minute != o.to || f.when.Sub(f.at) > 48*time.Hour {
			o.bad("put off until the evening, planned for %v", f.when)
		}
		return
	case "tomorrow":
		if minute != 12*60+30 && minute != o.to || f.when.Sub(f.at) > 48*time.Hour {
			o.bad("put off until tomorrow, planned for %v", f.when)
		}
		return
	}
	if want = o.outOfQuiet(want); f.when.Sub(want).Abs() > time.Minute {
		o.bad("put off until %v (%s), planned for %v", want, f.asked, f.when)
	}
}

// arrive checks a message against everything that forbids it.
func (o *oracle) arrive(f fact) {
	e := o.about(f.enc)
	o.counts[f.what+": "+f.kind]++
	o.unasked(f, e)
	if e.stopped[f.kind] {
		o.bad("%s came, though it was taken out", f.kind)
	}
	if !e.answered.IsZero() && (f.kind == "first" || f.kind == "repeat") {
		o.bad("%s came after the answer", f.kind)
	}
	p := e.promise(f.kind)
	switch {
	case f.kind == "repeat":
		o.repeat(f, e)
	case p == nil:
		o.bad("%s came, and nobody had agreed to it", f.kind)
	default:
		if f.kind == "first" && !p.typed && f.at.Sub(e.last) < 8*time.Hour-time.Second {
			o.bad("first came %v after", f.at.Sub(e.last))
		}
		if f.kind == "second" && f.at.Sub(e.last) < 36*time.Hour-time.Second {
			o.bad("second came %v after", f.at.Sub(e.last))
		}
		o.inTime(f, p)
		p.broke, p.over = f.what, f.at
	}
	e.times = append(e.times, f.at)
	if f.kind == "second" && e.answered.IsZero() {
		e.open = f.at.Add(23 * time.Hour)
	}
	if f.kind == "first" || free(f.kind) && e.answered.IsZero() {
		e.first, e.text, e.open = f.at, f.text, f.at.Add(47*time.Hour)
	}
	if e.counted {
		e.open = time.Time{}
	}
	o.any = append(o.any, f.at)
}

// unasked checks what holds for whatever comes unasked.
func (o *oracle) unasked(f fact, e *about) {
	here := location(o.zone)
	wall := f.at.In(here)
	if o.isQuiet(f.at) {
		o.bad("%s came at %s, in quiet hours (%s)", f.kind, wall.Format("15:04"), o.zone)
	}
	for _, s := range o.quiet {
		if !f.at.Before(s.from) && (s.to.IsZero() || f.at.Before(s.to)) {
			o.bad("%s came after %s (since %v)", f.kind, s.why, s.from)
		}
	}
	if o.unanswered() >= 2 {
		o.bad("%s came after two encounters without an answer", f.kind)
	}
	if !free(f.kind) {
		o.ceilings(f, e, here)
		for _, x := range o.all {
			if d := f.at.Sub(x.last); d >= -time.Second && d < 3*time.Hour-time.Second {
				o.bad("%s came %v after an encounter", f.kind, d)
			}
		}
	}
	if f.what == "arrive" {
		if err := o.filter.Check(f.text); err != nil {
			o.bad("a line that does not pass: %v", err)
		}
		for _, label := range f.labels {
			if err := o.filter.Check(label); err != nil {
				o.bad("a button that does not pass: %v", err)
			}
		}
	}
}

func (o *oracle) inTime(f fact, p *promise) {
	moved := o.spread(p) > 0
	early, late := p.when.Add(-time.Minute), p.when.Add(useful+hostLate)
	if f.kind == "repeat" {
		early = early.Add(-26 * time.Hour)
	}
	if moved { // the same hour of the day, in another place
		early, late = early.Add(-26*time.Hour), late.Add(26*time.Hour)
	}
	switch d := f.at.Sub(p.when); {
	case f.at.Before(early):
		o.bad("%s came at %v, agreed was %v", f.kind, f.at, p.when)
	case f.at.After(late):
		o.bad("%s came %v late", f.kind, d)
	case d < 5*time.Minute:
		o.counts["on time"]++
	default:
		o.counts["moved, by quiet hours, ceiling, zone, host or platform"]++
	}
}

func (o *oracle) ceilings(f fact, e *about, here *time.Location) {
	day, week := 1, o.week(f.at)+1
	for _, at := range o.came {
		if sameDay(at.In(here), f.at.In(here)) {
			day++
		}
	}
	e.came++
	if day > 1 {
		o.bad("%s is number %d of the day", f.kind, day)
	}
	if week > 3 {
		o.bad("%s is number %d in seven days", f.kind, week)
	}
	if e.came > 3 {
		o.bad("%s is number %d of the encounter", f.kind, e.came)
	}
	o.came = append(o.came, f.at)
}

// week counts what came in the seven days before.
func (o *oracle) week(before time.Time) (n int) {
	for _, at := range o.came {
		if before.Sub(at) < 7*24*time.Hour {
			n++
		}
	}
	return n
}

func (o *oracle) repeat(f fact, e *about) {
	here := location(o.zone)
	p := e.promise("first")
	if p == nil {
		p = e.promise("snoozed")
	}
	switch a, b := e.first.In(here), f.at.In(here); {
	case p != nil: // the message itself never got through
		o.counts["came a day later, in the place of the first"]++
		p.when = p.when.Add(26 * time.Hour)
		o.inTime(f, p)
		p.broke, p.over, e.text, e.first = f.what, f.at, f.text, f.at
	case e.first.IsZero():
		o.bad("a repeat of nothing")
	case e.repeated:
		o.bad("a second repeat")
	case wallSince(a, b) < 24*time.Hour-time.Minute && !slices.ContainsFunc(o.moves, func(at time.Time) bool { return at.After(e.first) }):
		o.bad("a repeat after %v", f.at.Sub(e.first))
	case f.what == "arrive" && e.text != "" && f.text != e.text && f.at.Sub(o.words) > 5*24*time.Hour:
		o.bad("a repeat with another line")
	}
	e.repeated, e.open = true, f.at.Add(23*time.Hour)
}
