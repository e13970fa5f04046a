package aftercare

import (
	"encoding/base64"
	"encoding/hex"
	"slices"

	"afterglow/dialog"
)

// letter is what a word between two people says. What it means goes by the
// word's name.
type letter struct {
	Link   string // the id of the link, or of the one to be
	Secret string // of the invite: ask
	Name   string // how the sender wants to be seen: ask, linked
	Kind   string // "thanks" or "wish": kind; [everything]: unlinked
	Text   string
	Set    Set // what may be seen: share
}

// Code tells the layout.
func (l *letter) Code(c *dialog.Coder) {
	c.String(&l.Link)
	c.String(&l.Secret)
	c.String(&l.Name)
	c.ID(&l.Kind)
	c.String(&l.Text)
	l.Set.Code(c)
}

// send posts a word to somebody and tells whether there was room for it. The last
// one drops whatever else waits for them.
func send(t *dialog.Turn, to dialog.PersonID, name string, l letter) bool {
	_, ok := t.Carry(dialog.Word{To: to, Name: name, Last: name == "unlinked", Text: l.packed()})
	return ok
}

func (l *letter) packed() string { return base64.RawStdEncoding.EncodeToString(dialog.Encode(nil, l)) }

// fits tells whether one word can carry it.
func (l *letter) fits() bool { return len(l.packed()) <= dialog.MaxWord }

// everything is the kind of a last word that ends all there is between two people.
const everything = "all"

// read is what the word of this turn says; one that makes no sense is empty and
// fits nothing.
func read(t *dialog.Turn) letter {
	var l letter
	data, err := base64.RawStdEncoding.DecodeString(t.Event.Text)
	if err != nil || dialog.Decode(string(data), &l) != nil {
		return letter{}
	}
	return l
}

// noteOf is a link's id as a flow's note, and linkOf the link that the run is
// about, or nil if it has gone meanwhile.
func noteOf(id string) string { return hex.EncodeToString([]byte(id)) }

func linkOf(t *dialog.Turn) *Link {
	if t.Run == nil {
		return nil
	}
	return linkNoted(t, t.Run.Note)
}

// linkNoted is the link of a note, or nil.
func linkNoted(t *dialog.Turn, note string) *Link {
	id, err := hex.DecodeString(note)
	if err != nil {
		return nil
	}
	return partners(t).link(string(id))
}

// unlink lets go of a link and all that came by it. Whatever still waits for
// them is dropped, and the last word takes the copies on their side away.
func unlink(t *dialog.Turn, id string) {
	p := partners(t)
	l := p.link(id)
	if l == nil {
		return
	}
	to := l.With
	forgetLink(t, id)
	send(t, to, "unlinked", letter{Link: id})
}

// forgetLink lets go of a link, or of somebody's question, on this side only.
func forgetLink(t *dialog.Turn, id string) {
	p := partners(t)
	p.Links = slices.DeleteFunc(p.Links, func(l Link) bool { return l.ID == id })
	p.Asked = slices.DeleteFunc(p.Asked, func(a Ask) bool { return a.ID == id })
	t.State.StopTimer("share", noteOf(id))
	note := noteOf(id)
	t.CloseIf(func(r *dialog.Run) bool { return r.Note == note && slices.Contains(linkFlows, r.Flow) })
}

// forgetPerson lets go of all there is with somebody, on this side only. What was
// asked of them waits out its week, without saying of whom: that it lapsed at once
// would tell that they have erased everything, which a mere no does not.
func forgetPerson(t *dialog.Turn, who dialog.PersonID) {
	p := partners(t)
	for i := range p.Sent {
		if p.Sent[i].With == who {
			p.Sent[i].With = ""
		}
	}
	var ids []string
	for _, a := range p.Asked {
		if a.With == who {
			ids = append(ids, a.ID)
		}
	}
	for _, l := range p.Links {
		if l.With == who {
			ids = append(ids, l.ID)
		}
	}
	for _, id := range ids {
		forgetLink(t, id)
	}
	t.RecallAll(who)
}

// linkFlows are the conversations about one link.
var linkFlows = []string{"asked", "link", "share", "thanks", "wish", "rename", "unlink"}

// unlinkAll is unlink for everybody, and takes every question back. The last word
// to each is for everything there is with them, since it drops any before it.
func unlinkAll(t *dialog.Turn) {
	p := partners(t)
	for len(p.Links) > 0 {
		l := p.Links[0]
		forgetLink(t, l.ID)
		send(t, l.With, "unlinked", letter{Kind: everything})
	}
	for _, a := range slices.Concat(p.Sent, p.Asked) {
		send(t, a.With, "unlinked", letter{Kind: everything})
	}
	t.State.DropPart(partPartner)
}
