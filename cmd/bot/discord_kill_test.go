package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
)

// The process is killed at each moment of an answer, while the person goes on.
// Discord brings a tap once: when it says that the tap is done it has been taken,
// or it took longer than the second that the bot waits for. What is typed it
// keeps, so nothing of that is lost. Nothing is taken or shown twice.
func TestDiscordKills(t *testing.T) {
	t.Parallel()
	k := newKilling(t, false)
	for i := range 2 * len(deaths) {
		if i == len(deaths) {
			k.next()
		}
		k.tap(func() {
			k.add()
			time.Sleep(time.Duration(k.random.IntN(100)) * time.Millisecond)
			k.add()
		}, func() {})
	}
	k.once(k.died) // what waited for the new process
	k.over()
}

// The same by HTTP, where nothing is typed but in forms. One that failed is handed
// in again. The form after it comes through, so that nobody has to wait until a
// dead sender's lease has ended.
func TestDiscordKillsHTTP(t *testing.T) {
	t.Parallel()
	k := newKilling(t, true)
	for range deaths {
		k.tap(func() {}, func() {
			k.write(func(submit func() error) bool { return k.killed(submit, func() {}) })
			k.write(func(submit func() error) bool { return submit() == nil })
		})
	}
	k.over()
}

// deaths are when the bot dies, by what Discord has seen of the answer.
var deaths = []struct {
	name   string
	lost   bool // Discord's answer to it is
	come   func(before, now sight) bool
	within time.Duration // of that; most of it happens at once
}{
	{name: "anywhere", within: 200 * time.Millisecond, come: func(before, now sight) bool { return now.done > before.done }},
	{name: "on the way in", come: func(before, now sight) bool { return now.done > before.done }},
	{name: "between acknowledgement and answer", come: func(before, now sight) bool { return now.acks > before.acks }},
	{name: "while answering", come: func(before, now sight) bool { return now.asked > before.asked }},
	{name: "between answer and note", come: func(before, now sight) bool { return now.answers > before.answers }},
	{name: "in doubt", lost: true, come: func(before, now sight) bool { return now.answers > before.answers }},
}

// sight is how much Discord has seen.
type sight struct{ done, acks, asked, answers int }

func (k *killing) sight() sight {
	s := sight{done: k.server.Count("interaction"), acks: len(k.server.Acks()), answers: k.answers()}
	for _, what := range []string{"send", "edit", "answer"} {
		s.asked += k.server.Count(what)
	}
	return s
}

// killing is somebody who taps and writes while the bot is killed.
type killing struct {
	listing
	logs   *logged
	random *rand.Rand
	start  func() *exec.Cmd // and waits until it listens
	bot    *exec.Cmd
	died   int // how often
	failed int // what Discord said had failed
	late   int // what was acknowledged before it was taken, and died
}

func newKilling(t *testing.T, http bool) *killing {
	server := discordtest.New()
	t.Cleanup(server.Close)
	server.AckTime = 2 * time.Second // less patient than the real one: a second of it is waited for the dead
	env, settings, addr := discordEnv(t, server), "", ""
	if http {
		addr = freeAddr(t)
		settings = fmt.Sprintf("interactions_listen = %q\n", addr)
		server.Endpoint = "http://" + addr + "/"
	}
	args := []string{"run", "--data", t.TempDir(), "--config", discordConfig(t, settings)}
	k := &killing{logs: &logged{}}
	k.start = func() *exec.Cmd {
		sessions := server.Count("identify")
		bot := startBot(t, k.logs, env, args...)
		if http {
			answersAt(t, addr)
			return bot
		}
		for end := time.Now().Add(patience); server.Count("identify") == sessions; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the bot does not come back")
			}
		}
		return bot
	}
	k.bot = k.start()
	k.listing = listing{tapped: "cuddling", discordEvening: &discordEvening{t: t, server: server, who: server.Person("en-US"), http: http}}
	k.arrive()
	k.touch()
	seed := uint64(time.Now().UnixNano())
	k.random = rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	return k
}

// killed lets the person do something while the bot is killed and started anew,
// and tells whether Discord said that it is done.
func (k *killing) killed(do func() error, meanwhile func()) bool {
	k.t.Helper()
	death := deaths[k.died%len(deaths)]
	k.died++
	x := k.random.Float64()
	late := time.Duration(x * x * x * float64(death.within))
	if death.lost {
		k.server.Fail(1, discordtest.Lost)
	}
	said, before := make(chan error, 1), k.sight()
	go func() { said <- do() }()
	for k.server.Count("interaction") == before.done {
		time.Sleep(50 * time.Microsecond)
	}
	dead := make(chan struct{})
	go func() {
		defer close(dead)
		for end := time.Now().Add(patience); !death.come(before, k.sight()); time.Sleep(50 * time.Microsecond) {
			if time.Now().After(end) {
				k.t.Errorf("it does not come to this: %s", death.name)
				break
			}
		}
		time.Sleep(late)
		kill(k.t.(*testing.T), k.bot)
	}()
	meanwhile()
	<-dead
	k.bot = k.start()
	err := <-said
	if err != nil && !errors.Is(err, discordtest.ErrFailed) {
		k.t.Fatalf("%v\n%s", err, k.who)
	}
	if err != nil {
		k.failed++
	}
	return err == nil
}

// tap taps once while the bot is killed, and looks what became of it after more
// was done.
func (k *killing) tap(meanwhile, after func()) {
	k.t.Helper()
	before, acked, label := k.taps(), len(k.server.Acks()), k.label()
	done := k.killed(func() error { return k.who.Press(label) }, meanwhile)
	after()
	k.settled()
	switch step := (k.taps() - before + 4) % 4; {
	case step > 1:
		k.t.Errorf("one tap counted as %d", step)
	case step == 0 && done && k.server.Acks()[acked] >= time.Second:
		k.late++
	case step == 0 && done:
		k.t.Errorf("a tap was done after %v, and is not known", k.server.Acks()[acked])
	}
}

// write hands a form in until Discord says that it is done.
func (k *killing) write(handIn func(func() error) bool) {
	k.t.Helper()
	item := things[len(k.items)]
	k.items, k.list, k.typed = append(k.items, item), append(k.list, item), append(k.typed, item)
	for range 10 {
		if err := k.who.Press("Write it here"); err != nil {
			k.t.Fatalf("%v\n%s", err, k.who)
		}
		if handIn(func() error { return k.who.Submit(item) }) {
			return
		}
	}
	k.t.Fatal("nothing can be handed in")
}

func (k *killing) over() {
	k.t.Helper()
	k.t.Logf("of what was done Discord said of %d that it failed; %d took longer than a second and died", k.failed, k.late)
	k.clean(k.logs.String())
}

// next goes on to the list of words.
func (k *killing) next() {
	k.press("Done", "Words.")
	k.tapped, k.list = "appreciation", nil
	k.turned++
}

// taps is how often it was tapped; the fourth time begins anew.
func (l *listing) taps() int {
	l.t.Helper()
	ends := func(rate string) bool { return strings.HasSuffix(l.label(), rate) }
	return 1 + slices.IndexFunc([]string{": want", ": ask me first", ": please don't"}, ends)
}
