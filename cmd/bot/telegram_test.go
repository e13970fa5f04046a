package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/telegram/telegramtest"
)

// The real binary against a Bot API server as strict as the real one: an evening
// and the days after it, by buttons and by text, on every way in and every store.
func TestTelegram(t *testing.T) {
	for _, c := range []struct {
		name           string
		redis, webhook bool
		replicas       int
	}{
		{"polling on the embedded store", false, false, 1},
		{"polling on Redis", true, false, 1},
		{"webhook on the embedded store", false, true, 1},
		{"webhook, two replicas on Redis", true, true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := telegramtest.New()
			t.Cleanup(server.Close)
			env := []string{"TELEGRAM_TOKEN=" + telegramtest.Token, "TELEGRAM_API_URL=" + server.URL(), "AFTERGLOW_KEYS=" + newKeys(t)}
			dir := t.TempDir()
			files := dir
			if c.redis {
				base := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
				env, files = append(env, "STORE_URL="+base.URL()), base.Dir
			}
			var backs []string
			logs := &logged{}
			for i := range c.replicas {
				args := []string{"run", "--warp", "3600", "--data", filepath.Join(dir, fmt.Sprint("data", i))}
				text := "log = \"debug\"\n" // all that it ever tells
				if c.webhook {
					addr := freeAddr(t)
					backs = append(backs, addr)
					text += fmt.Sprintf("[telegram.webhook]\nurl = \"https://bot.example/telegram\"\nlisten = %q\n", addr)
				}
				config := filepath.Join(dir, fmt.Sprintf("replica%d.toml", i))
				must(t, os.WriteFile(config, []byte(text), 0o600))
				startBot(t, logs, env, append(args, "--config", config)...)
			}
			if c.webhook {
				server.Proxy(inTurn(t, backs))
			}
			mira := server.Person("en")
			e := &evening{t: t, server: server, who: mira}
			e.live()
			for _, problem := range server.Problems() {
				t.Errorf("Telegram would have refused: %s", problem)
			}
			e.tellsNothing(logs.String(), mira.ID)
			if hits := found(t, files, e.secrets(mira.ID)); len(hits) > 0 {
				t.Errorf("in the files of the store: %q", hits)
			}
		})
	}
}

// evening is a person's evening on Telegram.
type evening struct {
	t      *testing.T
	server *telegramtest.Server
	who    *telegramtest.Person
	typed  []string
}

const patience = 40 * time.Second

// see waits until the bot's chat shows a text, or one of several between bars.
func (e *evening) see(text string) {
	e.t.Helper()
	deadline := time.Now().Add(patience)
	shown := func() bool {
		said := e.who.Screen().Plain + strings.Join(e.who.Screen().Labels(), "|")
		return slices.ContainsFunc(strings.Split(text, "|"), func(one string) bool { return strings.Contains(said, one) })
	}
	for !e.server.Wait(shown) {
		if time.Now().After(deadline) {
			e.t.Fatalf("not seen: %q\n%s", text, e.who.Chat())
		}
	}
}

func (e *evening) type_(line, then string) {
	e.t.Helper()
	e.typed = append(e.typed, line)
	e.who.Type(line)
	e.see(then)
}

func (e *evening) press(label, then string) {
	e.t.Helper()
	if err := e.who.Press(label); err != nil {
		e.t.Fatalf("%v\n%s", err, e.who.Chat())
	}
	e.see(then)
}

func (e *evening) live() { liveAnEvening(e) }

// tellsNothing proves that no output of the program has the token, the person's
// id or anything they typed.
func (e *evening) tellsNothing(out string, id int64) {
	e.t.Helper()
	tellsNothing(e.t, out, e.secrets(id))
}

func (e *evening) secrets(id int64) []string {
	return append([]string{telegramtest.Token, "AAtest-token", fmt.Sprint(id)}, e.typed...)
}
