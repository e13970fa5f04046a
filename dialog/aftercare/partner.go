package aftercare

import (
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
)

// Partner is what a person has with others who use the bot too. Two people are
// two objects: what one sees of the other is a copy that a word has brought, and
// another word takes away. Nothing tells a partner what is kept beside it.
type Partner struct {
	Invite Invite
	Wrong  []time.Time // codes of the last hour that led nowhere
	Sent   []Ask       // of this person, waiting for somebody's yes
	Asked  []Ask       // of somebody, waiting for this person's yes
	Links  []Link
}

// Invite is the one code that is open, if any.
type Invite struct {
	Secret string `json:"-"`
	Until  time.Time
	Mine   string // how the person wants to be seen by who uses it
}

// Ask is a link that one of two has not agreed to yet.
type Ask struct {
	ID   string          `json:"-"` // of the link to be
	With dialog.PersonID `json:"-"`
	Name string          // how they want to be seen; empty: nobody knows yet
	Mine string          // how the person wants to be seen by them
	At   time.Time
}

// Link is somebody this person agreed to be linked with.
type Link struct {
	ID    string          `json:"-"` // random, the same on both sides
	With  dialog.PersonID `json:"-"`
	Name  string          // what this person calls them; nobody else sees it
	Mine  string          // how they see this person
	Since time.Time

	Shared Set       // what they can see
	Waits  Set       // what they will see at Due
	Due    time.Time // zero: nothing waits
	Theirs Set       // what they let this person see
	Got    []Got
	Fresh  bool        // something of theirs has not been looked at
	Kind   []time.Time // thanks and wishes sent in the last day
}

// Got is a thank-you or a wish.
type Got struct {
	Kind, Text string
	At         time.Time
}

const (
	maxLinks   = 3
	maxName    = 40      // runes
	maxGot     = 10      // the oldest goes
	maxGotSize = 3 << 10 // bytes of all their texts
	maxKind    = 3       // thanks and wishes a day and link
	maxWrong   = 5       // codes an hour
	inviteLife = 24 * time.Hour
	askLife    = 7 * 24 * time.Hour
	coolingOff = 12 * time.Hour
)

// partners is the part, without what has lapsed.
func partners(t *dialog.Turn) *Partner {
	p := dialog.Part[Partner](t.State, partPartner)
	if !t.Now.Before(p.Invite.Until) {
		p.Invite = Invite{}
	}
	old := func(a Ask) bool { return t.Now.Sub(a.At) >= askLife }
	p.Sent, p.Asked = slices.DeleteFunc(p.Sent, old), slices.DeleteFunc(p.Asked, old)
	p.Wrong = slices.DeleteFunc(p.Wrong, func(at time.Time) bool { return t.Now.Sub(at) >= time.Hour })
	return p
}

// Code tells the layout.
func (p *Partner) Code(c *dialog.Coder) {
	c.String(&p.Invite.Secret)
	c.Time(&p.Invite.Until)
	c.String(&p.Invite.Mine)
	dialog.List(c, &p.Wrong, (*dialog.Coder).Time)
	ask := func(c *dialog.Coder, a *Ask) {
		c.String(&a.ID)
		person(c, &a.With)
		c.String(&a.Name)
		c.String(&a.Mine)
		c.Time(&a.At)
	}
	dialog.List(c, &p.Sent, ask)
	dialog.List(c, &p.Asked, ask)
	dialog.List(c, &p.Links, func(c *dialog.Coder, l *Link) {
		c.String(&l.ID)
		person(c, &l.With)
		c.String(&l.Name)
		c.String(&l.Mine)
		c.Time(&l.Since)
		l.Shared.Code(c)
		l.Waits.Code(c)
		c.Time(&l.Due)
		l.Theirs.Code(c)
		dialog.List(c, &l.Got, func(c *dialog.Coder, g *Got) { c.ID(&g.Kind); c.String(&g.Text); c.Time(&g.At) })
		c.Bool(&l.Fresh)
		dialog.List(c, &l.Kind, (*dialog.Coder).Time)
	})
}

func person(c *dialog.Coder, p *dialog.PersonID) {
	s := string(*p)
	c.String(&s)
	*p = dialog.PersonID(s)
}

// link is the link id, or nil.
func (p *Partner) link(id string) *Link {
	i := slices.IndexFunc(p.Links, func(l Link) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Links[i]
}

// with is the link with somebody, or nil.
func (p *Partner) with(who dialog.PersonID) *Link {
	i := slices.IndexFunc(p.Links, func(l Link) bool { return l.With == who })
	if i < 0 {
		return nil
	}
	return &p.Links[i]
}

// full tells whether there is no room for one more.
func (p *Partner) full() bool { return len(p.Links)+len(p.Sent) >= maxLinks }

// fresh tells whether something has not been looked at, beside what that note is about.
func (p *Partner) fresh(beside string) bool {
	return slices.ContainsFunc(p.Asked, func(a Ask) bool { return noteOf(a.ID) != beside }) ||
		slices.ContainsFunc(p.Links, func(l Link) bool { return l.Fresh && noteOf(l.ID) != beside })
}

// partner is /partner: what can be shown to somebody, and who is linked.
func (b *bot) partner(s *dialog.Script) {
	s.Actions["partner.begin"] = func(t *dialog.Turn) {
		if code := t.Event.Text; code != "" && t.Event.Kind == dialog.Command {
			b.entered(t, code)
			return
		}
		t.Start("partner", "")
	}
	s.Lists["people"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		p := partners(t)
		for _, a := range p.Asked {
			list = append(list, dialog.Option{ID: "asked_" + noteOf(a.ID), Label: with(raw(t, "partner.people.asked"), "name", a.Name)})
		}
		for _, l := range p.Links {
			key := "partner.people.link"
			if l.Fresh {
				key = "partner.people.fresh"
			}
			list = append(list, dialog.Option{ID: "link_" + noteOf(l.ID), Label: with(raw(t, key), "name", l.Name)})
		}
		if !plan(t).Hold {
			list = append(list, dialog.Option{ID: "card"})
			if !p.full() && b.Invite != nil {
				list = append(list, dialog.Option{ID: "invite"}, dialog.Option{ID: "code"})
			}
		}
		return list
	}
	s.Values["partner_head"] = func(t *dialog.Turn) string {
		key := "partner.head.none"
		switch p := partners(t); {
		case len(p.Links) > 0:
			key = "partner.head.linked"
		case len(p.Sent) > 0:
			key = "partner.head.waiting"
		}
		return t.Label(key)
	}
	s.Actions["partner.chosen"] = func(t *dialog.Turn) {
		what := t.Run.Value("what")
		switch what {
		case "card":
			t.Start("card", "")
		case "invite", "code":
			t.Start("linksafe", map[string]string{"invite": "invite:", "code": "join:"}[what])
		case "close":
			t.Say("partner.closed.say")
		}
		if note, ok := strings.CutPrefix(what, "asked_"); ok && !held(t) {
			onScreen(t, note)
			t.Start("asked", note)
		}
		if note, ok := strings.CutPrefix(what, "link_"); ok {
			openLink(t, note)
		}
	}
	for _, room := range []func(*dialog.Script){b.cards, b.invites, b.linked, b.shared, b.received, b.kindWords, b.pings} {
		room(s)
	}
}

// held tells whether something hard came up, and says so: then nothing is shared,
// sent, asked or compared until the person restarts it.
func held(t *dialog.Turn) bool {
	if plan(t).Hold {
		t.Say("partner.on_hold.say")
		return true
	}
	return false
}
