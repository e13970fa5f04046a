package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/telegram/telegramtest"
)

// mishap is the real bot, which may be stopped and started again, and a Bot API
// server on which things go wrong.
type mishap struct {
	t      *testing.T
	server *telegramtest.Server
	env    []string
	args   []string
	logs   *logged
	bot    *exec.Cmd
}

// newMishap makes the server and the settings; start starts the bot.
func newMishap(t *testing.T, redis bool) *mishap {
	t.Helper()
	m := &mishap{t: t, server: telegramtest.New(), logs: &logged{}}
	t.Cleanup(m.server.Close)
	m.env = []string{"TELEGRAM_TOKEN=" + telegramtest.Token, "TELEGRAM_API_URL=" + m.server.URL(), "AFTERGLOW_KEYS=" + newKeys(t)}
	if redis {
		m.env = append(m.env, "STORE_URL="+redistest.Start(t).URL())
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "config.toml")
	must(t, os.WriteFile(config, []byte("log = \"debug\"\n"), 0o600))
	m.args = []string{"run", "--data", filepath.Join(dir, "data"), "--config", config}
	return m
}

// start starts the bot and waits until it asks for updates.
func (m *mishap) start(flags ...string) {
	m.t.Helper()
	before := len(m.server.Calls("getUpdates"))
	m.bot = startBot(m.t, m.logs, m.env, append(slices.Clone(m.args), flags...)...)
	if !m.server.Wait(func() bool { return len(m.server.Calls("getUpdates")) > before }) {
		m.t.Fatal("the bot does not ask for updates")
	}
}

// kill ends the bot as a power cut does.
func (m *mishap) kill() {
	m.t.Helper()
	must(m.t, m.bot.Process.Kill())
	if err := m.bot.Wait(); err == nil || m.bot.ProcessState.Exited() {
		m.t.Fatalf("the bot had ended by itself: %v", err)
	}
}

// stop asks the bot to end and returns its exit code and how long it took.
func (m *mishap) stop(signals ...os.Signal) (int, time.Duration) {
	m.t.Helper()
	begun := time.Now()
	for _, s := range signals {
		must(m.t, m.bot.Process.Signal(s))
		time.Sleep(150 * time.Millisecond)
	}
	_ = m.bot.Wait()
	return m.bot.ProcessState.ExitCode(), time.Since(begun)
}

// check proves what holds after every mishap.
func (m *mishap) check(e *evening) {
	m.t.Helper()
	for _, problem := range m.server.Problems() {
		m.t.Errorf("Telegram would have refused: %s", problem)
	}
	e.tellsNothing(m.logs.String(), e.who.ID)
}

// The bot dies again and again between receiving, committing, sending and
// acknowledging, and the person goes on tapping.
func TestKilled(t *testing.T) {
	for _, c := range []struct {
		name  string
		redis bool
		kills int // at each of five questions
	}{{"embedded store", false, 4}, {"Redis", true, 2}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newMishap(t, c.redis)
			m.start()
			r := m.newRater(17)
			moments := map[string]int{}
			for i, title := range questions[:5] {
				r.begin(title)
				for k := range c.kills {
					r.dieAt(m, i*c.kills+k, moments)
				}
				r.burst(2)
				r.done(questions[i+1])
			}
			r.finish()
			m.check(r.evening)
			t.Logf("%d kills (%v), %d taps, %d words of one's own: each taken once", 5*c.kills, moments, r.taps, len(r.own)*5)
		})
	}
}

// dieAt taps on and kills the bot at one of several moments, and starts it anew.
func (r *rater) dieAt(m *mishap, n int, moments map[string]int) {
	r.t.Helper()
	put := func() int { return len(m.server.Calls("sendMessage")) + len(m.server.Calls("editMessageText")) }
	before := put()
	seen := func() bool { return put() > before }
	name := ""
	switch n % 5 {
	case 0: // the updates are on their way or just read
		name = "at receipt"
		r.burst(4)
		time.Sleep(time.Duration(r.random.IntN(8)) * time.Millisecond)
	case 1: // the answer is on its way and arrives when the bot is dead
		name = "while sending"
		m.server.Fail(1, telegramtest.Slow)
		r.burst(4)
		time.Sleep(time.Duration(150+r.random.IntN(400)) * time.Millisecond)
	case 2: // it has arrived, which nobody has noted
		name = "before noting"
		r.burst(4)
		m.server.Wait(seen)
	case 3: // the answer to the answer is lost as well
		name = "in doubt"
		m.server.Fail(1, telegramtest.Lost)
		r.burst(4)
		m.server.Wait(seen)
	default:
		name = "anywhere"
		r.burst(6)
		time.Sleep(time.Duration(r.random.IntN(120)) * time.Millisecond)
	}
	moments[name]++
	m.kill()
	m.start()
}

// The bot dies while it writes to people of itself. Nobody gets a nudge twice;
// one that was on its way when it died may be dropped, since nobody can know.
func TestKilledAtNudges(t *testing.T) {
	const people, kills = 10, 4
	for name, redis := range map[string]bool{"embedded store": false, "Redis": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMishap(t, redis)
			m.start()
			var all []*evening
			for i := range people {
				e := &evening{t: t, server: m.server, who: m.server.Person("en")}
				e.plan(fmt.Sprintf("in %d hours", 2+i/2)) // two at a time
				all = append(all, e)
			}
			nudges := func() (counts []int, sum int) {
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
			random := rand.New(rand.NewPCG(23, 1))
			for i := range kills {
				m.kill()
				if i%2 == 1 {
					m.server.Fail(1, telegramtest.Lost)
				}
				_, before := nudges()
				m.start("--warp", "3600")
				m.server.Wait(func() bool { _, n := nudges(); return n > before || n == people-1 })
				time.Sleep(time.Duration(random.IntN(4)) * time.Millisecond)
			}
			m.kill()
			m.start("--warp", "3600")
			// What is left comes within seconds; what somebody dead was sending is
			// another's after the lease.
			time.Sleep(20 * time.Second)
			counts, sum := nudges()
			for _, n := range counts {
				if n > 1 {
					t.Errorf("somebody got %d nudges for one", n)
				}
			}
			if sum < people-2*kills {
				t.Errorf("only %d of %d nudges came: %d kills can not have cost more", sum, people, kills)
			}
			m.check(all[0])
			t.Logf("%d kills, %d nudges planned, %d came, none twice", kills+1, people, sum)
		})
	}
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
