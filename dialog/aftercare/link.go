package aftercare

import (
	"strings"

	"afterglow/dialog"
)

// linked is what can be done with somebody who is linked.
func (b *bot) linked(s *dialog.Script) {
	s.Values["link_head"] = func(t *dialog.Turn) string {
		l := linkOf(t)
		if l == nil {
			return t.Label("link.gone.say")
		}
		lines := []string{"*" + dialog.Escape(l.Name) + "*"}
		switch {
		case !l.Due.IsZero():
			lines = append(lines, with(raw(t, "link.head.waits"), "when", when(t, l.Due)))
		case l.Shared.Empty():
			lines = append(lines, t.Label("link.head.nothing"))
		default:
			lines = append(lines, t.Label("link.head.shared"))
		}
		if l.Fresh {
			lines = append(lines, t.Label("link.head.fresh"))
		}
		return strings.Join(lines, "\n")
	}
	s.Lists["link_menu"] = func(t *dialog.Turn) []dialog.Option {
		l := linkOf(t)
		if l == nil {
			return []dialog.Option{{ID: "back"}}
		}
		var list []dialog.Option
		for _, o := range []struct {
			id    string
			shown bool
		}{
			{"see", !l.Theirs.Empty() || len(l.Got) > 0},
			{"share", !plan(t).Hold && l.Due.IsZero()},
			{"cancel", !l.Due.IsZero()},
			{"mine", !l.Shared.Empty()},
			{"unshare", !l.Shared.Empty()},
			{"compare", !plan(t).Hold && !l.Shared.Empty() && !l.Theirs.Empty()},
			{"thanks", !plan(t).Hold},
			{"wish", !plan(t).Hold},
			{"rename", true}, {"unlink", true}, {"back", true},
		} {
			if o.shown {
				list = append(list, dialog.Option{ID: o.id})
			}
		}
		return list
	}
	s.Values["link_name"] = func(t *dialog.Turn) string {
		if l := linkOf(t); l != nil {
			return dialog.Escape(l.Name)
		}
		return t.Label("asked.somebody")
	}
	s.Values["link_mine"] = func(t *dialog.Turn) string {
		if l := linkOf(t); l != nil {
			return dialog.Escape(l.Mine)
		}
		return ""
	}
	s.Actions["link.chosen"] = func(t *dialog.Turn) {
		l, what := linkOf(t), t.Run.Value("what")
		if l == nil {
			t.Start("partner", "")
			return
		}
		l.Fresh = false // whoever opened it has seen that there was something
		switch what {
		case "share", "thanks", "wish", "rename", "unlink":
			t.Start(what, t.Run.Note)
			return
		case "back":
			t.Start("partner", "")
			return
		case "see":
			b.show(t, l)
		case "mine":
			t.Say("link.mine.say")
			t.Tell(CardText(t, &l.Shared))
			t.Send()
		case "compare":
			if !held(t) {
				t.Tell(b.compared(t, l))
				t.Send()
			}
		case "cancel":
			stopShare(t, l)
			t.Say("share.cancelled.say")
		case "unshare":
			if send(t, l.With, "unshare", letter{Link: l.ID}) {
				l.Shared = Set{}
				stopShare(t, l) // what was to follow was for them as well
				t.Say("share.back.say")
			} else {
				t.Say("partner.later.say")
			}
		}
		t.Start("link", t.Run.Note)
	}
	s.Actions["rename.save"] = func(t *dialog.Turn) {
		if l, name := linkOf(t), nameIn(t.Run); l != nil && name != "" {
			l.Name = name
			t.Start("link", t.Run.Note)
		}
	}
	s.Actions["unlink.do"] = func(t *dialog.Turn) {
		l := linkOf(t)
		if l == nil || t.Run.Value("sure") != "unlink" {
			t.Say("unlink.kept.say")
			return
		}
		unlink(t, l.ID)
		t.Say("unlink.done.say")
	}
}

// openLink goes to the menu of a link. That there is one is all there is to see of
// a link by which nothing has come: it is seen by this.
func openLink(t *dialog.Turn, note string) {
	onScreen(t, note)
	t.Start("link", note)
	if l := linkNoted(t, note); l != nil && l.Fresh && l.Theirs.Empty() && len(l.Got) == 0 {
		l.Fresh = false
		t.Say("link.new.say")
	}
}

// show tells what somebody shares, and what they sent.
func (b *bot) show(t *dialog.Turn, l *Link) {
	for _, page := range theirs(t, l) {
		t.Tell(page)
		t.Send()
	}
}

// theirs is what somebody shares, and what they sent, in words.
func theirs(t *dialog.Turn, l *Link) (pages []string) {
	if !l.Theirs.Empty() {
		pages = append(pages, with(raw(t, "link.theirs"), "name", dialog.Escape(l.Name))+"\n\n"+CardText(t, &l.Theirs))
	}
	var got []string
	for _, g := range l.Got {
		got = append(got, with(raw(t, "link.got."+g.Kind), "day", day(t, g.At), "text", dialog.Escape(g.Text)))
	}
	if len(got) > 0 {
		pages = append(pages, strings.Join(got, "\n\n"))
	}
	return pages
}

// linkPages are all links in words, for the export.
func linkPages(t *dialog.Turn) (pages []string) {
	p := partners(t)
	for i := range p.Links {
		l := &p.Links[i]
		pages = append(pages, "*"+dialog.Escape(l.Name)+"*")
		if !l.Shared.Empty() {
			pages = append(pages, t.Label("link.mine.say"), CardText(t, &l.Shared))
		}
		if !l.Due.IsZero() {
			pages = append(pages, with(raw(t, "link.head.waits"), "when", when(t, l.Due)), CardText(t, &l.Waits))
		}
		pages = append(pages, theirs(t, l)...)
	}
	return pages
}
