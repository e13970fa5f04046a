package aftercare_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// A friend is somebody else who uses the bot, and links up with a soul now and
// then. Their side is the real bot as well; what goes between the two are the
// words it tells, late at times and twice at others.
type friend struct {
	s     *soul
	blob  []byte
	state *dialog.State
	n     int
	code  string // of the invite they made last
	due   time.Time
}

const friendID, soulID = dialog.PersonID("test:friend"), dialog.PersonID("test:soul")

var codeIn = regexp.MustCompile(`/partner (\S{16,})`)

func (f *friend) do(ev dialog.Event) {
	s := f.s
	if s.fault != "" {
		return
	}
	if f.n++; ev.ID == "" {
		ev.ID, ev.At = fmt.Sprint("f", f.n), s.now
	}
	if ev.Kind == dialog.Alarm || ev.Kind == dialog.Sent || ev.Kind == dialog.ToldWord {
		ev.ID, ev.At = "", time.Time{}
	}
	next, out, err := s.script.Apply(f.blob, friendID, s.seed+1e9, ev, s.now)
	if err != nil {
		s.fault = fmt.Sprintf("friend: %v: %v", ev.Kind, err)
		return
	}
	f.blob, f.state = next, out.State
	for _, e := range out.Deliver {
		if m := codeIn.FindStringSubmatch(e.Msg.Text); m != nil {
			f.code = m[1]
		}
		f.do(dialog.Event{Kind: dialog.Sent, Receipt: &dialog.Receipt{Entry: e.ID, OK: true, Ref: dialog.Ref(fmt.Sprint(e.ID))}})
	}
	for _, w := range out.Words {
		telling := dialog.Taken
		if s.blob == nil {
			telling = dialog.Nobody
		}
		f.do(dialog.Event{Kind: dialog.ToldWord, Told: &dialog.Told{Word: w.ID, Try: w.Tries, Telling: telling}})
		s.come(w.Event(friendID))
	}
	if at := f.state.Alarm(); !at.IsZero() && !at.Equal(f.due) {
		f.due = at
		s.wish(max(at.Sub(s.now), time.Second), func() {
			if f.due.Equal(at) {
				f.due = time.Time{}
				f.do(dialog.Event{Kind: dialog.Alarm})
			}
		})
	}
}

// hold answers the bot until nothing is asked any more, or something that these
// answers leave open.
func (f *friend) hold(answers map[string]string) {
	for range 20 {
		if f.s.fault != "" || len(f.state.Runs) == 0 {
			return
		}
		r := &f.state.Runs[len(f.state.Runs)-1]
		text := answers[r.Flow+"."+r.Last.Key]
		if prefix, ok := strings.CutPrefix(text, "@"); ok {
			text = number(offeredTo(f.s.script, f.state, f.s.now, "people"), prefix)
		}
		if text == "" {
			return
		}
		f.do(dialog.Event{Kind: dialog.Text, Text: text})
	}
}

// visit is /partner, with these answers beside the usual ones.
func (f *friend) visit(code string, answers map[string]string) {
	if f.blob == nil {
		f.do(dialog.Event{Kind: dialog.Command, Name: "start"})
		f.hold(map[string]string{"start.adult": "yes", "start.agree": "yes", "start.city": "Berlin", "start.next": "look"})
		f.do(dialog.Event{Kind: dialog.Command, Name: "needs"})
		f.hold(map[string]string{"needs.set": "any"})
		f.do(dialog.Event{Kind: dialog.Text, Text: "cuddling"})
		f.do(dialog.Event{Kind: dialog.Text, Text: "done"})
		f.do(dialog.Event{Kind: dialog.Text, Text: "stop"})
	}
	f.do(dialog.Event{Kind: dialog.Command, Name: "partner", Text: code})
	for q, text := range map[string]string{
		"linksafe.safe": "yes", "invite.name": "Kim", "join.name": "Kim", "asked.link": "yes", "return.offer": "let it go",
		"invite.sure": "make the code", "join.sure": "yes", "thanks.sure": "yes", "wish.sure": "yes", "share.sure": "yes, in 12 hours",
		"thanks.words": "1", "wish.words": "2", "share.set": "1", "share.lines": "1",
	} {
		if answers[q] == "" {
			answers[q] = text
		}
	}
	f.hold(answers)
}

