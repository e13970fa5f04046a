package main

import (
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/adapters/redis/redistest"
)

// Of two replicas one holds the gateway. When it dies the other takes over and
// answers what was written meanwhile.
func TestDiscordReplicas(t *testing.T) {
	t.Parallel()
	server := discordtest.New()
	t.Cleanup(server.Close)
	env := append(discordEnv(t, server), "STORE_URL="+redistest.Start(t).URL())
	var logs [2]*logged
	var bots [2]*exec.Cmd
	for i := range bots {
		logs[i] = &logged{}
		bots[i] = startBot(t, logs[i], env, "run", "--data", t.TempDir(), "--config", discordConfig(t, ""))
	}
	connected(t, server)
	e := &discordEvening{t: t, server: server, who: server.Person("en-US")}
	e.arrive()
	time.Sleep(6 * time.Second) // each has looked for the lease again
	const line = "the gateway is connected"
	holder := slices.IndexFunc(logs[:], func(l *logged) bool { return strings.Contains(l.String(), line) })
	other := 1 - holder
	if server.Count("identify") != 1 || strings.Contains(logs[other].String(), line) {
		t.Fatalf("%d sessions were begun, and one is enough", server.Count("identify"))
	}
	died := time.Now()
	kill(t, bots[holder])
	e.who.Type("/needs") // a command, but typed: Discord keeps it
	for server.Count("identify") == 1 || !server.Connected() {
		if time.Since(died) > 30*time.Second {
			t.Fatal("nobody took over")
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("taken over after %v", time.Since(died).Round(100*time.Millisecond))
	e.see("for someone in particular")
	if server.Count("identify") != 2 {
		t.Errorf("%d sessions were begun", server.Count("identify"))
	}
	e.clean(logs[0].String() + logs[1].String())
}

// What goes wrong at Discord and on the way there: the person has every answer
// once, and in order.
func TestDiscordMishaps(t *testing.T) {
	t.Parallel()
	server := discordtest.New()
	server.Heartbeat = 4 * time.Second // five that are missed, and the connection is given up
	t.Cleanup(server.Close)
	env, logs := discordEnv(t, server), &logged{}
	args := []string{"run", "--data", t.TempDir(), "--config", discordConfig(t, "")}
	bot := startBot(t, logs, env, args...)
	connected(t, server)
	e := &discordEvening{t: t, server: server, who: server.Person("en-US")}
	e.arrive()
	e.touch()
	l := &listing{discordEvening: e}

	// The socket is cut while an answer is under way.
	l.add()
	server.DropSockets()
	l.settled()
	sessions := server.Count("identify")

	// The session can not be resumed, and something is written into the gap.
	server.ForgetSessions()
	server.DropSockets()
	l.add()
	l.settled()
	if server.Count("identify") == sessions {
		t.Error("no new session was begun")
	}

	// Every session is refused for a while.
	server.Stray(true)
	server.ForgetSessions()
	server.DropSockets()
	l.add()
	time.Sleep(3 * time.Second)
	server.Stray(false)
	l.settled()

	// Nothing is delivered, and no heartbeat answered.
	server.Deaf(true)
	l.add()
	for end := time.Now().Add(patience); server.Connected(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("missed heartbeats were not noticed")
		}
	}
	server.Deaf(false)
	l.settled()

	// Limits, failures, and answers that got lost.
	for _, f := range []discordtest.Fault{discordtest.Limited, discordtest.LimitedAll, discordtest.Lost, discordtest.Reset, discordtest.BadGateway} {
		server.Fail(1, f)
		l.add()
		l.settled()
	}

	// From now on everything comes twice.
	server.Twice()
	l.add()
	l.settled()

	// A cold start.
	must(t, bot.Process.Signal(syscall.SIGTERM))
	must(t, bot.Wait())
	l.add()
	l.add()
	startBot(t, logs, env, args...)
	l.settled()
	l.once(0)

	// The direct messages are closed; what is written there is heard again once
	// they are open.
	e.who.Block()
	before := server.Count("send") + server.Count("edit")
	e.who.Type("/help")
	for end := time.Now().Add(patience); server.Count("send")+server.Count("edit") == before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no answer was tried")
		}
	}
	time.Sleep(2 * time.Second)
	if tried := server.Count("send") + server.Count("edit") - before; tried > 2 {
		t.Errorf("a closed door was tried %d times", tried)
	}
	e.who.Unblock()
	e.who.Type("/needs")
	e.see("for someone in particular|Touch.|Words.")
	e.clean(logs.String())
}

