package aftercare_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// A soul is one person of the simulated year: they live, tell the bot of it, and
// answer or do not. The bot's side is stored as bytes between any two events.
type soul struct {
	script *dialog.Script
	rng    *rand.Rand
	seed   uint64
	zones  []string
	end    time.Time
	bent   func(*soul)     // what a test breaks after each event; nil: nothing
	moved  map[string]bool // messages that it has broken already

	now   time.Time
	blob  []byte
	state *dialog.State // what blob says; only read
	n     int
	plans []wish // what they are going to do, soonest first
	habit int    // of those who answer: 0 at once, 1 late, 2 half, 3 never
	log   []fact // what a witness would write down

	zone     string
	home     string // the zone they are telling the bot of
	from, to int
	typed    time.Time         // the moment they asked for in so many words, in this conversation
	asked    string            // what they chose for it, in this conversation
	askedFor string            // first, snoozed
	marks    map[uint32]string // what each nudge was about
	outage   time.Time         // the platform takes nothing until then
	hurt     bool
	screen   dialog.Message
	ref      dialog.Ref
	friend   *friend
	code     string // of the invite they made last
	events   int
	fault    string
}

// wish is something a person will do at a time.
type wish struct {
	at time.Time
	do func()
}

func newSoul(script *dialog.Script, seed uint64, zones []string, from, to time.Time) *soul {
	s := &soul{script: script, rng: rand.New(rand.NewPCG(seed, 7)), seed: seed, zones: zones, now: from, end: to, from: 22 * 60, to: 9 * 60, marks: map[uint32]string{}, moved: map[string]bool{}}
	s.zone = zones[s.rng.IntN(len(zones))]
	s.habit = s.pick(40, 20, 12, 28)
	s.wish(s.dur(time.Minute, 72*time.Hour), s.meet)
	if s.chance(60) {
		s.friend = &friend{s: s}
		s.wish(s.dur(72*time.Hour, 20*24*time.Hour), s.linkUp)
		s.wish(s.dur(72*time.Hour, 40*24*time.Hour), s.friend.act)
	}
	return s
}

// live lives until the end of the year.
func (s *soul) live() {
	for s.fault == "" {
		alarm := time.Time{}
		if s.state != nil {
			if alarm = s.state.Alarm(); !alarm.IsZero() {
				alarm = alarm.Add(s.late())
			}
		}
		switch {
		case len(s.plans) > 0 && (alarm.IsZero() || s.plans[0].at.Before(alarm)):
			w := s.plans[0]
			s.plans = s.plans[1:]
			if w.at.After(s.end) {
				return
			}
			s.tick(w.at)
			w.do()
		case alarm.IsZero() || alarm.After(s.end):
			return
		default:
			if due := s.state.Alarm(); alarm.Sub(due) > time.Hour {
				s.note(fact{what: "late", when: due})
			}
			s.tick(alarm)
			s.do(dialog.Event{Kind: dialog.Alarm})
		}
	}
}

// late is how late the host is for the alarm of this very state: mostly a
// moment, now and then minutes or hours. It is the same when asked again.
func (s *soul) late() time.Duration {
	r := rand.New(rand.NewPCG(s.seed, uint64(s.state.Alarm().Unix())))
	switch k := r.IntN(100); {
	case k < 85:
		return time.Duration(r.IntN(2000)) * time.Millisecond
	case k < 95:
		return time.Duration(r.IntN(40)) * time.Minute
	}
	return time.Duration(r.IntN(5*60)) * time.Minute
}

func (s *soul) tick(to time.Time) {
	if to.After(s.now) {
		s.now = to
	}
}

func (s *soul) wish(in time.Duration, do func()) {
	at := s.now.Add(in)
	i, _ := slices.BinarySearchFunc(s.plans, at, func(w wish, at time.Time) int { return w.at.Compare(at) })
	s.plans = slices.Insert(s.plans, i, wish{at, do})
}

func (s *soul) dur(from, to time.Duration) time.Duration {
	return from + time.Duration(s.rng.Int64N(int64(to-from)))
}

// pick chooses by weight.
func (s *soul) pick(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	k := s.rng.IntN(sum)
	for i, w := range weights {
		if k -= w; k < 0 {
			return i
		}
	}
	return 0
}

func (s *soul) chance(percent int) bool { return s.rng.IntN(100) < percent }

