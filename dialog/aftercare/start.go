package aftercare

import "afterglow/dialog"

// gate is the flow that stands before everything else: being 18 and agreeing to
// what is kept.
func gate(t *dialog.Turn) string {
	if profile(t).Adult.IsZero() {
		return "start"
	}
	return ""
}

func (b *bot) start(s *dialog.Script) {
	s.Actions["start.minor"] = func(t *dialog.Turn) {
		t.Say("start.minor.say")
		t.Erase()
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
