package aftercare_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
)

// What people do in the simulated year.

var cities = map[string]string{
	"Europe/London": "London", "America/New_York": "New York", "America/Sao_Paulo": "São Paulo",
	"Australia/Lord_Howe": "Lord Howe",
}

// begin is the first meeting.
func (s *soul) begin() {
	city := s.zone
	s.say("/start")
	s.hold(func(q string) (string, bool) {
		switch q {
		case "start.adult":
			return "yes", true
		case "start.agree":
			return "agree", true
		case "start.city":
			return s.placeIn(city), true
		case "start.next":
			return "look", true
		}
		return "", false
	})
	s.from, s.to = 22*60, 9*60
	if s.zone != city {
		s.fault = "the bot takes " + city + " for " + s.zone
	}
}

// placeIn names a zone by a city, or by what the clock shows there.
func (s *soul) placeIn(zone string) string {
	s.home = zone
	if city := cities[zone]; city != "" {
		return city
	}
	return s.now.Add(20 * time.Second).In(location(zone)).Format("15:04")
}

// meet is two people (or one) being intimate, and what they tell of it.
func (s *soul) meet() {
	if s.state == nil {
		s.begin()
	}
	was := s.now
	switch s.pick(40, 25, 15, 10, 10) {
	case 0:
		s.wish(s.dur(time.Minute, 40*time.Minute), func() { s.tell(was) })
	case 1:
		s.wish(s.dur(7*time.Hour, 14*time.Hour), func() { s.tell(was) })
	case 2:
		s.wish(s.dur(2*time.Hour, 5*time.Hour), func() { s.tell(was) })
	case 3:
		s.wish(s.dur(20*time.Hour, 30*time.Hour), func() { s.tell(was) })
	}
	// Bursts and droughts; often in the evening, now and then in the small hours,
	// and every second time in the night in which the clocks change.
	next := s.dur(14*time.Hour, 40*time.Hour)
	if s.chance(53) {
		next = s.dur(10*24*time.Hour, 60*24*time.Hour)
	}
	day := dialog.Wall(s.now.Add(next), s.zone).Truncate(24 * time.Hour)
	clock := s.dur(19*time.Hour, 24*time.Hour)
	if k := s.pick(60, 25, 15); k > 0 {
		clock = []time.Duration{0, s.dur(24*time.Hour, 29*time.Hour), s.dur(7*time.Hour, 19*time.Hour)}[k]
	}
	at := dialog.Instant(day.Add(clock), s.zone)
	for _, change := range clockChanges(s.zone, s.now, at) {
		if s.chance(50) {
			at = change.Add(s.dur(-8*time.Hour, 3*time.Hour))
			break
		}
	}
	s.wish(max(at.Sub(s.now), time.Hour), s.meet)
	for _, w := range []struct {
		percent int
		do      func()
	}{
		{14, s.changeQuiet}, {6, s.move}, {6, s.reword}, {8, s.pause}, {3, s.stop}, {1, s.forget}, {4, s.block}, {10, s.checkin},
		{4, s.checkin},
	} {
		if s.chance(w.percent) {
			s.wish(s.dur(time.Hour, 60*time.Hour), w.do)
		}
	}
}

// tell notes an encounter by /after and agrees on what follows, or does not.
func (s *soul) tell(was time.Time) {
	if s.state == nil {
		s.begin()
	}
	s.now = s.now.Add(time.Second)
	s.typed, s.asked = time.Time{}, ""
	late := s.now.Sub(was)
	moment, noted := s.now, "Just now"
	wall := dialog.Wall(s.now, s.zone)
	evening := wall.Truncate(24 * time.Hour).Add(-90 * time.Minute)
	switch {
	case late < time.Hour:
	case late < 7*time.Hour:
		noted = "Earlier today"
	case late < 18*time.Hour:
		noted = "Last night"
	default:
		noted = "Yesterday"
	}
	told := false
	s.say("/after")
	s.hold(func(q string) (string, bool) {
		switch q {
		case "after.when":
			return noted, true
		case "after.who":
			told = true
			switch moment = s.now.Add(time.Second); noted { // about; the bot's own reckoning, by the second
			case "Earlier today":
				moment = moment.Add(-4 * time.Hour)
			case "Last night":
				moment = instantOf(evening, s.zone)
			case "Yesterday":
				moment = instantOf(evening, s.zone).Add(-8 * time.Hour)
			}
			return []string{"A steady partner", "Someone new", "On my own", "skip"}[s.pick(3, 1, 1, 1)], true
		case "after.card":
			if told {
				told = false
				s.noted(moment)
			}
			return []string{"Not now", "Yes, show me"}[s.pick(4, 1)], true
		case "after.hurt":
			return []string{"No", "Yes"}[s.pick(9, 1)], true
		case "after.unpause":
			if s.chance(70) {
				s.note(fact{what: "back"})
				return "Yes, come back", true
			}
			return "Stay quiet", true
		case "after.first":
			return s.agree(), true
		case "after.second":
			return []string{"Once is enough", "Yes, twice"}[s.pick(5, 4)], true
		case "after.plan":
			return s.review(), true
		}
		return "", false
	})
	s.due("first")
	s.asked, s.typed = "", time.Time{}
}

