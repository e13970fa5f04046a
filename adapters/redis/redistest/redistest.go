// Package redistest starts real Redis servers for tests: on free ports of the
// loopback, with their data in the test's folder, and gone when the test ends.
// It does not skip a test when redis-server is missing; it installs it where it
// may, and otherwise fails with what to do.
package redistest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Server is one running redis-server.
type Server struct {
	Addr     string // host:port
	Dir      string // its data
	Password string // for Client and Do; Start does not set it
	args     []string
	cmd      *exec.Cmd
	life     *os.File // the end of a pipe that the process and its copies hold open, and nobody writes to
	log      string
}

// URL returns "redis://host:port".
func (s *Server) URL() string { return "redis://" + s.Addr }

// Start starts a server with settings such as "--appendonly", "yes". It is ready
// when Start returns, and killed when the test ends.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, func(s *Server, port string) {
		s.args = append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", s.Dir, "--logfile", s.log,
			"--save", "", "--daemonize", "no", "--repl-diskless-sync-delay", "0"}, args...)
	})
}

func start(t testing.TB, settle func(s *Server, port string)) *Server {
	t.Helper()
	logging.Disable() // the client tells of every try to reach a server that is starting
	dir := t.TempDir()
	for range 10 { // somebody else may take the port first
		port := freePort(t)
		s := &Server{Addr: net.JoinHostPort("127.0.0.1", port), Dir: dir, log: filepath.Join(dir, "log")}
		settle(s, port)
		t.Cleanup(s.Kill)
		if s.launch(t) {
			return s
		}
		s.Kill()
	}
	t.Fatalf("redis-server does not start; its log: %s", tail(filepath.Join(dir, "log")))
	return nil
}

// StartReplica starts a replica of a server, and waits until it is in step.
func StartReplica(t testing.TB, of *Server) *Server {
	t.Helper()
	host, port, _ := net.SplitHostPort(of.Addr)
	s := Start(t, "--replicaof", host+" "+port)
	Eventually(t, "the replica is in step", func() bool {
		return strings.Contains(fmt.Sprint(s.Do(t, "info", "replication")), "master_link_status:up")
	})
	return s
}

// StartSentinel starts a sentinel with lines of its configuration file.
func StartSentinel(t testing.TB, lines ...string) *Server {
	t.Helper()
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	if err := os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, func(s *Server, port string) {
		s.args = []string{config, "--sentinel", "--port", port, "--bind", "127.0.0.1", "--dir", s.Dir, "--logfile", s.log}
	})
}

// launch runs the process and waits until it answers.
func (s *Server) launch(t testing.TB) bool {
	t.Helper()
	s.cmd = exec.Command(binary(t), s.args...)
	life, held, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.life, s.cmd.ExtraFiles = life, []*os.File{held}
	err = spawn(s.cmd)
	_ = held.Close()
	if err != nil {
		t.Fatal(err)
	}
	client := s.Client()
	defer client.Close()
	gone := make(chan struct{})
	cmd := s.cmd
	go func() { _ = cmd.Wait(); close(gone) }()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		err := client.Ping(context.Background()).Err()
		if _, answered := err.(redis.Error); err == nil || answered && !redis.IsLoadingError(err) {
			return true
		}
		select {
		case <-gone:
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	return false
}

// Kill ends the server as a crash of its machine would, with the copy of itself
// that may be writing a snapshot at the moment. Killing twice is harmless.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_, _ = s.life.Read(make([]byte, 1)) // the test's folder is removed next: nobody may be writing there any more
	_ = s.life.Close()
	s.await()
	s.cmd = nil
}

// await returns when the process has let go of its port.
func (s *Server) await() {
	for range 2000 {
		if c, err := net.Dial("tcp", s.Addr); err != nil {
			return
		} else {
			_ = c.Close()
		}
		time.Sleep(time.Millisecond)
	}
}

// Restart starts a killed server anew, on its old port and data.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Kill()
	if !s.launch(t) {
		t.Fatalf("redis-server does not start again; its log: %s", tail(s.log))
	}
}

// Client returns a plain client of this one server.
func (s *Server) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr, Password: s.Password, MaxRetries: -1, DialerRetries: 1})
}

// Do sends one command and ends the test if it fails.
func (s *Server) Do(t testing.TB, args ...any) any {
	t.Helper()
	client := s.Client()
	defer client.Close()
	answer, err := client.Do(context.Background(), args...).Result()
	if err != nil {
		t.Fatalf("%v: %v; log: %s", args, err, tail(s.log))
	}
	return answer
}

// Eventually waits for something to become true, and ends the test if it does
// not within half a minute.
func Eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func freePort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

var find = sync.OnceValues(func() (string, error) {
	path, err := exec.LookPath("redis-server")
	if err == nil {
		return path, nil
	}
	const hint = "these tests need redis-server (hint: apt-get install redis-server, or brew install redis)"
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return "", errors.New(hint)
	}
	install := exec.Command("sh", "-c", "apt-get update -q && RUNLEVEL=1 apt-get install -qy --no-install-recommends redis-server")
	install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s; installing it failed: %w: %s", hint, err, out[max(0, len(out)-500):])
	}
	return exec.LookPath("redis-server")
})

// binary returns the path of redis-server.
func binary(t testing.TB) string {
	t.Helper()
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Pause stops the process as a stuck machine would; Resume lets it go on.
func (s *Server) Pause(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Resume is the end of Pause.
func (s *Server) Resume(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *Server) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}
