package aftercare_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// These tests are a partner who means no good, and bad luck between two people.

// couple are people whose words to each other the test carries, or does not.
type couple struct {
	t      *testing.T
	script *dialog.Script
	now    time.Time
	people map[dialog.PersonID]*half
	gone   map[dialog.PersonID]time.Time // erased; zero: never
	cut    bool                          // no word is carried for now
	n      int
}

type half struct {
	who  dialog.PersonID
	blob []byte
	said []string // since it was last looked at
	shot []string // labels of the last question
}

const (
	ana = dialog.PersonID("test:ana")
	ben = dialog.PersonID("test:ben")
	cyd = dialog.PersonID("test:cyd")
)

func newCouple(t *testing.T, who ...dialog.PersonID) *couple {
	c := &couple{t: t, script: script(t), now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), people: map[dialog.PersonID]*half{}, gone: map[dialog.PersonID]time.Time{}}
	for _, w := range who {
		c.people[w] = &half{who: w}
		c.types(w, "/start", "yes", "agree", "Berlin", "look", "nothing")
	}
	return c
}

// types is what somebody writes, one after the other; it returns what they were told last.
func (c *couple) types(who dialog.PersonID, texts ...string) string {
	c.t.Helper()
	p := c.people[who]
	for _, text := range texts {
		p.said = nil
		c.now = c.now.Add(10 * time.Second)
		c.n++
		ev := dialog.Event{ID: fmt.Sprint("message ", c.n), Kind: dialog.Text, Text: text}
		if name, ok := strings.CutPrefix(text, "/"); ok {
			ev.Kind = dialog.Command
			ev.Name, ev.Text, _ = strings.Cut(name, " ")
		}
		c.step(p, ev)
	}
	return strings.Join(p.said, "\n")
}

func (c *couple) step(p *half, ev dialog.Event) {
	c.t.Helper()
	ev.Person = p.who
	since := c.gone[p.who]
	blob := p.blob
	if blob == nil && !since.IsZero() {
		s := dialog.NewState(p.who, uint64(c.n))
		s.Since = since
		blob = s.Encode()
	}
	if ev.Kind == dialog.Text || ev.Kind == dialog.Command {
		ev.At = c.now
	}
	next, out, err := c.script.Apply(blob, p.who, uint64(len(p.who))+uint64(c.n), ev, c.now)
	if err != nil {
		c.t.Fatal(err)
	}
	p.blob = next
	if out.Erase {
		p.blob, c.gone[p.who] = nil, c.now
	}
	for _, e := range out.Deliver {
		p.said = append(p.said, dialog.Plain(e.Msg.Text))
		p.shot = nil
		for _, row := range e.Msg.Choices {
			for _, x := range row {
				p.shot = append(p.shot, x.Label)
			}
		}
		if p.blob != nil {
			c.step(p, dialog.Event{Kind: dialog.Sent, Receipt: &dialog.Receipt{Entry: e.ID, OK: true, Ref: "1"}})
		}
	}
	for _, w := range out.Words {
		c.tell(p, w)
	}
}

func (c *couple) tell(from *half, w dialog.Word) {
	how := dialog.Refused
	to := c.people[w.To]
	switch {
	case c.cut:
	case to == nil || to.blob == nil || !w.At.After(c.gone[w.To]):
		how = dialog.Nobody
	default:
		c.step(to, w.Event(from.who))
		how = dialog.Taken
	}
	if from.blob != nil {
		c.step(from, dialog.Event{Kind: dialog.ToldWord, Told: &dialog.Told{Word: w.ID, Try: w.Tries, Telling: how}})
	}
}

// wait lets time pass: alarms ring every quarter of an hour.
func (c *couple) wait(d time.Duration) {
	c.t.Helper()
	for end := c.now.Add(d); c.now.Before(end); c.now = c.now.Add(15 * time.Minute) {
		for _, who := range []dialog.PersonID{ana, ben, cyd} {
			if p := c.people[who]; p != nil && p.blob != nil {
				c.step(p, dialog.Event{Kind: dialog.Alarm})
			}
		}
	}
}

// has is what is kept of somebody's partners.
func (c *couple) has(who dialog.PersonID) *aftercare.Partner {
	c.t.Helper()
	blob := c.people[who].blob
	if blob == nil {
		return &aftercare.Partner{}
	}
	s, err := dialog.DecodeState(blob)
	if err != nil {
		c.t.Fatal(err)
	}
	return aftercare.Everything(s).Partner
}

func (c *couple) invites(who dialog.PersonID, name string) (code string) {
	c.t.Helper()
	c.types(who, "/partner", "invite", "yes", name)
	said := c.types(who, "yes")
	_, code, ok := strings.Cut(said, "/partner ")
	if !ok {
		c.t.Fatalf("no code: %s", said)
	}
	return strings.Fields(code)[0]
}

func (c *couple) joins(who dialog.PersonID, code, name string) string {
	c.t.Helper()
	return c.types(who, "/partner "+code, "yes", name, "yes")
}

// agrees says yes to whoever asks under that name.
func (c *couple) agrees(who dialog.PersonID, name string) string {
	c.t.Helper()
	return c.types(who, "/partner", name+": used your code", "yes")
}

func (c *couple) link(inviter, invitee dialog.PersonID) {
	c.t.Helper()
	names := map[dialog.PersonID]string{ana: "Ana", ben: "Ben", cyd: "Cyd"}
	c.joins(invitee, c.invites(inviter, names[inviter]), names[invitee])
	c.agrees(inviter, names[invitee])
	if len(c.has(inviter).Links) == 0 || len(c.has(invitee).Links) == 0 {
		c.t.Fatalf("not linked: %v, %v\n%s", c.has(inviter), c.has(invitee), c.people[inviter].said)
	}
}

// shares has somebody fill their needs, their own things first, and let the only
// one they are linked with see the lines of touch.
func (c *couple) shares(who dialog.PersonID, name string, own ...string) string {
	c.t.Helper()
	c.types(who, "/needs", "in general", "cuddling")
	c.types(who, own...)
	c.types(who, "done")
	for range 11 {
		c.types(who, "skip")
	}
	c.types(who, "/partner", name, "choose what they see")
	c.types(who, "touch", "done")
	return c.types(who, "yes")
}
