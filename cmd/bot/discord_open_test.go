//go:build open

package main

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
)

// The process is killed at moments that nobody chose, while the person goes on.
func TestDiscordKills(t *testing.T) {
	t.Parallel()
	const kills = 12
	server := discordtest.New()
	t.Cleanup(server.Close)
	env, logs := discordEnv(t, server), &logged{}
	args := []string{"run", "--data", t.TempDir(), "--config", discordConfig(t, "")}
	bot := startBot(t, logs, env, args...)
	connected(t, server)
	e := &discordEvening{t: t, server: server, who: server.Person("en-US")}
	e.arrive()
	e.touch()
	l := &listing{discordEvening: e, tapped: "cuddling"}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	failed, lost := 0, 0
	for i := range kills {
		if i == kills/2 {
			l.next()
		}
		before, dead := l.taps(), make(chan struct{})
		moment := time.Duration(random.IntN(300)) * time.Millisecond
		go func() {
			defer close(dead)
			time.Sleep(moment)
			kill(t, bot)
		}()
		err := e.who.Press(l.label())
		switch {
		case errors.Is(err, discordtest.ErrFailed):
			failed++
		case err != nil:
			t.Fatal(err)
		}
		l.add()
		time.Sleep(time.Duration(random.IntN(100)) * time.Millisecond)
		l.add()
		<-dead
		sessions := server.Count("identify")
		bot = startBot(t, logs, env, args...)
		for end := time.Now().Add(patience); server.Count("identify") == sessions; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the bot does not come back")
			}
		}
		l.settled()
		switch step := (l.taps() - before + 4) % 4; {
		case step > 1:
			t.Errorf("one tap counted as %d", step)
		case step == 0 && err == nil:
			lost++ // acknowledged, and then the process died: nobody holds it
		}
	}
	t.Logf("%d kills; of the taps Discord said of %d that they failed, %d died with the process", kills, failed, lost)
	l.once()
	e.clean(logs.String())
}

// next goes on to the list of words.
func (l *listing) next() {
	l.press("Done", "Words.")
	l.tapped, l.list = "appreciation", nil
	l.turned++
}

// taps is how often it was tapped; the fourth time begins anew.
func (l *listing) taps() int {
	l.t.Helper()
	ends := func(rate string) bool { return strings.HasSuffix(l.label(), rate) }
	return 1 + slices.IndexFunc([]string{": want", ": ask me first", ": please don't"}, ends)
}
