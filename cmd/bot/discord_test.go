package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/adapters/redis"
	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/telegram/telegramtest"
)

// The real binary against a Discord as strict as the real one: the same evening as
// on Telegram by commands, buttons, menus, forms and text, on every way in and
// every store.
func TestDiscord(t *testing.T) {
	for _, c := range []struct {
		name        string
		redis, http bool
		replicas    int
	}{
		{"gateway on the embedded store", false, false, 1},
		{"gateway, two replicas on Redis", true, false, 2},
		{"HTTP on the embedded store", false, true, 1},
		{"HTTP, two replicas on Redis", true, true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := discordtest.New()
			t.Cleanup(server.Close)
			env := discordEnv(t, server)
			files := t.TempDir()
			data := files
			if c.redis {
				base := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
				env, files = append(env, "STORE_URL="+base.URL()), base.Dir
			}
			logs := &logged{}
			var backs []string
			for range c.replicas {
				settings := ""
				if c.http {
					backs = append(backs, freeAddr(t))
					settings = fmt.Sprintf("interactions_listen = %q\npublic_key = %q\n", backs[len(backs)-1], server.PublicKey())
				}
				startBot(t, logs, env, "run", "--warp", "3600", "--data", data, "--config", discordConfig(t, settings))
			}
			if c.http {
				server.Endpoint = "http://" + inTurn(t, backs) + "/"
				for _, addr := range backs {
					answersAt(t, addr)
				}
			} else {
				connected(t, server)
			}
			e := &discordEvening{t: t, server: server, who: server.Person("en-US"), http: c.http}
			liveAnEvening(e)
			if took := slices.Max(server.Acks()); took > 1500*time.Millisecond {
				t.Errorf("an acknowledgement took %v", took)
			}
			e.clean(logs.String())
			if hits := found(t, files, e.secrets()); len(hits) > 0 {
				t.Errorf("in the files of the store: %q", hits)
			}
		})
	}
}

// Where other people read along there is one neutral line, and nothing of it is
// kept; what may be shared is shared. So it is by the gateway and by HTTP.
func TestDiscordElsewhere(t *testing.T) {
	for name, http := range map[string]bool{"gateway": false, "HTTP": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			elsewhere(t, http)
		})
	}
}

func elsewhere(t *testing.T, http bool) {
	server, logs := discordtest.New(), &logged{}
	t.Cleanup(server.Close)
	base := redistest.Start(t)
	listen, settings := comeBy(t, server, http)
	startBot(t, logs, append(discordEnv(t, server), "STORE_URL="+base.URL()), "run", "--data", t.TempDir(), "--config", discordConfig(t, settings))
	listen()
	store, err := redis.Open(t.Context(), base.URL(), redis.Options{Prefix: defaults().Store.Prefix})
	must(t, err)
	defer store.Close()
	records := func() (n int) {
		for _, err := range store.Keys(context.Background()) {
			must(t, err)
			n++
		}
		return n
	}
	e := &discordEvening{t: t, server: server, who: server.Person("en-US"), http: http}
	commands := e.commands()
	own := 2 // the program's: send budgets, the roll of its keys, and the lease on the gateway
	if !http {
		own++
	}
	for end := time.Now().Add(patience); records() < own; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the program keeps %d records of its own", records())
		}
	}
	const line = "< (private) I only talk one to one, in private messages. Nothing of this chat reaches me. [Find me here]\n"
	for _, place := range []int{discordtest.Guild, discordtest.Private} {
		for _, name := range commands {
			chat := e.who.In(place)
			must(t, chat.Slash("/"+name))
			if got := chat.String(); got != line {
				t.Errorf("/%s says %q", name, got)
			}
		}
		chat := e.who.In(place)
		must(t, chat.Slash("/starters do=share"))
		must(t, chat.Press("Show me another"))
		shown := chat.Messages()[0]
		if !shown.Private {
			t.Error("the preview is for everybody to see")
		}
		must(t, chat.Press("Put it in the chat"))
		posted := func(string) bool { return len(chat.Messages()) == 2 }
		if !chat.Wait(patience, posted) {
			t.Fatalf("nothing was posted:\n%s", chat)
		}
		if m := chat.Messages()[1]; m.Private || m.Text == "" || !strings.HasSuffix(shown.Text, m.Text) {
			t.Errorf("what was shown is not what was posted:\n%s", chat)
		}
	}
	if n := records(); n != own {
		t.Errorf("there were %d records, and are %d", own, n)
	}
	if len(e.who.Messages()) > 0 {
		t.Errorf("a chat was begun that nobody asked for:\n%s", e.who)
	}
	e.type_("/start", "18 or older")
	if n := records(); n != own+1 {
		t.Errorf("a person came; there were %d records, and are %d", own, n)
	}
	e.clean(logs.String())
}

