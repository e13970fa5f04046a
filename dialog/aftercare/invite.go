package aftercare

import (
	"crypto/subtle"
	"slices"
	"strings"

	"afterglow/dialog"
)

// invites is the way to a link: one of two makes a code, the other enters it, and
// the first says yes. Before either step each is asked whether they feel safe
// saying no. A code that leads nowhere is answered the same whatever the reason,
// so that it tells nothing about anybody.
func (b *bot) invites(s *dialog.Script) {
	s.Actions["linksafe.next"] = func(t *dialog.Turn) {
		flow, code, _ := strings.Cut(t.Run.Note, ":")
		if t.Run.Value("safe") == "yes" {
			t.Start(flow, code)
		}
	}
	s.Actions["invite.make"] = func(t *dialog.Turn) {
		p := partners(t)
		switch {
		case t.Run.Value("sure") != "make" || b.Invite == nil:
			t.Say("invite.not.say")
			return
		case held(t):
			return
		case p.full():
			t.Say("join.full.say")
			return
		}
		secret := random(t)
		code := b.Invite(t.State.Person, secret)
		if code == "" {
			t.Say("invite.not.say")
			return
		}
		p.Invite = Invite{Secret: secret, Until: t.Now.Add(inviteLife), Mine: nameIn(t.Run)}
		t.Say("invite.made.say")
		t.Send() // the code stands alone, so that it can be forwarded
		t.Tell(with(raw(t, "invite.code"), "code", code))
		t.Offer(dialog.Choice{Label: raw(t, "invite.open"), URL: dialog.StartURL + code})
		t.Send()
		t.Say("invite.after.say")
	}
	s.Actions["start.invited"] = func(t *dialog.Turn) { // the code that somebody came with
		if t.Run.Note != "" {
			b.entered(t, t.Run.Note)
		}
	}
	s.Facts["code"] = func(t *dialog.Turn) string {
		if t.Run.Note == "" {
			return "none"
		}
		return "given"
	}
	s.Readers["code"] = func(t *dialog.Turn, text string) []string {
		if _, _, ok := b.opens(t, text); !ok {
			return nil
		}
		return []string{"ok"}
	}
	s.Actions["join.send"] = func(t *dialog.Turn) {
		code := t.Run.Note
		if a := t.Run.Find("code"); a != nil {
			code = a.Text
		}
		if t.Run.Value("sure") != "yes" {
			t.Say("join.not.say")
			return
		}
		if held(t) {
			return
		}
		who, secret, ok := b.opens(t, code)
		if !ok {
			return
		}
		p := partners(t)
		p.Sent = slices.DeleteFunc(p.Sent, func(a Ask) bool { return a.With == who })
		ask := Ask{ID: random(t), With: who, Mine: nameIn(t.Run), At: t.Now}
		if !send(t, who, "ask", letter{Link: ask.ID, Secret: secret, Name: ask.Mine}) {
			t.Say("partner.later.say")
			return
		}
		p.Sent = append(p.Sent, ask)
		t.Say("join.sent.say")
	}
	b.asked(s)
}

// entered takes a code that came with a command.
func (b *bot) entered(t *dialog.Turn, code string) {
	if held(t) {
		return
	}
	if _, _, ok := b.opens(t, code); !ok {
		t.Start("partner", "")
		return
	}
	fields := strings.Fields(code)
	t.Start("linksafe", "join:"+fields[len(fields)-1])
}

// isCode tells whether a text is somebody's code.
func (b *bot) isCode(text string) bool {
	if b.Invited == nil || text == "" {
		return false
	}
	_, _, ok := b.Invited(text)
	return ok
}

// opens reads a code, alone or behind the command it was sent with, and says why
// it leads nowhere. Wrong ones are counted: after a few there is a wait.
func (b *bot) opens(t *dialog.Turn, text string) (who dialog.PersonID, secret string, ok bool) {
	p := partners(t)
	fields := strings.Fields(text)
	if len(p.Wrong) >= maxWrong {
		t.Say("join.wait.say")
		return "", "", false
	}
	if b.Invited != nil && len(fields) > 0 {
		who, secret, ok = b.Invited(fields[len(fields)-1])
	}
	switch {
	case !ok:
		p.Wrong = append(p.Wrong, t.Now)
		t.Say("join.wrong.say")
	case who == t.State.Person:
		t.Say("join.own.say")
	case p.with(who) != nil:
		t.Say("join.already.say")
	case p.full() && !slices.ContainsFunc(p.Sent, func(a Ask) bool { return a.With == who }):
		t.Say("join.full.say")
	default:
		return who, secret, true
	}
	return "", "", false
}

