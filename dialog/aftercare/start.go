package aftercare

import (
	"slices"

	"afterglow/dialog"
)

// Behind the closed door, and while a question of age is open, there is nothing
// but help and what belongs to the person.
var (
	behindDoor = []string{"locked", "caremode", "country", "windows", "privacy", "export", "forget"}
	beforeAge  = []string{"caremode", "country", "windows", "someone", "body", "help", "hide", "privacy", "export", "forget"}
)

// gate is what stands before everything else: being 18 and agreeing to what is
// kept; for somebody who said to be younger, a closed door; and where age is in
// doubt, the question. What is open (help, privacy, erasing) needs no gate,
// except the last two.
func gate(t *dialog.Turn, f *dialog.Flow) string {
	shut, help := closed(t), danger(t).open(t)
	switch {
	case f != nil && shut && slices.Contains(behindDoor, f.Name), f != nil && !shut && doubt(t).open() && slices.Contains(beforeAge, f.Name):
		return ""
	case doubt(t).open(), shut && f == nil && help:
		return "caremode"
	case shut:
		return "locked"
	}
	if profile(t).Adult.IsZero() && (f == nil || !f.Open) {
		return "start"
	}
	return ""
}

// roomFor tells for whom there is room in any crowd: who is through the gate, and who
// has told of danger or is looking for help.
func roomFor(t *dialog.Turn) bool {
	if gate(t, nil) == "" || len(danger(t).Categories) > 0 || plan(t).Hold {
		return true
	}
	return slices.ContainsFunc(t.State.Runs, func(r dialog.Run) bool {
		return slices.Contains([]string{"caremode", "someone", "body", "windows"}, r.Flow)
	})
}

func (b *bot) start(s *dialog.Script) {
	// Who has met the bot is not asked everything again: a tap on "start" is only a hello.
	s.Actions["start.again"] = func(t *dialog.Turn) {
		if code := t.Event.Text; t.Event.Kind == dialog.Command && b.isCode(code) { // from somebody's link
			if profile(t).Adult.IsZero() {
				t.Start("start", code) // it is taken up when they are through
			} else {
				b.entered(t, code)
			}
			return
		}
		if top := t.Top(); profile(t).Adult.IsZero() || top != nil && top.Flow == "start" {
			t.Start("start", "")
			return
		}
		t.Say("start.back.say")
		t.Start("help", "")
	}
	s.Actions["start.minor"] = func(t *dialog.Turn) {
		danger(t).Lang = t.State.Lang
		b.lock(t)
	}
	s.Actions["start.goodbye"] = func(t *dialog.Turn) {
		t.Say("start.goodbye.say")
		t.Erase()
	}
	s.Actions["start.more"] = func(t *dialog.Turn) {
		t.Say("start.more.say")
		t.Again("agree")
	}
	s.Actions["start.confirmed"] = func(t *dialog.Turn) {
		p := profile(t)
		p.Adult, p.Agreed = t.Now, t.Now
	}
	s.Lists["languages"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		for _, lang := range b.Langs {
			if name := b.Words[lang]["language.name"]; len(name) > 0 {
				list = append(list, dialog.Option{ID: lang, Label: name[0]})
			}
		}
		return list
	}
	s.Facts["languages"] = func(t *dialog.Turn) string {
		if len(s.Lists["languages"](t)) > 1 {
			return "several"
		}
		return "one"
	}
	s.Actions["language.save"] = func(t *dialog.Turn) {
		if lang := t.Run.Value("language"); lang != "" {
			t.State.Lang = lang
		}
	}
}