// acts is what a friend does of themselves: often several things in a row.
func (f *friend) act() {
	switch f.s.pick(12, 30, 25, 14, 6, 4) {
	case 0:
		f.visit("", map[string]string{"partner.what": "invite somebody"})
		if code := f.code; code != "" {
			f.code = ""
			f.s.wish(f.s.dur(time.Minute, 30*time.Hour), func() { f.s.partner(code, "") })
			f.s.wish(f.s.dur(30*time.Hour, 50*time.Hour), func() { f.visit("", map[string]string{"partner.what": "@asked_"}) })
		}
	case 1:
		f.visit("", map[string]string{"partner.what": "@link_", "link.what": "say thank you"})
	case 2:
		f.visit("", map[string]string{"partner.what": "@link_", "link.what": "send a wish"})
	case 3:
		f.visit("", map[string]string{"partner.what": "@link_", "link.what": "choose what they see"})
	case 4:
		f.visit("", map[string]string{"partner.what": "@link_", "link.what": "take it back"})
	case 5:
		f.visit("", map[string]string{"partner.what": "@link_", "link.what": "end the link", "unlink.sure": "yes, end it"})
	}
	next := f.s.dur(time.Minute, 20*time.Hour)
	if f.s.chance(35) {
		next = f.s.dur(24*time.Hour, 30*24*time.Hour)
	}
	f.s.wish(next, f.act)
}

// come is a word of the friend's that reaches the soul, some time and maybe twice.
func (s *soul) come(ev dialog.Event) {
	take := func() {
		if s.blob == nil {
			return
		}
		was := s.people()
		links, _ := s.links()
		s.do(ev)
		if s.blob == nil || s.fault != "" || s.people() == was {
			return // it was nothing new, or not for them any more
		}
		if now, _ := s.links(); ev.Name == "linked" && now == links {
			return
		}
		s.note(fact{what: "word", kind: ev.Name})
	}
	s.wish(s.dur(time.Millisecond, 2*time.Second), take)
	if s.chance(10) {
		s.wish(s.dur(2*time.Second, time.Hour), take)
	}
}

// tellWords hands on what the bot has to say to the friend, at once.
func (s *soul) tellWords(words []dialog.Word) {
	for _, w := range words {
		telling := dialog.Nobody
		if s.friend != nil && s.friend.blob != nil && w.To == friendID {
			telling = dialog.Taken
			s.friend.do(w.Event(soulID))
		}
		s.do(dialog.Event{Kind: dialog.ToldWord, Told: &dialog.Told{Word: w.ID, Try: w.Tries, Telling: telling}})
	}
}

// people is who and what can be found under /partner, to be compared.
func (s *soul) people() string {
	p := dialog.Part[aftercare.Partner](s.state, 6)
	text := ""
	for _, a := range p.Asked {
		text += fmt.Sprintf(" %x", a.ID)
	}
	for _, l := range p.Links {
		text += fmt.Sprintf(" %x %v %v", l.ID, l.Theirs, l.Got)
	}
	return text
}

// links, asks: how many there are.
func (s *soul) links() (links, asks int) {
	if s.state == nil {
		return 0, 0
	}
	p := dialog.Part[aftercare.Partner](s.state, 6)
	return len(p.Links), len(p.Asked)
}

// partner is what the person does under /partner: looks, and what they want then.
func (s *soul) partner(code, want string) {
	if s.state == nil {
		return
	}
	s.do(dialog.Event{Kind: dialog.Command, Name: "partner", Text: code})
	s.partnerNow(want)
}