// Both platforms in one program and one store: the same number here and there is
// not the same person.
func TestBothPlatforms(t *testing.T) {
	t.Parallel()
	tg, dc := telegramtest.New(), discordtest.New()
	t.Cleanup(tg.Close)
	t.Cleanup(dc.Close)
	logs := &logged{}
	env := append(discordEnv(t, dc), "TELEGRAM_TOKEN="+telegramtest.Token, "TELEGRAM_API_URL="+tg.URL())
	startBot(t, logs, env, "run", "--data", t.TempDir(), "--config", discordConfig(t, ""))
	connected(t, dc)
	here := &evening{t: t, server: tg, who: tg.Person("en")}
	there := &discordEvening{t: t, server: dc, who: dc.Person("en-US")}
	for _, g := range []guest{here, there} {
		g.type_("/start", "18 or older")
	}
	for _, g := range []guest{there, here} {
		g.press("Yes, I'm 18 or older", "Is it all right if I keep that?")
		g.press("Yes, that's fine", "which city")
		g.type_("Berlin", "Where would you like to begin?")
	}
	for _, problem := range tg.Problems() {
		t.Errorf("Telegram would have refused: %s", problem)
	}
	here.tellsNothing(logs.String(), here.who.ID)
	there.clean(logs.String())
}

// Proxies open connections ahead of time. One that says nothing holds up the end
// for a few seconds, and does not make it a bad one.
func TestDiscordEndsBesideASilentConnection(t *testing.T) {
	server := discordtest.New()
	t.Cleanup(server.Close)
	listen, settings := comeBy(t, server, true)
	var silent net.Conn
	t.Cleanup(func() { silent.Close() }) // after the bot has ended
	runDiscordHere(t, server, settings, "")
	listen()
	silent, err := net.Dial("tcp", strings.Trim(server.Endpoint, "htp:/"))
	must(t, err)
}

// A token that Discord refuses is told with what to do about it, and ends the bot.
func TestDiscordTokenRefused(t *testing.T) {
	t.Parallel()
	server := discordtest.New()
	t.Cleanup(server.Close)
	logs := &logged{}
	env := append(discordEnv(t, server), "DISCORD_TOKEN=a-wrong-one")
	bot := startBot(t, logs, env, "run", "--data", t.TempDir())
	if _ = bot.Wait(); bot.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d", bot.ProcessState.ExitCode())
	}
	out := logs.String()
	if !strings.Contains(out, "discord: the token was refused") || !strings.Contains(out, "hint: ") || strings.Contains(out, "a-wrong-one") {
		t.Error("the error is not clear, or tells the token")
	}
}

// discordEvening is a person's evening on Discord.
type discordEvening struct {
	t      testing.TB
	server *discordtest.Server
	who    *discordtest.Person
	http   bool // what is typed reaches the bot by forms alone
	typed  []string
}

func (e *discordEvening) see(text string) {
	e.t.Helper()
	shown := func(string) bool {
		all := e.who.Messages()
		if len(all) == 0 {
			return false
		}
		said := all[len(all)-1].Text + strings.Join(all[len(all)-1].Labels(), "|")
		return slices.ContainsFunc(strings.Split(text, "|"), func(one string) bool { return strings.Contains(said, one) })
	}
	if !e.who.Wait(patience, shown) {
		e.t.Fatalf("not seen: %q\n%s", text, e.who)
	}
}

// answers is how often the bot has said something or changed what it said.
func (e *discordEvening) answers() (n int) {
	for _, m := range e.who.Messages() {
		if m.Bot && !m.Thinking {
			n += 1 + m.Edits
		}
	}
	return n
}

