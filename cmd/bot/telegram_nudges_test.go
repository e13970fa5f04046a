//go:build open

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
)

// The bot dies while it writes to people of itself. Nobody gets a nudge twice;
// one that was on its way when it died may be dropped, since nobody can know.
func TestKilledAtNudges(t *testing.T) {
	t.Parallel()
	// The clocks run fast, and each process begins anew at the right time. On Redis
	// the first 15 seconds of each are over before anything is due: so long a dead
	// process keeps its part of what may be sent.
	embedded, shared := pace{3600, 2}, pace{900, 4}
	for name, c := range map[string]struct {
		setting
		pace
		kills int
	}{
		"polling, embedded store":         {setting{}, embedded, 3},
		"polling, Redis":                  {setting{redis: true}, shared, 2},
		"webhook, embedded store":         {setting{webhook: true}, embedded, 3},
		"webhook, two replicas and Redis": {setting{redis: true, webhook: true, replicas: 2}, shared, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMishap(t, c.setting)
			m.start()
			const pairs = 5
			var all []*evening
			for i := range 2 * pairs {
				e := &evening{t: t, server: m.server, who: m.server.Person("en")}
				e.plan(fmt.Sprintf("in %d hours", c.first+i/2)) // two at a time
				all = append(all, e)
			}
			restart := func() {
				m.kill()
				m.start("--warp", fmt.Sprint(c.warp))
			}
			restart()
			random := rand.New(rand.NewPCG(23, 1))
			for i := range c.kills {
				if i%2 == 1 {
					m.server.Fail(1, telegramtest.Lost)
				}
				_, before := nudges(all)
				m.await(func() bool { _, n := nudges(all); return n > before })
				time.Sleep(time.Duration(random.IntN(4)) * time.Millisecond)
				if len(m.bots) == 2 && i%2 == 0 {
					m.kill(0) // the other goes on
				} else {
					restart()
				}
			}
			time.Sleep(c.after(c.first+pairs) + 2*time.Second)
			counts, sum := nudges(all)
			for _, n := range counts {
				if n > 1 {
					t.Errorf("somebody got %d nudges for one", n)
				}
			}
			if least := len(all) - 2*c.kills; sum < least {
				t.Errorf("only %d of %d nudges came: %d kills can not have cost more", sum, len(all), c.kills)
			}
			m.check(all[0])
			t.Logf("%d kills, %d nudges planned, %d came", c.kills, len(all), sum)
		})
	}
}

// pace is how fast the clock runs, and in how many of its hours the first nudges are due.
type pace struct{ warp, first int }

// after is how long so many hours of the clock are.
func (p pace) after(hours int) time.Duration {
	return time.Duration(hours) * time.Hour / time.Duration(p.warp)
}

// nudges counts those that each of them got.
func nudges(all []*evening) (counts []int, sum int) {
	for _, e := range all {
		n := 0
		for _, msg := range e.who.Messages() {
			if len(msg.Buttons) > 0 && msg.Buttons[0][0].Label == "Open" {
				n++
			}
		}
		counts, sum = append(counts, n), sum+n
	}
	return counts, sum
}

// plan has a nudge at a time that lies before the night: for the person it is noon.
func (e *evening) plan(when string) {
	e.t.Helper()
	e.type_("/start", "18 or older")
	e.press("Yes, I am", "Is it all right if I keep that?")
	e.press("Yes, that's fine", "which city")
	e.who.Type(fmt.Sprintf("12:%02d", time.Now().UTC().Minute())) // no secret: the log tells the time as well
	e.see("shares your clock|Where would you like to begin?")
	if screen := e.who.Screen(); strings.Contains(screen.Plain, "shares your clock") {
		e.press(screen.Labels()[0], "Where would you like to begin?")
	}
	e.type_("/after", "Just now")
	e.press("Just now", "Someone new")
	e.press("A steady partner", "Yes, show me")
	e.press("Not now", "check in with you")
	e.type_(when, "second time")
	e.press("Once is enough", "At most")
	e.press("That's fine", "getting to know each other")
}