// do lets an event happen and delivers what follows, or fails to.
func (s *soul) do(ev dialog.Event) {
	if s.fault != "" || s.blob == nil && ev.Kind != dialog.Command && ev.Kind != dialog.Text {
		return
	}
	s.n++
	s.events++
	switch ev.Kind {
	case dialog.Alarm, dialog.Sent, dialog.Partner, dialog.ToldWord:
	default:
		ev.ID, ev.At = fmt.Sprint(s.n), s.now
	}
	was := s.planned()
	links, asks := s.links()
	flow, _ := s.question()
	next, out, err := s.script.Apply(s.blob, "test:soul", s.seed, ev, s.now)
	if err != nil {
		s.fault = fmt.Sprintf("%v: %v", ev.Kind, err)
		return
	}
	if s.n%50 == 0 {
		if twice, _, _ := s.script.Apply(s.blob, "test:soul", s.seed, ev, s.now); !bytes.Equal(next, twice) {
			s.fault = "the same step gave other bytes the second time"
		}
	}
	if out.Erase {
		s.blob, s.state, s.screen = nil, nil, dialog.Message{}
		s.from, s.to = 22*60, 9*60
		s.note(fact{what: "gone"})
		s.tellWords(out.Words)
		return
	}
	away := s.state != nil && s.plan().Paused.Year() > 5000
	silent, muted := s.state != nil && s.plan().Silent, s.state != nil && s.state.Muted
	s.blob, s.state = next, out.State
	if away && s.plan().Paused.IsZero() && (ev.Kind == dialog.Text || ev.Kind == dialog.Command) { // they came back, and were told
		s.note(fact{what: "unpause"})
	}
	if !silent && s.plan().Silent {
		s.note(fact{what: "silenced"})
	}
	s.doors(muted)
	if flow == "checkin" || flow == "again" || flow == "recheck" || flow == "return" {
		s.answered()
	}
	if from, to := profileOf(s.state).Quiet(); s.state.Zone != s.zone || from != s.from || to != s.to {
		s.zone, s.from, s.to = s.state.Zone, from, to
		s.settle()
	}
	s.agreed(was, ev)
	if s.hurt {
		s.hurt = false
		s.note(fact{what: "asked", kind: "recheck", asked: "pain"})
	}
	if s.bent != nil {
		s.bent(s)
	}
	for i := range s.state.Runs {
		if run := &s.state.Runs[i]; run.Flow == "nudge" {
			s.marks[run.Mark] = run.Note
		}
	}
	switch l, a := s.links(); {
	case l < links:
		s.note(fact{what: "unlinked"})
	case a < asks: // answered, taken back or lapsed
		s.note(fact{what: "looked", kind: "asked"})
	}
	for _, e := range out.Deliver {
		s.deliver(e)
	}
	s.tellWords(out.Words)
}

