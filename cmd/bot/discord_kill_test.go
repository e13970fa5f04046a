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
// What is typed Discord keeps, so nothing of that is lost. A tap it brings until it
// is acknowledged: one whose process died between that and storing it is lost, and
// tapped again; one that was answered is not. Nothing is taken or shown twice.
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
// in again, and so is one that was lost, when the next screen lacks it. The form
// after it comes through, so that nobody has to wait until a dead sender's lease
// has ended.
func TestDiscordKillsHTTP(t *testing.T) {
	t.Parallel()
	k := newKilling(t, true)
	for range deaths {
		k.tap(func() {}, func() {
			item, shown := k.thing(), false
			k.write(item, func(submit func() error) (done bool) {
				done, shown = k.killed(submit, func() {}, func() bool { return k.shows(item) })
				return done
			})
			k.writeWell(k.thing())
			if !k.shows(item) {
				k.lose(item, shown)
				k.writeWell(item)
			}
		})
	}
	k.over()
}

// deaths are when the bot dies, by what Discord has seen of the answer.
var deaths = []struct {
	name   string
	lost   bool // Discord's answer to it is
	stored bool // a tap is, by then
	come   func(before, now sight) bool
	within time.Duration // of that; most of it happens at once
}{
	{name: "anywhere", within: 200 * time.Millisecond, come: func(before, now sight) bool { return now.done > before.done }},
	{name: "on the way in", come: func(before, now sight) bool { return now.done > before.done }},
	{name: "between acknowledgement and answer", come: func(before, now sight) bool { return now.acks > before.acks }},
	{name: "while answering", stored: true, come: func(before, now sight) bool { return now.asked > before.asked }},
	{name: "between answer and note", stored: true, come: func(before, now sight) bool { return now.answers > before.answers }},
	{name: "in doubt", lost: true, stored: true, come: func(before, now sight) bool { return now.answers > before.answers }},
}

// sight is how much Discord has seen. What is asked anew is no answer: a message
// that was in doubt is sent again, and stands there already.
type sight struct{ done, acks, asked, answers int }

func (k *killing) sight() sight {
	shown := k.answers()
	return sight{done: k.server.Count("interaction"), acks: len(k.server.Acks()), asked: k.server.Count("answer") + shown, answers: shown}
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
	gone   int // what was acknowledged, and not stored
}

func newKilling(t *testing.T, http bool) *killing {
	server := discordtest.New()
	t.Cleanup(server.Close)
	server.AckTime = 2 * time.Second // less patient than the real one: it is waited for the dead
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

// killed lets the person do something while the bot is killed and started anew. It
// tells whether Discord said that it is done, and whether the chat showed it when
// the bot was dead.
func (k *killing) killed(do func() error, meanwhile func(), shows func() bool) (done, shown bool) {
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
	shown = shows()
	k.bot = k.start()
	err := <-said
	if err != nil && !errors.Is(err, discordtest.ErrFailed) {
		k.t.Fatalf("%v\n%s", err, k.who)
	}
	if err != nil {
		k.failed++
	}
	return err == nil, shown
}

// lose notes that something is not known that Discord said was done. What had been
// stored may not be.
func (k *killing) lose(what string, stored bool) {
	k.t.Helper()
	if k.gone++; stored {
		k.t.Errorf("lost, though it had been stored: %s\n%s", what, k.who)
	}
}

// tap taps once while the bot is killed, looks what became of it after more was
// done, and taps again if nothing did.
func (k *killing) tap(meanwhile, after func()) {
	k.t.Helper()
	before, label, death := k.taps(), k.label(), deaths[k.died%len(deaths)]
	tapped := func() int { return (k.taps() - before + 4) % 4 }
	done, shown := k.killed(func() error { return k.who.Press(label) }, meanwhile, func() bool { return tapped() > 0 })
	after()
	k.settled()
	if tapped() == 0 {
		if done {
			k.lose("a tap, "+death.name, shown || death.stored)
		}
		must(k.t, k.who.Press(k.label()))
		k.who.Wait(patience, func(string) bool { return tapped() > 0 })
	}
	if n := tapped(); n != 1 {
		k.t.Errorf("one tap counted as %d, %s", n, death.name)
	}
}

// write hands a form in until Discord says that it is done.
func (k *killing) write(item string, handIn func(submit func() error) bool) {
	k.t.Helper()
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

// writeWell does so while nobody kills, and waits until it is answered.
func (k *killing) writeWell(item string) {
	k.t.Helper()
	k.write(item, func(submit func() error) bool { return submit() == nil })
	if !k.who.Wait(patience, func(string) bool { return k.shows(item) }) {
		k.t.Fatalf("not on the list: %s\n%s", item, k.who)
	}
}

func (k *killing) over() {
	k.t.Helper()
	k.t.Logf("of what was done in %d lives Discord said of %d that it failed; %d were acknowledged and not stored", k.died, k.failed, k.gone)
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
