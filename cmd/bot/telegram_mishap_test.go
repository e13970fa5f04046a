package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/telegram/telegramtest"
)

// setting is how the bot is set up.
type setting struct {
	redis, webhook bool
	replicas       int // 0: one
}

// mishap is the real bot, which may be stopped and started again, and a Bot API
// server on which things go wrong.
type mishap struct {
	t      *testing.T
	server *telegramtest.Server
	store  *redistest.Server // nil: the embedded one
	front  *front            // nil: the bot polls
	env    []string
	args   [][]string // of each replica
	logs   *logged
	bots   []*exec.Cmd // of each replica; nil: it does not run
}

// newMishap makes the server and the settings; start starts the bot.
func newMishap(t *testing.T, with setting) *mishap {
	t.Helper()
	m := &mishap{t: t, server: telegramtest.New(), logs: &logged{}}
	t.Cleanup(m.server.Close)
	m.env = []string{"TELEGRAM_TOKEN=" + telegramtest.Token, "TELEGRAM_API_URL=" + m.server.URL(), "AFTERGLOW_KEYS=" + newKeys(t)}
	if with.redis {
		m.store = redistest.Start(t)
		m.env = append(m.env, "STORE_URL="+m.store.URL())
	}
	dir := t.TempDir()
	var backs []string
	for i := range max(1, with.replicas) {
		text := "log = \"debug\"\n"
		if with.webhook {
			backs = append(backs, freeAddr(t))
			text += fmt.Sprintf("[telegram.webhook]\nurl = \"https://bot.example/telegram\"\nlisten = %q\n", backs[i])
		}
		config := filepath.Join(dir, fmt.Sprintf("config%d.toml", i))
		must(t, os.WriteFile(config, []byte(text), 0o600))
		m.args = append(m.args, []string{"run", "--data", filepath.Join(dir, fmt.Sprint("data", i)), "--config", config})
	}
	m.bots = make([]*exec.Cmd, len(m.args))
	if with.webhook {
		m.front = newFront(t, backs)
		m.server.Proxy(m.front.addr)
	}
	return m
}

// start starts each replica that does not run and waits until it takes updates.
func (m *mishap) start(flags ...string) {
	m.t.Helper()
	asks := "getUpdates"
	if m.front != nil {
		asks = "setWebhook"
	}
	for i := range m.bots {
		if m.bots[i] != nil {
			continue
		}
		asked := len(m.server.Calls(asks))
		m.bots[i] = startBot(m.t, m.logs, m.env, slices.Concat(m.args[i], flags)...)
		if !m.server.Wait(func() bool { return len(m.server.Calls(asks)) > asked }) {
			m.t.Fatal("the bot does not take updates")
		}
	}
}

// kill ends these replicas as a power cut does, all of them if none is named.
func (m *mishap) kill(which ...int) {
	m.t.Helper()
	for i, bot := range m.bots {
		if bot == nil || len(which) > 0 && !slices.Contains(which, i) {
			continue
		}
		must(m.t, bot.Process.Kill())
	}
	for i, bot := range m.bots {
		if bot == nil || len(which) > 0 && !slices.Contains(which, i) {
			continue
		}
		if err := bot.Wait(); err == nil || bot.ProcessState.Exited() {
			m.t.Fatalf("the bot had ended by itself: %v", err)
		}
		m.bots[i] = nil
	}
}

// stop asks the only replica to end and returns its exit code and how long it took.
func (m *mishap) stop(signals ...os.Signal) (int, time.Duration) {
	m.t.Helper()
	begun, bot := time.Now(), m.bots[0]
	for _, s := range signals {
		must(m.t, bot.Process.Signal(s))
		time.Sleep(150 * time.Millisecond)
	}
	_ = bot.Wait()
	m.bots[0] = nil
	return bot.ProcessState.ExitCode(), time.Since(begun)
}

// check proves what holds after every mishap.
func (m *mishap) check(e *evening) {
	m.t.Helper()
	for _, problem := range m.server.Problems() {
		m.t.Errorf("Telegram would have refused: %s", problem)
	}
	e.tellsNothing(m.logs.String(), e.who.ID)
}