func (s *soul) partnerNow(want string) {
	looked := false
	s.hold(func(q string) (string, bool) {
		switch q {
		case "partner.held":
			if s.chance(50) {
				return "Not yet", true
			}
			s.note(fact{what: "back"})
			return "Yes, bring it back", true
		case "partner.what":
			list := s.offered("people")
			if want == "invite" {
				return number(list, "invite"), true
			}
			for _, door := range []string{"asked_", "link_"} {
				if i := number(list, door); i != "" && !looked {
					if looked = true; door == "link_" { // the question is seen once it is answered
						s.note(fact{what: "looked", kind: "link"})
					}
					return i, true
				}
			}
			return "Nothing for now", true
		case "asked.link":
			s.note(fact{what: "looked", kind: "asked"})
			return []string{"Yes, link up", "Not now", "No"}[s.pick(7, 2, 1)], true
		case "link.what":
			if want == "unlink" {
				want = ""
				return "End the link", true
			}
			if looked {
				looked = false
				if number(s.offered("link_menu"), "see") != "" {
					return "See what is here", true
				}
			}
			return "", true // and leaves the menu open, as people do
		case "unlink.sure":
			return "Yes, end it", true
		case "linksafe.safe":
			return "Yes", true
		case "linksafe.offer":
			return "Not now", true
		case "invite.name", "join.name":
			return "Sol", true
		case "invite.sure":
			return "Make the code", true
		case "join.sure":
			return "Yes, ask them", true
		case "join.code":
			return "", true
		}
		return "", false
	})
	if code := s.code; code != "" {
		s.code = ""
		s.wish(s.dur(time.Minute, 26*time.Hour), func() { s.friend.visit(code, map[string]string{}) })
	}
}

// linkUp is what people do about others, every now and then.
func (s *soul) linkUp() {
	if s.state != nil {
		links, _ := s.links()
		switch {
		case links == 0:
			s.partner("", "invite")
		case s.chance(15):
			s.partner("", "unlink")
		default:
			s.partner("", "")
		}
	}
	s.wish(s.dur(3*24*time.Hour, 40*24*time.Hour), s.linkUp)
}

// knocked is what a person does about a line that says that something has come.
func (s *soul) knocked(m dialog.Message) {
	press := func(row int, then func()) func() {
		return func() {
			s.do(dialog.Event{Kind: dialog.Press, Data: m.Choices[0][row].Data})
			then()
		}
	}
	soon := s.dur(5*time.Second, 4*time.Minute)
	if s.habit == 1 {
		soon = s.dur(time.Hour, 40*time.Hour)
	}
	switch s.pick(55, 12, 3, 30) {
	case 0:
		s.wish(soon, press(0, func() { s.partnerNow("") }))
	case 1:
		s.wish(soon, press(1, s.putOffWord))
	case 2:
		s.wish(soon, press(2, s.pauseFor))
	}
}

// putOffWord chooses another time for it.
func (s *soul) putOffWord() {
	chosen := false
	planned := func() {
		if at := s.wordPlanned(); chosen && !at.IsZero() {
			chosen = false
			s.note(fact{what: "word later", when: at})
		}
	}
	s.hold(func(q string) (string, bool) {
		planned()
		if q != "snooze.until" {
			return "", false
		}
		chosen = true
		switch s.pick(5, 3, 2, 1) {
		case 0:
			return "1 hour", true
		case 1:
			return "tomorrow", true
		case 2:
			return s.typeTime(60 * time.Hour), true
		}
		chosen = false
		return "Drop this one", true
	})
	planned()
}

// wordPlanned is when the bot means to say that something has come; zero: not.
func (s *soul) wordPlanned() time.Time {
	if s.state != nil {
		for i := range s.state.Timers {
			if t := &s.state.Timers[i]; t.Name == "word" {
				return instantOf(t.Wall, s.zone)
			}
		}
	}
	return time.Time{}
}

// number is what to type for the first option that begins so, or nothing.
func number(list []dialog.Option, prefix string) string {
	i := slices.IndexFunc(list, func(o dialog.Option) bool { return strings.HasPrefix(o.ID, prefix) })
	if i < 0 {
		return ""
	}
	return fmt.Sprint(i + 1)
}

// offeredTo are the options that Go knows for somebody's open question.
func offeredTo(script *dialog.Script, state *dialog.State, now time.Time, list string) []dialog.Option {
	return script.Lists[list](&dialog.Turn{Script: script, State: state, Now: now, Run: &state.Runs[len(state.Runs)-1]})
}
