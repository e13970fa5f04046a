package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
)

// Whatever the network and Telegram do, each answer is taken once and shown.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(s *telegramtest.Server, r *rater){
		"many limited": func(s *telegramtest.Server, r *rater) {
			s.FailOn("send edit answerCallback", 6, telegramtest.Limited, 1)
			s.FailOn("getUpdates", 2, telegramtest.Limited, 1)
			r.burst(12)
		},
		"answers lost after the effect": func(s *telegramtest.Server, r *rater) {
			for range 3 {
				s.Fail(1, telegramtest.Lost)
				s.Pass(1)
				r.burst(4)
				time.Sleep(50 * time.Millisecond)
			}
		},
		"the way is broken": func(s *telegramtest.Server, r *rater) {
			s.Fail(2, telegramtest.BadGateway)
			s.Fail(1, telegramtest.Internal)
			r.burst(12)
		},
		"everything comes twice": func(s *telegramtest.Server, r *rater) {
			s.Twice()
			r.burst(12)
		},
		"updates come in reverse": func(s *telegramtest.Server, r *rater) {
			s.Hold()
			r.burst(12)
			s.Release(true)
		},
		"malformed updates between": func(s *telegramtest.Server, r *rater) {
			for _, body := range []string{
				`"message":{"message_id":"x"}`, `"callback_query":7`, `"message":null`, `"message":{"from":{"id":1e99}}`, `"a_novelty":{"deep":[[[]]]}`,
			} {
				s.Raw(body)
				r.burst(3)
			}
		},
		"update ids begin anew": func(s *telegramtest.Server, r *rater) {
			r.burst(4)
			s.Wait(func() bool { return s.Unconfirmed() == 0 })
			s.Jump(41)
			r.burst(8)
		},
		"the network goes and comes": func(s *telegramtest.Server, r *rater) {
			r.burst(4)
			s.Offline(true)
			r.burst(4)
			time.Sleep(300 * time.Millisecond)
			s.Offline(false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMishap(t, setting{})
			m.start()
			r := m.newRater(3)
			r.begin(questions[0])
			fault(m.server, r)
			r.done(questions[1])
			m.check(r.evening)
		})
	}
}

// What a dead process had sent may still be on its way when the next one answers:
// it comes before what that one says, and does not stand below it.
func TestLateArrival(t *testing.T) {
	t.Parallel()
	m := newMishap(t, setting{})
	m.start()
	r := m.newRater(11)
	r.begin(questions[0])
	for range 3 {
		put := m.put()
		m.server.Fail(1, telegramtest.Slow)
		r.burst(1)
		time.Sleep(100 * time.Millisecond)
		m.kill()
		m.start()
		r.burst(1)
		m.await(func() bool { return m.put() > put })
		time.Sleep(1200 * time.Millisecond) // by then it has come
		r.settled()
	}
	r.done(questions[1])
	m.check(r.evening)
}

// Two programs with one token: the one that is told so backs off, and takes over
// when the other is gone.
func TestSecondPoller(t *testing.T) {
	t.Parallel()
	m := newMishap(t, setting{redis: true, replicas: 2})
	m.start()
	r := m.newRater(5)
	r.begin(questions[0])
	begun, calls := time.Now(), len(m.server.Calls("getUpdates"))
	for range 6 {
		r.burst(2)
		time.Sleep(600 * time.Millisecond)
	}
	calls = len(m.server.Calls("getUpdates")) - calls
	if per := float64(calls) / time.Since(begun).Seconds(); per > 8 {
		t.Errorf("two programs ask %.0f times a second", per)
	}
	m.kill(0)
	r.burst(4)
	r.done(questions[1])
	if !strings.Contains(m.logs.String(), "another program uses the same token") {
		t.Error("the operator is not told of the second program")
	}
	m.check(r.evening)
}

// What can not work ends at once, with code 1 and a hint.
func TestCanNotStart(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct {
		env, hint string
		revoked   bool
	}{
		"a token that is unknown": {hint: "hint: copy it again from @BotFather", revoked: true},
		"a token that is none":    {env: "TELEGRAM_TOKEN=swordfish", hint: "hint: @BotFather shows it"},
		"no network":              {env: "TELEGRAM_API_URL=" + gone.URL, hint: "hint: can this machine reach"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMishap(t, setting{})
			if c.revoked {
				m.server.Revoke()
			}
			m.bots[0] = startBot(t, m.logs, append(m.env, c.env), m.args[0]...)
			if code, _ := m.stop(); code != 1 {
				t.Errorf("exit code %d", code)
			}
			if said := m.logs.String(); !strings.Contains(said, c.hint) || strings.Contains(said, "swordfish") || strings.Contains(said, telegramtest.Token) {
				t.Errorf("said %q", said)
			}
		})
	}
}

// A token that is revoked while the bot runs ends it with the same hint.
func TestRevoked(t *testing.T) {
	t.Parallel()
	m := newMishap(t, setting{})
	m.start()
	m.server.Revoke()
	m.server.Offline(true) // the question that hangs ends
	m.server.Offline(false)
	if code, _ := m.stop(); code != 1 || !strings.Contains(m.logs.String(), "hint: copy it again from @BotFather") {
		t.Errorf("exit code %d, said %q", code, m.logs)
	}
}

// Asked to stop, the bot answers what it has taken and ends with 0; what it has
// not taken waits for the next.
func TestStopDrains(t *testing.T) {
	t.Parallel()
	m := newMishap(t, setting{})
	g := m.slowly()
	m.start()
	r := m.newRater(9)
	r.begin(questions[0])
	g.shut.Store(true)
	must(t, r.who.Tap(r.data[r.items[0]]))
	r.rate[r.items[0]]++
	if !m.server.Wait(func() bool { return g.holds.Load() > 0 }) {
		t.Fatal("nothing is being answered")
	}
	must(t, m.bots[0].Process.Signal(syscall.SIGTERM))
	time.Sleep(300 * time.Millisecond)
	g.shut.Store(false)
	if code, took := m.stop(); code != 0 || took > 5*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	r.settled() // nobody runs: it was answered on the way out
	before := m.put()
	m.start()
	time.Sleep(2 * time.Second) // what is in doubt comes again after a second
	if m.put() != before {
		t.Error("after a good end something was sent again")
	}
	r.burst(5)
	r.done(questions[1])
	m.check(r.evening)
}

// A second signal does not wait for a send that hangs, however soon it comes;
// nothing is lost by it.
func TestSecondSignalStopsAtOnce(t *testing.T) {
	for name, signals := range map[string][]os.Signal{"later": {syscall.SIGTERM, syscall.SIGTERM}, "together": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopAtOnce(t, signals)
		})
	}
}

func stopAtOnce(t *testing.T, signals []os.Signal) {
	m := newMishap(t, setting{})
	g := m.slowly()
	m.start()
	r := m.newRater(11)
	r.begin(questions[0])
	g.shut.Store(true)
	r.burst(5)
	if !m.server.Wait(func() bool { return g.holds.Load() > 0 }) {
		t.Fatal("nothing is being answered")
	}
	if signals == nil {
		must(t, m.bots[0].Process.Signal(syscall.SIGTERM))
		must(t, m.bots[0].Process.Signal(syscall.SIGINT))
	}
	code, took := m.stop(signals...)
	if code != 1 || took > 3*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	g.shut.Store(false)
	m.start()
	r.burst(3)
	r.done(questions[1])
	m.check(r.evening)
}