// markOf is the run that a button belongs to.
func markOf(data string) uint32 {
	b, err := base64.RawURLEncoding.DecodeString(data)
	if err != nil || len(b) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

// planned is what the bot has in mind for the person: the note of a nudge and when.
func (s *soul) planned() map[string]time.Time {
	list := map[string]time.Time{}
	if s.state != nil {
		for i := range s.state.Timers {
			if t := &s.state.Timers[i]; t.Name == "nudge" {
				list[t.Note] = t.Wall
			}
		}
	}
	return list
}

// agreed writes down what is newly planned by something the person did.
func (s *soul) agreed(was map[string]time.Time, ev dialog.Event) {
	if ev.Kind == dialog.Alarm || ev.Kind == dialog.Sent {
		return
	}
	for i := range s.state.Timers {
		t := &s.state.Timers[i]
		kind, enc, _ := strings.Cut(t.Note, ":")
		if t.Name != "nudge" || kind == "silence" || kind == "repeat" || was[t.Note].Equal(t.Wall) || t.At(s.zone).Before(s.now) {
			continue
		}
		f := fact{what: "agree", kind: kind, enc: enc, when: instantOf(t.Wall, s.zone), moved: !was[t.Note].IsZero()}
		if f.asked, f.typed = s.asked, s.typed; t.Count == 1 { // one of another kind that was put off
			f.kind = "snoozed " + kind
		} else if kind != s.askedFor || kind == "first" && enc != s.plan().Told {
			f.asked, f.typed = "", time.Time{}
		}
		s.note(f)
	}
}

func (s *soul) plan() *aftercare.Plan { return dialog.Part[aftercare.Plan](s.state, 4) }

func (s *soul) deliver(e dialog.Entry) {
	r := dialog.Receipt{Entry: e.ID, OK: true}
	f := fact{what: "arrive", text: e.Msg.Text}
	if m := codeIn.FindStringSubmatch(e.Msg.Text); m != nil {
		s.code = m[1]
	}
	if e.Msg.Nudge {
		note := s.marks[markOf(e.Msg.Choices[0][0].Data)]
		if f.kind, f.enc, _ = strings.Cut(note, ":"); s.plan().Named && note == s.plan().Way {
			f.kind = "snoozed " + f.kind // the oracle knows whether it was
		}
		for _, row := range e.Msg.Choices {
			for _, c := range row {
				f.labels = append(f.labels, c.Label)
			}
		}
		if s.now.After(s.outage) && s.chance(5) { // the platform's bad day begins with a nudge, to be hard
			s.outage = s.now.Add(s.dur(time.Minute, 16*time.Hour))
			s.restless()
		}
	}
	arrived := true
	switch k := s.rng.IntN(100); {
	case s.now.Before(s.outage):
		r, arrived = dialog.Receipt{Entry: e.ID, Verdict: dialog.Later, After: 25 * time.Minute}, false
	case e.Msg.Nudge && k < 2:
		r = dialog.Receipt{Entry: e.ID, Verdict: dialog.Unknown}
	case e.Msg.Nudge && k < 5:
		r, arrived, f.what = dialog.Receipt{Entry: e.ID, Verdict: dialog.Unknown}, false, "lost"
	case e.Msg.Nudge && k < 6:
		r, arrived, f.what = dialog.Receipt{Entry: e.ID, Verdict: dialog.Never}, false, "lost"
	case e.Msg.Nudge && k < 7:
		r, arrived, f.what = dialog.Receipt{Entry: e.ID, Verdict: dialog.Gone}, false, "lost"
	}
	if arrived {
		if r.OK {
			r.Ref = dialog.Ref(fmt.Sprint(s.n))
		}
		if len(e.Msg.Choices) > 0 && !e.Msg.Nudge {
			s.screen, s.ref = e.Msg, r.Ref
		}
	}
	if e.Msg.Nudge {
		if !arrived && f.what == "arrive" {
			f.what = "tried"
		}
		s.note(f)
	}
	s.do(dialog.Event{Kind: dialog.Sent, Receipt: &r})
	switch {
	case !arrived || !e.Msg.Nudge:
	case strings.HasSuffix(f.kind, "word"):
		s.knocked(e.Msg)
	default:
		s.answerTo(e.Msg)
	}
}

// question is what the bot waits for: "after.first".
func (s *soul) question() (flow, key string) {
	if s.state == nil || len(s.state.Runs) == 0 {
		return "", ""
	}
	r := &s.state.Runs[len(s.state.Runs)-1]
	return r.Flow, r.Last.Key
}

// hold talks with the bot until nothing is asked any more or the person leaves
// (answer says ""). What answer does not know is answered somehow.
func (s *soul) hold(answer func(q string) (string, bool)) {
	for range 40 {
		flow, key := s.question()
		if flow == "" || flow == "nudge" || s.fault != "" {
			return
		}
		text, known := "done", true
		if len(s.state.Runs[len(s.state.Runs)-1].Draft) == 0 {
			text, known = answer(flow + "." + key)
		}
		if !known {
			text = s.somehow(flow, key)
		}
		if text == "" {
			return
		}
		s.now = s.now.Add(s.dur(time.Second, 20*time.Second))
		s.say(text)
	}
}

// somehow gets on with a question that is not what this test is about.
func (s *soul) somehow(flow, key string) string {
	switch flow {
	case "caremode":
		return "i'm safe"
	case "return":
		return "let it go"
	case "planner", "help", "needs", "starters", "thanks", "wish", "share":
		return "stop here"
	case "link": // a menu left open says what is there
		s.note(fact{what: "looked", kind: "link"})
		return "back"
	case "settings", "partner":
		return "close"
	case "pause":
		return s.howLong()
	case "snooze":
		return s.until()
	}
	if flow == "after" && key == "unpause" {
		s.note(fact{what: "back"})
		return "Yes, come back"
	}
	if flow == "unpause" {
		if s.chance(40) {
			return "no"
		}
		s.note(fact{what: "back"})
		return "yes"
	}
	if key == "which" {
		i := slices.IndexFunc(s.offered("places"), func(o dialog.Option) bool { return strings.HasSuffix(o.ID, "@"+s.home) })
		return fmt.Sprint(i + 1)
	}
	f := s.script.Flows[flow]
	if st, _ := f.Step(key); st != nil {
		if st.Skip {
			return "skip"
		}
	}
	return "1"
}

// say answers by the button of that label, if it is on the screen, or by typing.
func (s *soul) say(text string) {
	if strings.HasPrefix(text, "/") {
		s.do(dialog.Event{Kind: dialog.Command, Name: text[1:]})
		return
	}
	if s.chance(60) && s.state != nil && len(s.state.Runs) > 0 {
		top := s.state.Runs[len(s.state.Runs)-1].Mark
		for _, row := range s.screen.Choices {
			for _, c := range row {
				if markOf(c.Data) == top && strings.EqualFold(c.Label, text) {
					s.do(dialog.Event{Kind: dialog.Press, Data: c.Data, Screen: s.ref})
					return
				}
			}
		}
	}
	s.do(dialog.Event{Kind: dialog.Text, Text: text})
}

// answered notes a check-in that has come to its end.
func (s *soul) answered() {
	list := dialog.Part[aftercare.Journal](s.state, 2).Entries
	if len(list) == 0 || !list[len(list)-1].At.Equal(s.state.Clock) {
		return
	}
	e := list[len(list)-1]
	s.note(fact{what: "answer", enc: e.Encounter, kind: e.Kind})
	if e.Kind == "checkin" && e.Encounter != "" && !s.plan().Hold && (slices.Contains(e.Body, "pain") || slices.Contains(e.Body, "bleeding")) {
		s.hurt = true
	}
}

// doors notes when the person can not be reached, and when they can again.
func (s *soul) doors(was bool) {
	switch muted := s.state.Muted; {
	case muted && !was:
		s.note(fact{what: "blocked"})
	case was && !muted:
		s.note(fact{what: "unblocked"})
	}
}

func (s *soul) note(f fact) {
	f.at = s.now
	s.log = append(s.log, f)
}

// settle writes down where and how the person lives.
func (s *soul) settle() {
	s.note(fact{what: "lives", zone: s.zone, from: s.from, to: s.to})
}