// kill ends the process at once and waits until it is gone.
func kill(t *testing.T, bot *exec.Cmd) {
	t.Helper()
	if err := bot.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = bot.Wait() // it did not end well, as was asked
}

// arrive goes through the door.
func (e *discordEvening) arrive() {
	e.t.Helper()
	e.type_("/start", "18 or older")
	e.press("Yes, I'm 18 or older", "Is it all right if I keep that?")
	e.press("Yes, that's fine", "which city")
	e.type_("Berlin", "Where would you like to begin?")
}

// touch opens a list that things of one's own can be put on.
func (e *discordEvening) touch() {
	e.t.Helper()
	e.press("What does me good", "for someone in particular")
	e.press("A steady partner", "Touch.")
}

// listing is somebody who puts one thing after the other on a list.
type listing struct {
	*discordEvening
	tapped string
	items  []string // of all lists
	list   []string // of the one that is open
	turned int      // lists that are done; their last answer has changed into the next question
}

// things are unlike each other: what is nearly the same is taken for a slip of the finger.
var things = strings.Fields(`kestrel bramble lantern thimble orchard pumice velvet gravel harbour juniper saffron tundra
	walnut ribbon cobalt fjord magpie nettle quarry sundial turnip umbrella violin wicker`)

// thing is the next one that belongs on the list.
func (l *listing) thing() string {
	item := things[len(l.items)]
	l.items, l.list, l.typed = append(l.items, item), append(l.list, item), append(l.typed, item)
	return item
}

// add types a thing, and waits for nothing.
func (l *listing) add() { l.who.Type(l.thing()) }

// screen is the newest message that carries the list.
func (l *listing) screen() *discordtest.Message {
	last := new(discordtest.Message)
	for _, m := range l.who.Messages() {
		if m.Bot && slices.Contains(m.Labels(), "Done") {
			last = &m
		}
	}
	return last
}

func (l *listing) shows(item string) bool {
	s := l.screen()
	return slices.ContainsFunc(s.Labels(), func(label string) bool { return strings.Contains(label, item) })
}

// settled waits until everything that was typed is on the list.
func (l *listing) settled() {
	l.t.Helper()
	all := func(string) bool {
		return !slices.ContainsFunc(l.list, func(item string) bool { return !l.shows(item) })
	}
	if !l.who.Wait(patience, all) {
		l.t.Fatalf("something is missing: %s\n%s", strings.Join(l.list, ", "), l.who)
	}
}

// label is what stands on the thing that is tapped.
func (l *listing) label() string {
	l.t.Helper()
	for _, label := range l.screen().Labels() {
		if strings.Contains(label, l.tapped) {
			return label
		}
	}
	l.t.Fatalf("there is no %s\n%s", l.tapped, l.who)
	return ""
}

// once proves that each thing was answered once: no list was shown twice. So many
// lists may have given way, before they went, to the next one that says it all.
func (l *listing) once(gave int) {
	l.t.Helper()
	shown := map[string]int{}
	for _, m := range l.who.Messages() {
		if !m.Bot || !slices.Contains(m.Labels(), "Done") {
			continue
		}
		var own []string
		for _, item := range l.items {
			if slices.ContainsFunc(m.Labels(), func(label string) bool { return strings.Contains(label, item) }) {
				own = append(own, item)
			}
		}
		shown[strings.Join(own, ", ")]++
	}
	for list, n := range shown {
		if n > 1 && list != "" {
			l.t.Errorf("shown %d times: %s", n, list)
		}
	}
	if got := len(shown) - 1 + l.turned; got > len(l.items) || got < len(l.items)-gave { // one is the empty list
		l.t.Errorf("%d things, %d answers\n%s", len(l.items), got, l.who)
	}
}
