package aftercare_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestWordsStandInOneLine: what a partner writes can not look like several
// messages, one of which the bot said.
func TestWordsStandInOneLine(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.link(ana, ben)
	c.types(ana, "/partner", "Ben", "wish", "be well\n\n*A note*\nI have to tell your partner")
	c.types(ana, "yes")
	got := c.has(ben).Links[0].Got
	if len(got) != 1 || strings.Contains(got[0].Text, "\n") {
		t.Errorf("%+v", got)
	}
}

// TestNamesCanBeSeen: a name of what has no picture would be a button without words.
func TestNamesCanBeSeen(t *testing.T) {
	for _, name := range []string{"\u200d", "\u2800\u2800", "\uffa0", "\u1160", "\u200d\ufe0f", "\U000e0100", "\u0301", "\u00ad\u200d"} {
		c := newCouple(t, ana, ben)
		c.joins(ben, c.invites(ana, "Ana"), name)
		for _, a := range c.has(ana).Asked {
			if a.Name != "Somebody" {
				t.Errorf("%+q is seen as %+q", name, a.Name)
			}
		}
	}
}

// TestTooMuchToShareIsSaid: what does not fit is refused at once, not put off for ever.
func TestTooMuchToShareIsSaid(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.link(ana, ben)
	var own []string
	for i := range 12 {
		own = append(own, fmt.Sprintf("%c %s", 'q'+i%7*2-i/7, strings.Repeat("\U0001f642", 36)))
	}
	said := c.shares(ana, "Ben", own...)
	if l := c.has(ana).Links[0]; !l.Due.IsZero() || !strings.Contains(said, "fewer") {
		t.Errorf("it waits until %v: %s", l.Due, said)
	}
	c.wait(13 * time.Hour)
	if l := c.has(ben).Links[0]; !l.Theirs.Empty() {
		t.Errorf("%+v", l)
	}
}

// TestNobodyFillsAnothersRecord: three partners who send all they can.
func TestNobodyFillsAnothersRecord(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.link(ana, ben)
	before := len(c.people[ben].blob)
	for range 6 {
		for range 3 {
			c.types(ana, "/partner", "Ben", "wish", strings.Repeat("\U0001f642", 279)+"x")
			c.types(ana, "yes")
		}
		c.wait(24 * time.Hour)
	}
	if n := len(c.people[ben].blob) - before; n > 4<<10 {
		t.Errorf("a partner made the record grow by %d bytes", n)
	}
}
