package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"afterglow/adapters/seal"
)

// guest is somebody at the screen of a platform. Each of the methods waits until
// the newest message shows a text, or one of several between bars.
type guest interface {
	type_(line, then string)
	press(label, then string)
	see(text string)
}

// liveAnEvening is an evening and the days after it; it needs a clock that runs
// fast, or the nudge does not come.
func liveAnEvening(a guest) {
	a.type_("/start", "18 or older")
	a.press("Yes, I'm 18 or older", "Is it all right if I keep that?")
	a.press("Yes, that's fine", "which city")
	a.type_("Berlin", "Where would you like to begin?")
	a.press("What does me good", "for someone in particular")
	a.press("A steady partner", "Touch.")
	a.press("cuddling", "cuddling: want")
	a.type_("zebra stripes blanket fort", "zebra stripes blanket fort")
	a.press("Done", "Words.")
	a.press("Skip", "Food and water.")
	a.press("water", "water: want")
	a.press("Done", "Comfort things.")
	a.press("Stop here", "here.")
	a.type_("/starters", "Surprise me")
	a.press("Surprise me", "Long distance")
	a.press("Anyone", "Playful")
	a.press("Any", "Another")
	a.press("Keep it", "Another")
	a.press("Enough for now", "Good luck with it|here whenever you want|Take your time") // replicas may take two things done at once in either order
	a.type_("/after", "Just now")
	a.press("Just now", "Someone new")
	a.press("A steady partner", "Yes, show me")
	a.press("Yes, show me", "hurt")
	a.press("No", "check in with you")
	a.type_("20:00", "second time") // "tomorrow" can mean two days after midnight, and it may be any hour
	a.press("Once is enough", "At most 2 messages")
	a.press("That's fine", "")
	a.see("Open") // the nudge, by itself
	a.press("Open", "The short version")
	a.press("Yes", "bright")
	a.press("mixed", "bleeding")
	a.type_("tired, sore", "tender")
	a.press("calm", "calm")
	a.press("Done", "foggy")
	a.press("Skip", "own list")
	a.press("cuddling", "it was there")
	a.press("Done", "sooner")
	a.press("Skip", "for yourself|only for you")
	a.type_("purple umbrella weather", "")
	a.see("come by")
	a.press("No, that's enough", "")
	a.type_("/journal", "journal")
}

// tellsNothing proves that no output of the program has one of the secrets, and
// that there is some.
func tellsNothing(t testing.TB, out string, secrets []string) {
	t.Helper()
	for _, s := range secrets {
		if strings.HasPrefix(s, "/") {
			continue // commands are no secret, and stand in paths
		}
		if strings.Contains(out, s) {
			t.Errorf("the output tells %q", s)
		}
	}
	if len(out) == 0 {
		t.Error("the program says nothing to its operator")
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

// freeAddr is an address that nobody listens at, and nobody will but who asked for
// it: below the ports that systems hand out for connections, and not given twice.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000))
		if _, given := givenAddrs.LoadOrStore(addr, true); given {
			continue
		}
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no address is free")
	return ""
}

var givenAddrs sync.Map

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

// answersAt waits until somebody listens at the address.
func answersAt(t testing.TB, addr string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}
