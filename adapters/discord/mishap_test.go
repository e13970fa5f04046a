package discord

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// oneButton answers everything with one question, in place where it can.
func oneButton(ev dialog.Event) []dialog.Message {
	m := dialog.Message{Text: say(ev), Choices: choices("on")}
	if ev.Kind == dialog.Press {
		m.Text, m.Edit = "pressed", ev.Screen
	}
	return []dialog.Message{m}
}

func TestSocketDropped(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	h.s.DropSockets()
	h.wait("it is noticed", func() bool { return !h.s.Connected() })
	h.p.Type("two") // nobody hears it; it is resumed
	h.wait("it is resumed", func() bool { return h.s.Count("resume") == 1 })
	h.reads("> one\n< text one [on]\n> two\n< text two [on]")
	if h.s.Count("identify") != 1 {
		t.Error("a new session was begun where the old one could go on")
	}
	h.clean()
}

func TestDroppedBetweenPressAndAnswer(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.do(h.p.Slash("/needs"))
	h.reads("< command needs [on]")
	h.slow = 50 * time.Millisecond
	h.do(h.p.Press("on"))
	h.s.DropSockets()
	h.reads("< pressed [on]")
	h.clean()
}

func TestAskedToReconnect(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.s.AskReconnect()
	h.wait("it is resumed", func() bool { return h.s.Count("resume") == 1 })
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	h.clean()
}

func TestSessionForgotten(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	h.s.ForgetSessions()
	h.s.DropSockets()
	h.p.Type("two") // into the gap: nobody will repeat it
	h.wait("a new session", func() bool { return h.s.Count("identify") == 2 && h.s.Connected() })
	h.reads("> one\n< text one [on]\n> two\n< text two [on]")
	h.clean()
}

func TestHeartbeatsUnanswered(t *testing.T) {
	h := open(t, func(_ *Config, p *pace) { p.idle = 300 * time.Millisecond }, oneButton).online()
	h.s.Deaf(true)
	h.wait("it is noticed", func() bool { return !h.bot.Online() })
	h.s.Deaf(false)
	h.wait("it is resumed", func() bool { return h.s.Count("resume") > 0 && h.bot.Online() })
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	if h.s.Count("identify") != 1 {
		t.Error("the session was ended by a proper close")
	}
	h.clean()
}

// TestColdStart: a program that was away reads again what it missed, in order
// and before what comes now.
func TestColdStart(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.p.Type("two")
	h.p.Type("three")
	var once sync.Once
	h.start(func(c *Config, _ *pace) {
		c.Open = func(ctx context.Context) ([]OpenDM, error) {
			once.Do(func() { h.p.Type("four") }) // while it is being found out who waits
			return h.lastSeen(ctx)
		}
	}, oneButton)
	h.wait("all is read", func() bool {
		return h.events() == "text one; text two; text three; text four"
	})
	h.clean()
}

// TestFirstScreenUnknown: a process died before it knew where its first message
// stands; what was answered to that is found all the same.
func TestFirstScreenUnknown(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.do(h.p.Slash("/start"))
	h.reads("< command start [on]")
	h.do(h.stop())
	h.p.Type("yes")
	h.start(func(c *Config, _ *pace) {
		c.Open = func(ctx context.Context) ([]OpenDM, error) {
			list, err := h.lastSeen(ctx)
			list[0].Last = ""
			return list, err
		}
	}, oneButton)
	h.reads("< command start [on]\n> yes\n< text yes [on]")
	h.clean()
}

// TestReadAgainFirst: after a cold start many chats are to be read again; who does
// something meanwhile does not wait until all of them are.
func TestReadAgainFirst(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.do(h.p.Slash("/needs"))
	h.reads("< command needs [on]")
	h.do(h.stop())
	h.p.Type("two")
	h.start(func(c *Config, _ *pace) {
		c.Rate = 20 // 12 of them for what may wait
		c.Open = func(ctx context.Context) (all []OpenDM, err error) {
			for range 1000 {
				p := h.s.Person("de")
				all = append(all, OpenDM{Person: personOf(p.ID), Last: place{p.Chat.ID, []string{"1"}}.ref()})
			}
			own, err := h.lastSeen(ctx)
			return append(all, own...), err
		}
	}, oneButton)
	h.wait("they are being read", func() bool { return h.s.Count("read") > 3 })
	h.do(h.p.Press("on"))
	h.wait("all is taken", func() bool { return strings.Count(h.events(), ";") == 2 })
	if got := h.events(); !strings.HasPrefix(got, "command needs; text two; press on ") {
		t.Error(got)
	}
	h.clean()
}

