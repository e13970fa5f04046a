package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
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
			if c.redis {
				env = append(env, "STORE_URL="+redistest.Start(t).URL())
			}
			var backs []string
			logs := &logged{}
			for i := range c.replicas {
				args := []string{"run", "--warp", "3600", "--data", filepath.Join(dir, fmt.Sprint("data", i))}
				if c.webhook {
					addr := freeAddr(t)
					backs = append(backs, addr)
					config := filepath.Join(dir, fmt.Sprintf("replica%d.toml", i))
					text := fmt.Sprintf("log = \"debug\"\n[telegram.webhook]\nurl = \"https://bot.example/telegram\"\nlisten = %q\n", addr)
					if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
					args = append(args, "--config", config)
				}
				startBot(t, logs, env, args...)
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

func (e *evening) live() {
	e.type_("/start", "18 or older")
	e.press("Yes, I am", "Is it all right if I keep that?")
	e.press("Yes, that's fine", "which city")
	e.type_("Berlin", "Where would you like to begin?")
	e.press("What does me good", "for someone in particular")
	e.press("A steady partner", "Touch.")
	e.press("cuddling", "cuddling: want")
	e.type_("zebra stripes blanket fort", "zebra stripes blanket fort")
	e.press("Done", "Words.")
	e.press("Skip", "Food and water.")
	e.press("water", "water: want")
	e.press("Done", "Comfort things.")
	e.press("Stop here", "here.")
	e.type_("/starters", "Surprise me")
	e.press("Surprise me", "Long distance")
	e.press("Anyone", "Playful")
	e.press("Any", "Another")
	e.press("Keep it", "Another")
	e.press("Enough for now", "")
	e.type_("/after", "Just now")
	e.press("Just now", "Someone new")
	e.press("A steady partner", "Yes, show me")
	e.press("Yes, show me", "hurt")
	e.press("No", "check in with you")
	e.type_("tomorrow 8 pm", "second time")
	e.press("Once is enough", "At most 2 messages")
	e.press("That's fine", "")
	e.see("Open") // the nudge, by itself
	e.press("Open", "The short version")
	e.press("Yes", "bright")
	e.press("mixed", "bleeding")
	e.type_("tired, sore", "tender")
	e.press("calm", "calm")
	e.press("Done", "foggy")
	e.press("Skip", "own list")
	e.press("cuddling", "it was there")
	e.press("Done", "sooner")
	e.press("Skip", "for yourself|only for you")
	e.type_("purple umbrella weather", "")
	e.see("come by")
	e.press("No, that's enough", "")
	e.type_("/journal", "journal")
}

// tellsNothing proves that no output of the program has the token, the person's
// id or anything they typed.
func (e *evening) tellsNothing(out string, id int64) {
	e.t.Helper()
	secrets := append([]string{telegramtest.Token, "AAtest-token", fmt.Sprint(id)}, e.typed...)
	for _, s := range secrets {
		if strings.HasPrefix(s, "/") {
			continue // commands are no secret, and stand in paths
		}
		if strings.Contains(out, s) {
			e.t.Errorf("the output tells %q", s)
		}
	}
	if len(out) == 0 {
		e.t.Error("the program says nothing to its operator")
	}
}

// logged is what programs wrote. It may be written to at once.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// startBot starts the real binary; at the end it is asked to stop, and has to
// end well.
func startBot(t *testing.T, logs *logged, env []string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bot := filepath.Join(t.TempDir(), "bot")
	if err := os.Symlink(exe, bot); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bot, args...)
	cmd.Args[0] = "bot"
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = logs, logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the program's output:\n%s", logs)
		}
		if cmd.ProcessState != nil {
			return
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("asked to stop, the bot ended with %v", err)
		}
	})
	return cmd
}

// newKeys are keys as AFTERGLOW_KEYS takes them.
func newKeys(t testing.TB) string {
	t.Helper()
	ring, err := seal.NewKeyring(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	text, err := ring.Text()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// inTurn is a proxy before replicas, each of which gets every other request.
func inTurn(t *testing.T, backs []string) string {
	t.Helper()
	var n atomic.Int64
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: backs[int(n.Add(1))%len(backs)]})
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	addr := freeAddr(t)
	srv := &http.Server{Addr: addr, Handler: proxy}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return addr
}