// answered waits until there is an answer more than before. Who goes on before
// that may be heard by another replica, in another order.
func (e *discordEvening) answered(before int, then string) {
	e.t.Helper()
	if !e.who.Wait(patience, func(string) bool { return e.answers() > before }) {
		e.t.Fatalf("no answer\n%s", e.who)
	}
	e.see(then)
}

// type_ runs a command, or says something: every other time in a form, where
// there is one.
func (e *discordEvening) type_(line, then string) {
	e.t.Helper()
	var err error
	before := e.answers()
	if strings.HasPrefix(line, "/") {
		err = e.who.Slash(line)
	} else {
		e.typed = append(e.typed, line)
		switch {
		case !e.http && len(e.typed)%2 == 1:
			e.who.Type(line)
		default:
			if err = e.who.Press("Write it here"); err == nil {
				err = e.who.Submit(line)
			}
		}
	}
	if err != nil {
		e.t.Fatalf("%s: %v\n%s", line, err, e.who)
	}
	e.answered(before, then)
}

func (e *discordEvening) press(label, then string) {
	e.t.Helper()
	before := e.answers()
	if err := e.who.Press(label); err != nil {
		e.t.Fatalf("%v\n%s", err, e.who)
	}
	e.answered(before, then)
}

// meaningless is what a component may be called: by twelve bytes of hashes, or by
// what the adapter itself does when it is used.
var meaningless = regexp.MustCompile(`^([A-Za-z0-9_-]{16}|~(write|many\d|one\d))$`)

// clean proves that Discord has nothing to complain of, no button tells what it
// is about but by its label, and the output tells nothing of anybody.
func (e *discordEvening) clean(out string) {
	e.t.Helper()
	for _, m := range e.who.Messages() {
		for _, c := range m.Components {
			if c.URL == "" && (!meaningless.MatchString(c.ID) || c.Value != "" && !meaningless.MatchString(c.Value)) {
				e.t.Errorf("%q is called %q, %q", c.Label, c.ID, c.Value)
			}
		}
	}
	for _, problem := range e.server.Problems() {
		e.t.Errorf("Discord would have refused: %s", problem)
	}
	tellsNothing(e.t, out, e.secrets())
}

func (e *discordEvening) secrets() []string {
	secrets := append([]string{discordtest.Token, "a-secret-that-nobody-may-print", "token-nobody_may_print", e.who.ID, e.who.Chat.ID}, e.typed...)
	for _, m := range e.who.Messages() {
		secrets = append(secrets, m.ID)
	}
	return secrets
}

// commands are the names of what the bot has registered.
func (e *discordEvening) commands() (names []string) {
	e.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		var list []struct{ Name, Description string }
		must(e.t, json.Unmarshal([]byte(e.server.Commands()), &list))
		for _, c := range list {
			names = append(names, c.Name)
			if c.Description == c.Name {
				e.t.Errorf("/%s is described by its name alone", c.Name)
			}
		}
		if len(names) > 0 {
			return names
		}
		if time.Now().After(end) {
			e.t.Fatal("no commands were registered")
		}
	}
}

func discordEnv(t testing.TB, server *discordtest.Server) []string {
	return []string{"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + server.URL(), "AFTERGLOW_KEYS=" + newKeys(t)}
}

// discordConfig is a settings file that has the bot tell all it ever tells.
func discordConfig(t testing.TB, settings string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bot.toml")
	must(t, os.WriteFile(file, []byte("log = \"debug\"\n[discord]\n"+settings), 0o600))
	return file
}

// comeBy settles how a server reaches the one bot that is about to start: with
// these settings, once listen has returned.
func comeBy(t testing.TB, server *discordtest.Server, http bool) (listen func(), settings string) {
	t.Helper()
	if !http {
		return func() { connected(t, server) }, ""
	}
	addr := freeAddr(t)
	server.Endpoint = "http://" + addr + "/"
	return func() { answersAt(t, addr) }, fmt.Sprintf("interactions_listen = %q\n", addr)
}

// connected waits until a bot listens to the gateway.
func connected(t testing.TB, server *discordtest.Server) {
	t.Helper()
	for end := time.Now().Add(patience); !server.Connected(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody listens to the gateway")
		}
	}
}