// asked is the other half: somebody has entered the code.
func (b *bot) asked(s *dialog.Script) {
	s.Actions["partner.ask"] = func(t *dialog.Turn) {
		p, l := partners(t), read(t)
		if p.Invite.Secret == "" || subtle.ConstantTimeCompare([]byte(p.Invite.Secret), []byte(l.Secret)) != 1 ||
			l.Link == "" || len(p.Links) >= maxLinks || p.with(t.Event.From) != nil {
			return // used, taken back, or too late: it lapses without a word
		}
		p.Asked = append(p.Asked, Ask{ID: l.Link, With: t.Event.From, Name: oneLine(l.Name), Mine: p.Invite.Mine, At: t.Now})
		p.Invite = Invite{}
		knock(t)
	}
	s.Values["asked_name"] = func(t *dialog.Turn) string {
		if i := askOf(t); i >= 0 {
			return dialog.Escape(partners(t).Asked[i].Name)
		}
		return t.Label("asked.somebody")
	}
	s.Actions["asked.answer"] = func(t *dialog.Turn) {
		p, i := partners(t), askOf(t)
		if i < 0 {
			t.Say("asked.gone.say")
			return
		}
		ask := p.Asked[i]
		switch answer := t.Run.Value("link"); {
		case answer == "no":
			p.Asked = slices.Delete(p.Asked, i, i+1)
			t.Say("asked.no.say")
		case answer != "yes":
			t.Say("asked.later.say")
		case held(t):
		case len(p.Links) >= maxLinks:
			t.Say("join.full.say")
		case !send(t, ask.With, "linked", letter{Link: ask.ID, Name: ask.Mine}):
			t.Say("partner.later.say")
		default:
			p.Asked = slices.Delete(p.Asked, i, i+1)
			p.Links = append(p.Links, Link{ID: ask.ID, With: ask.With, Name: ask.Name, Mine: ask.Mine, Since: t.Now})
			t.Say("asked.linked.say")
			t.Start("link", noteOf(ask.ID))
		}
	}
	s.Actions["partner.linked"] = func(t *dialog.Turn) {
		p, l := partners(t), read(t)
		i := slices.IndexFunc(p.Sent, func(a Ask) bool { return a.ID == l.Link && a.With == t.Event.From })
		if i < 0 || len(p.Links) >= maxLinks || p.with(t.Event.From) != nil {
			send(t, t.Event.From, "unlinked", letter{Link: l.Link}) // nobody waits for it any more
			return
		}
		ask := p.Sent[i]
		p.Sent = slices.Delete(p.Sent, i, i+1)
		p.Links = append(p.Links, Link{ID: ask.ID, With: ask.With, Name: oneLine(l.Name), Mine: ask.Mine, Since: t.Now, Fresh: true})
		knock(t)
	}
	s.Actions["partner.unlinked"] = func(t *dialog.Turn) {
		p, id := partners(t), read(t).Link
		theirs := func(a Ask) bool { return a.ID == id && a.With == t.Event.From }
		if l := p.link(id); l == nil || l.With != t.Event.From {
			if !slices.ContainsFunc(slices.Concat(p.Sent, p.Asked), theirs) {
				return
			}
		}
		t.RecallAll(t.Event.From)
		forgetLink(t, id)
	}
	s.Actions["partner.gone"] = func(t *dialog.Turn) {
		p := partners(t)
		var ids []string
		for _, a := range slices.Concat(p.Sent, p.Asked) {
			if a.With == t.Event.From {
				ids = append(ids, a.ID)
			}
		}
		if l := p.with(t.Event.From); l != nil {
			ids = append(ids, l.ID)
		}
		for _, id := range ids {
			forgetLink(t, id)
		}
		t.RecallAll(t.Event.From)
	}
}

// askOf is which question of somebody's the run is about, or -1.
func askOf(t *dialog.Turn) int {
	return slices.IndexFunc(partners(t).Asked, func(a Ask) bool { return t.Run != nil && noteOf(a.ID) == t.Run.Note })
}

// nameIn is the name that was written in a run.
func nameIn(r *dialog.Run) string {
	if a := r.Find("name"); a != nil {
		return oneLine(a.Text)
	}
	return ""
}

// oneLine is a name as it may stand on a button.
func oneLine(text string) string {
	return dialog.Clean(strings.Join(strings.Fields(text), " "), 40)
}
