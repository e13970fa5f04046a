package aftercare_test

import (
	"fmt"
	"strings"
	"time"

	"afterglow/dialog"
)

// checkin is one that the person begins by themselves.
func (s *soul) checkin() {
	if s.state == nil {
		return
	}
	s.say("/checkin")
	s.checkinNow()
}

// checkinNow goes through a check-in that is open, or half of it.
func (s *soul) checkinNow() {
	if s.state == nil {
		return
	}
	leave := 0
	if s.habit == 2 && s.chance(70) || s.chance(8) {
		leave = 1 + s.rng.IntN(5)
	}
	later := false
	s.typed, s.asked = time.Time{}, ""
	s.hold(func(q string) (string, bool) {
		if leave--; leave == 0 {
			return "", true
		}
		switch q {
		case "checkin.ready":
			answer := []string{"Yes", "The short version", "Later"}[s.pick(50, 42, 8)]
			later = answer == "Later"
			return answer, true
		case "checkin.overall":
			return []string{"bright", "mixed", "heavy", "numb"}[s.pick(50, 30, 15, 5)], true
		case "checkin.body":
			return []string{"fine", "tired", "sore", "pain", "bleeding"}[s.pick(60, 15, 10, 10, 5)], true
		case "checkin.feelings":
			return []string{"calm", "close", "sad", "anxious"}[s.pick(50, 30, 10, 10)], true
		case "checkin.mind":
			return []string{"quiet", "replaying good bits", "replaying hard bits"}[s.pick(50, 30, 20)], true
		case "checkin.unsure":
			answer := []string{"No", "Yes", "I'm not sure"}[s.pick(60, 20, 20)]
			if answer != "No" {
				s.note(fact{what: "hold"})
			}
			return answer, true
		case "checkin.second":
			return []string{"No, that's enough", "Yes"}[s.pick(1, 1)], true
		case "snooze.until":
			return s.until(), true
		case "return.offer":
			return []string{"go on", "let it go"}[s.pick(3, 2)], true
		}
		return "", false
	})
	if later {
		s.due("snoozed")
	}
	s.asked, s.typed = "", time.Time{}
}

// latest is the encounter that a check-in without another is about.
func (s *soul) latest() string {
	if list := s.plan().Encounters; len(list) > 0 {
		return list[len(list)-1].ID
	}
	return ""
}

// putOff answers what "later" asks.
func (s *soul) putOff() {
	s.typed, s.asked = time.Time{}, ""
	s.hold(func(q string) (string, bool) {
		if q == "snooze.until" {
			return s.until(), true
		}
		return "", false
	})
	s.due("snoozed")
	s.asked, s.typed = "", time.Time{}
}

// until chooses when a check-in that was put off is to come.
func (s *soul) until() string {
	kind, enc, _ := strings.Cut(s.state.Runs[len(s.state.Runs)-1].Note, ":")
	if kind == "word" { // half a conversation about something else
		return "Drop this one"
	}
	if enc == "" {
		enc = s.latest()
	}
	s.note(fact{what: "put off", enc: enc})
	s.askedFor, s.asked, s.typed = "snoozed", "", time.Time{}
	switch s.pick(30, 20, 20, 10, 12, 4, 4) {
	case 0:
		s.asked = "hour"
		return "1 hour"
	case 1:
		s.asked = "tonight"
		return "this evening"
	case 2:
		s.asked = "tomorrow"
		return "tomorrow"
	case 3:
		s.asked = "at"
		return s.typeTime(60 * time.Hour)
	case 4:
		s.note(fact{what: "drop", enc: enc})
		return "Drop this one"
	case 5:
		s.note(fact{what: "pause"})
		return "Stop all messages"
	}
	s.asked = "leave"
	return ""
}

// pause, pauseFor: the ways of being left alone for a while.
func (s *soul) pause() {
	if s.state != nil {
		s.say("/pause")
		s.pauseFor()
	}
}

func (s *soul) pauseFor() {
	if s.chance(90) {
		s.hold(func(string) (string, bool) { return "", false })
	}
}

// howLong answers for how long the bot is to be quiet.
func (s *soul) howLong() string {
	switch s.pick(4, 2, 2, 1) {
	case 0:
		s.note(fact{what: "pause", when: s.now.Add(7 * 24 * time.Hour)})
		return "One week"
	case 1:
		s.note(fact{what: "pause", when: s.now.Add(30 * 24 * time.Hour)})
		return "One month"
	case 2:
		s.note(fact{what: "pause"})
		return "Until I return"
	}
	s.note(fact{what: "unpause"})
	return "Don't pause"
}

func (s *soul) stop() {
	if s.state == nil {
		return
	}
	s.say("/stop")
	s.note(fact{what: "stop"})
	s.hold(func(q string) (string, bool) {
		if q != "stop.then" {
			return "", false
		}
		if s.chance(60) {
			s.note(fact{what: "pause"})
			return "Yes, send nothing", true
		}
		return "No, just this", true
	})
}

// forget erases everything; some come back.
func (s *soul) forget() {
	if s.state == nil {
		return
	}
	s.say("/forget")
	s.hold(func(q string) (string, bool) { return "Yes, erase all", q == "forget.sure" })
}

func (s *soul) block() {
	if s.state == nil {
		return
	}
	s.do(dialog.Event{Kind: dialog.Blocked})
	s.wish(s.dur(time.Hour, 9*24*time.Hour), func() { s.do(dialog.Event{Kind: dialog.Unblocked}) })
}

// restless is what people do while the platform is away: all of it is taken,
// none of it answered.
func (s *soul) restless() {
	away := s.outage.Sub(s.now)
	do := []func(){s.pause, s.stop, s.checkin, s.changeQuiet, s.move, s.forget, func() { s.tell(s.now) }}
	if k := s.pick(3, 2, 3, 3, 2, 1, 1, 8); k < len(do) {
		s.wish(s.dur(0, away), do[k])
	}
}

func (s *soul) setting(name string, answer func(q string) (string, bool)) {
	if s.state == nil {
		return
	}
	s.say("/settings")
	chosen := false
	s.hold(func(q string) (string, bool) {
		if q == "settings.what" && !chosen {
			chosen = true
			return name, true
		}
		return answer(q)
	})
}

func (s *soul) changeQuiet() {
	from, to := []int{22 * 60, 23 * 60, 0, 21*60 + 30, 20 * 60, 9 * 60, 13 * 60}[s.pick(4, 4, 3, 3, 3, 1, 1)], []int{9 * 60, 7 * 60, 10 * 60, 2*60 + 30, 17 * 60}[s.pick(4, 4, 3, 1, 1)]
	if from == to {
		return
	}
	s.setting("Quiet hours", func(q string) (string, bool) {
		switch q {
		case "set_quiet.from":
			return fmt.Sprintf("%02d:%02d", from/60, from%60), true
		case "set_quiet.to":
			return fmt.Sprintf("%02d:%02d", to/60, to%60), true
		}
		return "", false
	})
}

func (s *soul) move() {
	zone := s.zones[s.rng.IntN(len(s.zones))]
	s.setting("Time zone", func(q string) (string, bool) { return s.placeIn(zone), q == "set_zone.city" })
}

func (s *soul) reword() {
	s.setting("My line", func(q string) (string, bool) {
		if q != "set_wording.line" {
			return "", false
		}
		s.note(fact{what: "reworded"})
		return []string{"1", "3", "9", "Remember the milk", "Tuesday is bin day"}[s.rng.IntN(5)], true
	})
}
