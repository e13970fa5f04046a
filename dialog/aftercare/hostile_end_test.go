package aftercare_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// TestForgettingReachesWhoWasAskedTwice: when two have each used the other's code,
// one link and one question stand between them; erasing takes both away.
func TestForgettingReachesWhoWasAskedTwice(t *testing.T) {
	c := newCouple(t, ana, ben)
	ours, theirs := c.invites(ana, "Ana"), c.invites(ben, "Ben")
	c.joins(ben, ours, "Ben")
	c.joins(ana, theirs, "Ana")
	c.agrees(ana, "Ben")
	c.shares(ana, "Ben")
	c.wait(13 * time.Hour)
	if l := c.has(ben).Links; len(l) != 1 || l[0].Theirs.Empty() {
		t.Fatalf("nothing was shared: %+v", l)
	}
	c.types(ana, "/forget", "yes")
	if c.people[ana].blob != nil {
		t.Fatalf("not erased: %s %s", c.people[ana].said, c.people[ana].shot)
	}
	if l := c.has(ben).Links; len(l) != 0 {
		t.Errorf("what was shared stays: %+v", l)
	}
}

// TestALinkOfALifeBefore: somebody erased everything while no word reached their
// partner, and is back. The partner's copies go with the partner's next word.
func TestALinkOfALifeBefore(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.link(ana, ben)
	c.shares(ben, "Ana")
	c.wait(13 * time.Hour)
	if l := c.has(ana).Links; len(l) != 1 || l[0].Theirs.Empty() {
		t.Fatalf("nothing was shared: %+v", l)
	}
	c.cut = true
	c.types(ben, "/forget", "yes")
	c.cut = false
	c.types(ben, "/start", "yes", "agree", "Berlin", "look", "nothing")
	c.types(ana, "/partner", "Ben", "thanks", "Thank you for being there.")
	c.types(ana, "yes")
	if l := c.has(ana).Links; len(l) != 0 {
		t.Errorf("the copies stay for ever: %+v", l)
	}
}

// TestNoAnswerTellsOfErasure: whoever used a code sees the same for the week,
// whether the other said no, said nothing, erased everything or had done so before.
func TestNoAnswerTellsOfErasure(t *testing.T) {
	sees := map[string]string{}
	for what, do := range map[string]func(c *couple, code string){
		"silence": func(c *couple, code string) { c.joins(ben, code, "Ben") },
		"a no": func(c *couple, code string) {
			c.joins(ben, code, "Ben")
			c.types(ana, "/partner", "Ben: used your code", "no")
		},
		"erased after":   func(c *couple, code string) { c.joins(ben, code, "Ben"); c.types(ana, "/forget", "yes") },
		"erased before":  func(c *couple, code string) { c.types(ana, "/forget", "yes"); c.joins(ben, code, "Ben") },
		"a minor":        func(c *couple, code string) { c.joins(ben, code, "Ben"); c.types(ana, "I am 15 years old") },
		"another invite": func(c *couple, code string) { c.invites(ana, "Ana"); c.joins(ben, code, "Ben") },
	} {
		c := newCouple(t, ana, ben)
		do(c, c.invites(ana, "Ana"))
		c.wait(time.Hour)
		sees[what] = c.types(ben, "/partner") + strings.Join(c.people[ben].shot, "|")
		if len(c.has(ben).Sent) != 1 {
			t.Errorf("%s: it does not wait any more", what)
		}
		c.wait(7 * 24 * time.Hour)
		if late := c.types(ben, "/partner"); late == sees[what] || len(c.has(ben).Sent) != 0 {
			t.Errorf("%s: it waits for ever", what)
		}
	}
	for what, text := range sees {
		if text != sees["silence"] {
			t.Errorf("%s can be told from silence:\n%s\n%s", what, text, sees["silence"])
		}
	}
}

// TestExportNamesNoPartner: nothing in it is the address of anybody else.
func TestExportNamesNoPartner(t *testing.T) {
	c := newCouple(t, ana, ben)
	code := c.invites(ana, "Ana")
	c.joins(ben, code, "Ben")
	c.agrees(ana, "Ben")
	c.cut = true
	c.types(ben, "/partner", "Ana", "thanks", "Thank you for being there.")
	c.types(ben, "yes", "/partner", "Ana", "wish")
	s, err := dialog.DecodeState(c.people[ben].blob)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(aftercare.Everything(s))
	if err != nil || strings.Contains(string(text), "test:ana") || len(s.Words) != 1 {
		t.Errorf("%v %d %s", err, len(s.Words), text)
	}
}