// noted writes down which encounter the bot takes it for.
func (s *soul) noted(moment time.Time) {
	s.note(fact{what: "noted", enc: s.plan().Told, when: moment})
}

// agree answers "may I check in with you?".
func (s *soul) agree() string {
	s.askedFor = "first"
	switch s.asked = []string{"noon", "evening", "at", "none", "leave"}[s.pick(40, 28, 18, 10, 4)]; s.asked {
	case "noon", "evening":
		return s.option("first_times", s.asked)
	case "none":
		return "Not at all"
	case "leave":
		return "" // half a conversation
	}
	return s.typeTime(5 * 24 * time.Hour)
}

// typeTime is a moment in the person's own words.
func (s *soul) typeTime(within time.Duration) string {
	wall := dialog.Wall(s.now.Add(s.dur(20*time.Minute, within)), s.zone).Truncate(time.Minute)
	s.typed = instantOf(wall, s.zone)
	return "at " + wall.Format("2006-01-02 15:04")
}

// readTime reads what typeTime writes.
func readTime(text string, now time.Time, _ ...string) (time.Time, dialog.Reading) {
	wall, err := time.Parse("at 2006-01-02 15:04", text)
	if err != nil {
		return time.Time{}, dialog.Unclear
	}
	return instantOf(wall, now.Location().String()), dialog.Moment
}

// offered are the options that Go knows for the open question.
func (s *soul) offered(list string) []dialog.Option {
	return offeredTo(s.script, s.state, s.now, list)
}

// option is the number under which a list offers id.
func (s *soul) option(list, id string) string {
	i := slices.IndexFunc(s.offered(list), func(o dialog.Option) bool { return o.ID == id })
	return fmt.Sprint(i + 1)
}

// review looks at the plan and takes something out of it now and then.
func (s *soul) review() string {
	if s.askedFor == "first" && (s.asked == "noon" || s.asked == "evening" || s.asked == "at") {
		s.note(fact{what: "asked", kind: "first", asked: s.asked})
		s.asked = ""
	}
	list := s.offered("planned")
	if len(list) == 0 || !s.chance(15) {
		return "That's fine"
	}
	i := s.rng.IntN(len(list))
	s.note(fact{what: "remove", enc: s.plan().Told, kind: strings.TrimPrefix(list[i].ID, "drop_")})
	return fmt.Sprint(i + 2)
}

// due is the promise that something was planned, if the person asked for it.
func (s *soul) due(kind string) {
	switch s.asked {
	case "", "none", "leave":
		return
	}
	if s.askedFor != kind {
		return
	}
	if s.state == nil || slices.ContainsFunc(s.state.Runs, func(r dialog.Run) bool { return r.Flow == "snooze" || r.Flow == "after" }) {
		return // the conversation is not over
	}
	s.note(fact{what: "asked", kind: kind, asked: s.asked})
}

// answerTo is what a person does about a message that came unasked.
func (s *soul) answerTo(m dialog.Message) {
	open, later, quiet := m.Choices[0][0].Data, m.Choices[0][1].Data, m.Choices[0][2].Data
	enc := ""
	for i := len(s.log) - 1; enc == "" && i >= 0; i-- {
		if s.log[i].what == "arrive" && !strings.HasSuffix(s.log[i].kind, "word") {
			enc = s.log[i].enc
		}
	}
	press := func(data string, then func()) func() {
		return func() {
			s.note(fact{what: "put off", enc: enc}) // a word, whatever it was
			s.do(dialog.Event{Kind: dialog.Press, Data: data})
			then()
		}
	}
	soon := s.dur(5*time.Second, 4*time.Minute)
	switch s.pick(0, 10, 3, 87) {
	case 1:
		s.wish(soon, press(later, s.putOff))
		return
	case 2:
		s.wish(soon, press(quiet, s.pauseFor))
		return
	}
	switch s.habit {
	case 1:
		soon = s.dur(time.Hour, 40*time.Hour)
	case 3:
		if !s.chance(15) {
			return
		}
	}
	if s.chance(12) {
		return
	}
	s.wish(soon, press(open, s.checkinNow))
}
