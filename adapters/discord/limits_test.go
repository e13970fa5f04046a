package discord

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// TestWall: a page of the wall before Discord is a limit for all, and nothing
// more is asked for until it is over.
func TestWall(t *testing.T) {
	h := open(t, nil, func(dialog.Event) []dialog.Message { return nil }).online()
	h.p.Type("one")
	h.wait("it is known where", func() bool { return h.bot.dms.get(h.p.ID) != "" })
	h.s.Fail(1, discordtest.Walled)
	for i := range 3 {
		_, err := h.bot.Send(context.Background(), personOf(h.p.ID), dialog.Message{ID: fmt.Sprint("w", i), Text: "x"})
		se := verdict(err)
		if se.Verdict != dialog.Later || !se.Lane || se.After < 30*time.Second {
			t.Errorf("%+v", se)
		}
	}
	if h.s.Count("send") != 1 {
		t.Errorf("asked %d times", h.s.Count("send"))
	}
}

func TestLimitIsHeeded(t *testing.T) {
	h := open(t, nil, func(ev dialog.Event) []dialog.Message {
		var out []dialog.Message
		for i := range 6 {
			out = append(out, dialog.Message{Text: fmt.Sprint("line ", i)})
		}
		return out
	})
	h.s.RateLimit(3, 300*time.Millisecond)
	h.online()
	h.p.Type("go")
	h.reads("> go\n< line 0\n< line 1\n< line 2\n< line 3\n< line 4\n< line 5")
	if h.s.Invalid() > 0 || h.verdicts() != "" {
		t.Errorf("%d refused, %s", h.s.Invalid(), h.verdicts())
	}
	h.clean()
}

// TestFiftyASecond: however much there is to say, in no second it is more than
// Discord takes, with something to spare for what bunches up on the way.
func TestFiftyASecond(t *testing.T) {
	l := newLimits(usualRate, time.Second)
	var sent []time.Time
	for now := epoch; now.Before(epoch.Add(5 * time.Second)); now = now.Add(time.Millisecond) {
		for l.all.AllowN(now, 1) {
			sent = append(sent, now)
		}
	}
	most := 0
	for i, first := range sent {
		n := slices.IndexFunc(sent[i:], func(at time.Time) bool { return at.Sub(first) > time.Second })
		most = max(most, n)
	}
	if most > 49 || len(sent) < 200 {
		t.Errorf("%d in the fullest second, %d in five", most, len(sent))
	}
}

// TestLimitOfTheWholeBot: after one refusal nothing goes out until Discord said so,
// but taps are acknowledged all the while.
func TestLimitOfTheWholeBot(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	h.s.Fail(1, discordtest.Fault{Status: 429, Code: 40062, After: 2 * time.Second, Global: true})
	begun := time.Now()
	if _, err := h.bot.Send(context.Background(), personOf(h.p.ID), dialog.Message{ID: "a", Text: "x"}); err == nil || !verdict(err).Lane {
		t.Errorf("%+v", err)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := h.bot.Send(context.Background(), personOf(h.p.ID), dialog.Message{ID: "b", Text: "later"})
		sent <- err
	}()
	h.do(h.p.Press("on"))
	if took := time.Since(begun); took > 1500*time.Millisecond {
		t.Errorf("a tap was acknowledged after %v", took)
	}
	h.do(<-sent)
	if took := time.Since(begun); took < 2*time.Second || h.s.Invalid() != 1 {
		t.Errorf("sent after %v, refused %d times", took, h.s.Invalid())
	}
	h.reads("> one\n< pressed [on]\n< later")
	h.clean()
}

func TestStrangers(t *testing.T) {
	h := open(t, nil, nil).online()
	send := func(p *discordtest.Person, id string) *dialog.SendError {
		_, err := h.bot.Send(context.Background(), personOf(p.ID), dialog.Message{ID: id, Text: "A nudge.", Nudge: true})
		if err == nil {
			return nil
		}
		return verdict(err)
	}
	if se := send(h.p, "a"); se != nil || h.s.Count("open") != 1 {
		t.Error(se)
	}
	if se := send(h.p, "b"); se != nil || h.s.Count("open") != 1 {
		t.Error("opened twice", se)
	}
	h.s.FailOpening(1, discordtest.TooFast)
	if se := send(h.s.Person("de"), "c"); se == nil || se.Verdict != dialog.Later || se.After < openPause || se.Lane {
		t.Errorf("%+v", se)
	}
	if se := send(h.s.Person("de"), "d"); se == nil || se.Verdict != dialog.Later || se.Lane || h.s.Count("open") != 2 {
		t.Errorf("%+v, opened %d times", se, h.s.Count("open"))
	}
	if se := send(h.p, "e"); se != nil {
		t.Errorf("those who are known are held up: %v", se)
	}
	h.reads("< A nudge.\n< A nudge.\n< A nudge.")
	h.clean()
}

// TestOpeningIsSlow: many strangers at once are opened a few at a time.
func TestOpeningIsSlow(t *testing.T) {
	h := open(t, func(_ *Config, p *pace) { p.reopen = time.Hour }, nil).online()
	later := 0
	for i := range 30 {
		_, err := h.bot.Send(context.Background(), personOf(h.s.Person("de").ID), dialog.Message{ID: fmt.Sprint(i), Text: "x"})
		if err != nil && verdict(err).Verdict == dialog.Later {
			later++
		}
	}
	if h.s.Count("open") != 10 || later != 20 {
		t.Errorf("%d opened, %d later", h.s.Count("open"), later)
	}
}

// TestBreaker: refused requests stop long before Discord bans the address, those
// that answer taps a little later than the others.
func TestBreaker(t *testing.T) {
	h := open(t, func(c *Config, p *pace) { c.Rate, p.unanswered = 1e6, time.Hour }, func(dialog.Event) []dialog.Message { return nil }).online()
	h.do(h.p.Slash("/needs"))
	h.wait("it is taken", func() bool { return h.events() == "command needs" })
	h.p.Block()
	h.s.Expire()
	late := readHint(h.seen[0].Hint)
	late.until = time.Now().Add(time.Minute) // by our clock it lives
	late.reply, late.screen = false, "8"
	for _, c := range []struct {
		hint string
		most int
	}{{"", maxBad}, {late.String(), maxBadFree}} {
		var last *dialog.SendError
		for range maxBad + 50 {
			_, err := h.bot.Send(context.Background(), personOf(h.p.ID), dialog.Message{ID: "a", Text: "x", Edit: dialog.Ref(h.p.Chat.ID + "/8"), Hint: c.hint})
			last = verdict(err)
		}
		if h.s.Invalid() != c.most || last.Verdict != dialog.Later || !last.Lane {
			t.Errorf("%d refused; %+v", h.s.Invalid(), last)
		}
	}
}