// TestTakenBackIsTakenBack: what waits to be seen is taken back with what is seen.
func TestTakenBackIsTakenBack(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.link(ana, ben)
	c.shares(ana, "Ben")
	c.wait(13 * time.Hour)
	c.types(ana, "/partner", "Ben", "choose what they see", "touch", "done", "yes")
	if c.has(ana).Links[0].Due.IsZero() {
		t.Fatal("nothing waits")
	}
	c.types(ana, "take it back")
	c.types(ana, "/partner", "Ben", "take it back")
	c.wait(25 * time.Hour)
	if l := c.has(ben).Links[0]; !l.Theirs.Empty() {
		t.Errorf("it is seen again: %+v", l.Theirs)
	}
}

// TestTwoYesAtOnce: two have used each other's code and say yes before either
// hears of it. Both end up with one and the same link, or with none.
func TestTwoYesAtOnce(t *testing.T) {
	c := newCouple(t, ana, ben)
	ours, theirs := c.invites(ana, "Ana"), c.invites(ben, "Ben")
	c.joins(ben, ours, "Ben")
	c.joins(ana, theirs, "Ana")
	c.cut = true
	c.agrees(ana, "Ben")
	c.agrees(ben, "Ana")
	c.cut = false
	c.wait(2 * time.Hour)
	a, b := c.has(ana).Links, c.has(ben).Links
	if len(a) != 1 || len(b) != 1 || a[0].ID != b[0].ID {
		t.Fatalf("%+v\n%+v", a, b)
	}
	c.types(ana, "/partner", "Ben", "thanks", "Thank you for being there.")
	c.types(ana, "yes")
	if got := c.has(ben).Links[0].Got; len(got) != 1 {
		t.Errorf("nothing arrives: %+v", got)
	}
}

// TestHeldInTheCoolingOff: danger told while lines wait to be seen takes them back.
func TestHeldInTheCoolingOff(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.link(ana, ben)
	c.shares(ana, "Ben")
	c.types(ana, "he hits me and I am afraid of him")
	c.wait(13 * time.Hour)
	if l := c.has(ben).Links[0]; !l.Theirs.Empty() || !c.has(ana).Links[0].Due.IsZero() {
		t.Errorf("it is seen, or will be: %+v", l.Theirs)
	}
}

// TestDangerIsNoWish: what the recogniser stops does not go to a partner, however
// the conversation goes on.
func TestDangerIsNoWish(t *testing.T) {
	for _, text := range []string{"I want to kill myself because of you", "If you leave me I will kill you", "he hits me and I am afraid of him", "I am 15 years old"} {
		c := newCouple(t, ana, ben)
		c.link(ana, ben)
		c.types(ana, "/partner", "Ben", "wish", text)
		c.types(ana, "yes", "yes", "/partner", "Ben", "wish", "yes")
		for _, l := range c.has(ben).Links {
			if len(l.Got) > 0 {
				t.Errorf("%q: %+v", text, l.Got)
			}
		}
		// and as a name
		c = newCouple(t, ana, ben)
		c.types(ben, "/partner "+c.invites(ana, "Ana"), "yes", text, "yes", "yes")
		if len(c.has(ana).Asked) > 0 {
			t.Errorf("%q is a name", text)
		}
	}
}

// TestNoCodeComesTwice: after the store has lost a commit, the code that was given
// to one person is not the one made for the next.
func TestNoCodeComesTwice(t *testing.T) {
	c := newCouple(t, ana)
	before := c.people[ana].blob
	lost := c.invites(ana, "Ana")
	c.people[ana].blob = before
	if again := c.invites(ana, "Ana"); again == lost {
		t.Errorf("%s comes again", again)
	}
}

// TestNoCodeIsDanger: a code is letters and digits as they fall, and some read like
// what a person says of themselves; that alone must close no account.
func TestNoCodeIsDanger(t *testing.T) {
	code := base64.RawURLEncoding.EncodeToString([]byte(secretOf(t, "-im-14-years-old-_--0A") + string(ben)))
	for _, text := range [][]string{{"/partner " + code}, {"/partner", "code", "yes", code}} {
		c := newCouple(t, ana, ben)
		if said := c.types(ana, text...); c.has(ana) == nil || strings.Contains(said, "adults") || !strings.Contains(said, "see you") && !strings.Contains(said, "safe saying no") {
			t.Errorf("%s: %s", text, said)
		}
	}
}

// secretOf is the 16 bytes with which a code begins like that.
func secretOf(t *testing.T, text string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != 16 {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	return string(raw)
}
