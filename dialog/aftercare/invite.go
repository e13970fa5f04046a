package aftercare

import (
	"crypto/subtle"
	"slices"
	"strings"
	"unicode"

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
		secret := t.Secret()
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
		ask := Ask{ID: t.Secret(), With: who, Mine: nameIn(t.Run), At: t.Now}
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

// withoutCodes leaves out what looks like a code: chance spells words, and these
// are nobody's. No one writes so long a word with so many figures and capitals.
func withoutCodes(text string) string {
	const long, few = 30, 2
	var words []string
	for word := range strings.FieldsSeq(text) {
		digits, upper, lower := 0, 0, 0
		for _, r := range word {
			switch {
			case r >= '0' && r <= '9':
				digits++
			case r >= 'A' && r <= 'Z':
				upper++
			case r >= 'a' && r <= 'z':
				lower++
			}
		}
		if len(word) < long || min(digits, upper, lower) < few {
			words = append(words, word)
		}
	}
	if len(words) == len(strings.Fields(text)) {
		return text
	}
	return strings.Join(words, " ")
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
		p.Asked = slices.DeleteFunc(p.Asked, func(a Ask) bool { return a.With == t.Event.From }) // they wait for the newer one
		p.Asked = append(p.Asked, Ask{ID: l.Link, With: t.Event.From, Name: seenAs(t, l.Name), Mine: p.Invite.Mine, At: t.Now})
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
		case p.with(ask.With) != nil: // they have said yes to a question of this person's meanwhile
			p.Asked = slices.Delete(p.Asked, i, i+1)
			openLink(t, noteOf(p.with(ask.With).ID))
		case len(p.Links) >= maxLinks:
			t.Say("join.full.say")
		case !send(t, ask.With, "linked", letter{Link: ask.ID, Name: ask.Mine}):
			t.Say("partner.later.say")
		default:
			p.add(Link{ID: ask.ID, With: ask.With, Name: ask.Name, Mine: ask.Mine, Since: t.Now})
			t.Say("asked.linked.say")
			t.Start("link", noteOf(ask.ID))
		}
	}
	s.Actions["partner.linked"] = func(t *dialog.Turn) {
		p, l := partners(t), read(t)
		if mine := p.with(t.Event.From); mine != nil && l.Link != "" {
			reconcile(t, mine, l.Link)
			return
		}
		i := slices.IndexFunc(p.Sent, func(a Ask) bool { return a.ID == l.Link && a.With == t.Event.From })
		if i < 0 || len(p.Links) >= maxLinks {
			send(t, t.Event.From, "unlinked", letter{Link: l.Link}) // nobody waits for it any more
			return
		}
		ask := p.Sent[i]
		p.add(Link{ID: ask.ID, With: ask.With, Name: seenAs(t, l.Name), Mine: ask.Mine, Since: t.Now, Fresh: true})
		knock(t)
	}
	s.Actions["partner.unlinked"] = func(t *dialog.Turn) {
		x, p := read(t), partners(t)
		if x.Kind == everything {
			forgetPerson(t, t.Event.From)
		} else if l := p.link(x.Link); l != nil && l.With == t.Event.From {
			t.RecallAll(l.With)
			forgetLink(t, x.Link)
		}
	}
	s.Actions["partner.gone"] = func(t *dialog.Turn) { forgetPerson(t, t.Event.From) }
}

// add links somebody; what either has asked is settled by it.
func (p *Partner) add(l Link) {
	settled := func(a Ask) bool { return a.With == l.With }
	p.Sent, p.Asked = slices.DeleteFunc(p.Sent, settled), slices.DeleteFunc(p.Asked, settled)
	p.Links = append(p.Links, l)
}

// reconcile makes one link of two: each had used the other's code, and both said
// yes before they heard of it. Both sides keep the lower id.
func reconcile(t *dialog.Turn, l *Link, id string) {
	if id >= l.ID {
		return
	}
	note := noteOf(l.ID)
	t.State.StopTimer("share", note)
	l.ID = id
	if !l.Due.IsZero() {
		shareAt(t, l, l.Due)
	}
	t.CloseIf(func(r *dialog.Run) bool { return r.Note == note && slices.Contains(linkFlows, r.Flow) })
}

// askOf is which question of somebody's the run is about, or -1.
func askOf(t *dialog.Turn) int {
	return slices.IndexFunc(partners(t).Asked, func(a Ask) bool { return t.Run != nil && noteOf(a.ID) == t.Run.Note })
}

// nameIn is the name that was written in a run.
func nameIn(r *dialog.Run) string {
	if a := r.Find("name"); a != nil {
		return oneLine(a.Text, maxName)
	}
	return ""
}

// seenAs is a name that somebody else has chosen. One without anything to see would
// be a button that a platform may refuse.
func seenAs(t *dialog.Turn, name string) string {
	name = oneLine(name, maxName)
	seen := func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }
	if strings.IndexFunc(name, seen) < 0 {
		return t.Label("asked.somebody")
	}
	return name
}

// oneLine is what somebody wrote as it may stand on a button, or in the middle of
// a text: nothing in it looks like another paragraph.
func oneLine(text string, most int) string {
	return dialog.Clean(strings.Join(strings.Fields(text), " "), most)
}