// TestPressBeforeWhatIsReadAgain: what is read again after a cold start may be
// newer than a press that waits. It does not overtake it, or the press would be
// one on an old screen.
func TestPressBeforeWhatIsReadAgain(t *testing.T) {
	for name, lag := range map[string]time.Duration{"waiting": 0, "under way": 50 * time.Millisecond} {
		t.Run(name, func(t *testing.T) { pressBeforeWhatIsReadAgain(t, lag) })
	}
}

func pressBeforeWhatIsReadAgain(t *testing.T, lag time.Duration) {
	h := open(t, nil, oneButton).online()
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.p.Type("two")
	h.s.Lag(lag)
	var once sync.Once
	pressed := make(chan error, 1)
	h.start(func(c *Config, _ *pace) {
		c.Open = func(ctx context.Context) ([]OpenDM, error) {
			once.Do(func() {
				before := h.s.Count("interaction")
				go func() { pressed <- h.p.Press("on") }()
				h.wait("it is pressed", func() bool { return h.s.Count("interaction") > before })
				h.p.Type("three")
			})
			return h.lastSeen(ctx)
		}
	}, oneButton)
	h.do(<-pressed)
	h.wait("all is taken", func() bool { return strings.Count(h.events(), ";") == 3 })
	if got := h.events(); !strings.HasPrefix(got, "text one; text two; press on ") || !strings.HasSuffix(got, "; text three") {
		t.Error(got)
	}
	h.clean()
}

func TestEverythingTwice(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.s.Twice()
	h.do(h.p.Slash("/needs"))
	h.reads("< command needs [on]")
	h.do(h.p.Press("on"))
	h.reads("< pressed [on]")
	h.p.Type("one")
	h.reads("< pressed [on]\n> one\n< text one [on]")
	h.clean()
}

func TestHandlerFails(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.fails = 3
	h.p.Type("one")
	h.p.Type("two")
	h.wait("both are taken, in order", func() bool { return h.events() == "text one; text two" })
	h.clean()
}

func TestHandlerPanics(t *testing.T) {
	var calls atomic.Int32
	h := open(t, nil, func(ev dialog.Event) []dialog.Message {
		if calls.Add(1) == 1 {
			panic("a secret")
		}
		return oneButton(ev)
	}).online()
	h.do(h.p.Slash("/needs"))
	h.wait("it is brought again", func() bool { return calls.Load() > 0 })
	h.p.Type("one") // the mutex of the house was let go, the bot lives
	h.wait("what came after", func() bool { return strings.HasSuffix(h.events(), "text one") })
}

func TestSendsThatFail(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault discordtest.Fault
		want  string // verdicts on the way
		chat  string
	}{
		{"lost: the nonce keeps it one", discordtest.Lost, "unknown", "> one\n< text one [on]"},
		{"reset", discordtest.Reset, "unknown", "> one\n< text one [on]"},
		{"a bad gateway", discordtest.BadGateway, "unknown", "> one\n< text one [on]"},
		{"a limit", discordtest.Limited, "later", "> one\n< text one [on]"},
		{"a limit of the whole bot", discordtest.LimitedAll, "later lane", "> one\n< text one [on]"},
		{"closed", discordtest.Closed, "gone", "> one"},
		{"nothing in common", discordtest.NoMutual, "gone", "> one"},
		{"no access: opened once more", discordtest.NoAccess, "", "> one\n< text one [on]"},
		{"a form that is refused goes out plain", discordtest.BadForm, "", "> one\n< text one 1) on"},
		{"refused", discordtest.Fault{Status: 400, Code: 20009}, "never", "> one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t, nil, oneButton).online()
			h.s.Fail(1, c.fault)
			h.p.Type("one")
			h.reads(c.chat)
			h.wait("the verdict", func() bool { return h.verdicts() == c.want })
			h.clean()
		})
	}
}

func TestUnreachable(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	h.s.Offline(true)
	for try := 0; ; try++ { // over connections that were left open it is in doubt; once they are used up, surely not sent
		_, err := h.bot.Send(context.Background(), personOf(h.p.ID), dialog.Message{ID: "x", Text: "x"})
		se := verdict(err)
		if se.Verdict == dialog.Later {
			break
		}
		if se.Verdict != dialog.Unknown || try > 100 {
			t.Fatalf("%+v", se)
		}
	}
	h.s.Offline(false)
	h.online()
	h.p.Type("two")
	h.reads("> one\n< text one [on]\n> two\n< text two [on]")
	h.clean()
}
