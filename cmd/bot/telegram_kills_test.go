package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
)

// The bot dies again and again between receiving, committing, sending, noting and
// confirming, and the person goes on tapping. No answer is lost, none is taken
// twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setting
		questions, kills int // at each of them
	}{
		"polling, embedded store":         {setting{}, 5, 6},
		"polling, Redis":                  {setting{redis: true}, 1, 6},
		"webhook, embedded store":         {setting{webhook: true}, 5, 7},
		"webhook, two replicas and Redis": {setting{redis: true, webhook: true, replicas: 2}, 1, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMishap(t, c.setting)
			g := m.slowly()
			m.start()
			r := m.newRater(17)
			told := map[string]int{}
			for i, title := range questions[:c.questions] {
				r.begin(title)
				for k := range c.kills {
					moment := moments[(i+k)%len(moments)]
					if moment.webhook && m.front == nil {
						moment = moments[0]
					}
					told[moment.name]++
					moment.die(r, m, g)
					m.start()
				}
				r.burst(2)
				r.done(questions[i+1])
			}
			r.finish(c.questions)
			m.check(r.evening)
			t.Logf("%d kills (%v), %d taps, %d words of one's own: each taken once", c.kills*c.questions, told, r.taps, r.words)
		})
	}
}

// moments are when the bot dies.
var moments = []struct {
	name    string
	webhook bool // only there it can be had
	die     func(r *rater, m *mishap, g *gate)
}{
	{name: "anywhere", die: func(r *rater, m *mishap, _ *gate) {
		r.burst(6)
		time.Sleep(time.Duration(r.random.IntN(120)) * time.Millisecond)
		m.killSome(r.random)
	}},
	{name: "between receipt and commit", die: func(r *rater, m *mishap, _ *gate) {
		if m.store != nil { // which is sure if the store hangs
			m.store.Pause(m.t)
			defer m.store.Resume(m.t)
		}
		brought := m.server.Brought()
		r.burst(4)
		m.await(func() bool { return m.server.Brought() > brought })
		time.Sleep(time.Duration(r.random.IntN(3000)) * time.Microsecond)
		m.kill()
	}},
	{name: "between commit and send", die: func(r *rater, m *mishap, g *gate) {
		g.shut.Store(true)
		r.burst(4)
		m.await(func() bool { return g.holds.Load() > 0 })
		m.kill()
		g.shut.Store(false)
	}},
	{name: "while sending", die: func(r *rater, m *mishap, _ *gate) {
		m.server.Fail(1, telegramtest.Slow) // it arrives when the bot is dead
		r.burst(4)
		time.Sleep(time.Duration(150+r.random.IntN(400)) * time.Millisecond)
		m.killSome(r.random)
	}},
	{name: "between send and note", die: func(r *rater, m *mishap, _ *gate) {
		put := m.put()
		r.burst(4)
		m.await(func() bool { return m.put() > put })
		m.killSome(r.random)
	}},
	{name: "in doubt", die: func(r *rater, m *mishap, _ *gate) {
		put := m.put()
		m.server.Fail(1, telegramtest.Lost)
		r.burst(4)
		m.await(func() bool { return m.put() > put })
		m.kill()
	}},
	{name: "between commit and confirmation", webhook: true, die: func(r *rater, m *mishap, _ *gate) {
		lost := m.front.lost.Load()
		m.front.lose.Store(true)
		r.burst(4)
		m.await(func() bool { return m.front.lost.Load() > lost })
		m.kill()
		m.front.lose.Store(false)
	}},
}

// killSome kills all replicas or one of them.
func (m *mishap) killSome(random *rand.Rand) {
	m.t.Helper()
	if n := random.IntN(len(m.bots) + 1); n < len(m.bots) {
		m.kill(n)
		return
	}
	m.kill()
}

// put is how many calls have put something into a chat.
func (m *mishap) put() int {
	return len(m.server.Calls("sendMessage")) + len(m.server.Calls("editMessageText"))
}

// await is patient enough for what a dead process has left to come free.
func (m *mishap) await(ok func() bool) {
	m.t.Helper()
	for end := time.Now().Add(patience); !m.server.Wait(ok); {
		if time.Now().After(end) {
			m.t.Fatal("what was waited for does not happen")
		}
	}
}
