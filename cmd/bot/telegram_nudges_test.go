package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

// The bot dies while it writes to people of itself. Nobody gets a nudge twice, and
// everybody gets theirs for whom it was not yet time when it died: one that was on
// its way may be dropped, since nobody can know.
func TestKilledAtNudges(t *testing.T) {
	t.Parallel()
	// The clocks run fast, and each process begins anew at the right time. On Redis
	// a dead process keeps its part of what may be sent for 15 seconds.
	const embedded, shared = 3600, 900
	for name, c := range map[string]struct {
		setting
		warp, kills int
	}{
		"polling, embedded store":         {setting{}, embedded, 3},
		"polling, Redis":                  {setting{redis: true}, shared, 2},
		"webhook, embedded store":         {setting{webhook: true}, embedded, 3},
		"webhook, two replicas and Redis": {setting{redis: true, webhook: true, replicas: 2}, shared, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after := func(hours int) time.Duration { return time.Duration(hours) * time.Hour / time.Duration(c.warp) }
			m := newMishap(t, c.setting)
			m.start()
			const pairs, first = 5, 3 // hours: nothing comes sooner after an evening
			var all []*planned
			for i := range 2 * pairs {
				p := &planned{evening: evening{t: t, server: m.server, who: m.server.Person("en")}, due: after(first + i/2)}
				p.plan(fmt.Sprintf("in %d hours", first+i/2)) // two at a time
				all = append(all, p)
			}
			var begun time.Time
			var longest time.Duration // of the lives that ended
			kill := func(which ...int) {
				m.kill(which...)
				life := time.Since(begun)
				longest = max(longest, life)
				for _, p := range all {
					p.doubtful = p.doubtful || p.due < life && p.nudges() == 0
				}
			}
			start := func() {
				begun = time.Now()
				m.start("--warp", fmt.Sprint(c.warp))
			}
			m.kill()
			start()
			random := rand.New(rand.NewPCG(23, 1))
			for i := range c.kills {
				if i%2 == 1 {
					m.server.Fail(1, telegramtest.Lost)
				}
				before := come(all)
				m.await(func() bool { return come(all) > before })
				time.Sleep(time.Duration(random.IntN(4)) * time.Millisecond)
				if len(m.bots) == 2 && i%2 == 0 {
					kill(0) // the other goes on
					continue
				}
				kill()
				start()
			}
			owed := func() bool {
				return !slices.ContainsFunc(all, func(p *planned) bool { return !p.doubtful && p.nudges() == 0 })
			}
			// What somebody dead was sending is another's after the lease, on the clock
			// of the dead. A day later those who did not react are asked again.
			again := longest + dialog.SendLease + 2*time.Second
			for time.Since(begun) < again || !owed() && time.Since(begun) < after(24) {
				time.Sleep(20 * time.Millisecond)
			}
			doubtful := 0
			for i, p := range all {
				if n := p.nudges(); n > 1 || n == 0 && !p.doubtful {
					t.Errorf("person %d, due after %v, got %d nudges", i, p.due, n)
				}
				if p.doubtful {
					doubtful++
				}
			}
			if doubtful == len(all) {
				t.Error("nothing can be told: all were due when the bot died")
			}
			m.check(&all[0].evening)
			t.Logf("%d kills, %d nudges planned, %d came, %d may have been on their way", c.kills, len(all), come(all), doubtful)
		})
	}
}

// planned is somebody who waits for a nudge.
type planned struct {
	evening
	due      time.Duration // in the life of a process
	doubtful bool          // one died when it was due and had not come
}

// nudges is how many have come.
func (p *planned) nudges() (n int) {
	for _, msg := range p.who.Messages() {
		if len(msg.Buttons) > 0 && msg.Buttons[0][0].Label == "Open" {
			n++
		}
	}
	return n
}

// come is how many nudges have come to all of them.
func come(all []*planned) (n int) {
	for _, p := range all {
		n += p.nudges()
	}
	return n
}

// plan has a nudge at a time that lies before the night: for the person it is morning.
func (e *evening) plan(when string) {
	e.t.Helper()
	e.type_("/start", "18 or older")
	e.press("Yes, I'm 18 or older", "Is it all right if I keep that?")
	e.press("Yes, that's fine", "which city")
	e.who.Type(fmt.Sprintf("09:%02d", time.Now().UTC().Minute())) // no secret: the log tells the time as well
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
