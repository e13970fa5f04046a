package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	// The long tests wait for processes and clocks most of their time, so more of
	// them run side by side than there are processors.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"bot": main, "mortal": mortal, "twin": twin})
}

// The scripts read like a terminal.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"long": longLine,
		},
	})
}

// longLine writes a file with one line of so many bytes.
func longLine(ts *testscript.TestScript, _ bool, args []string) {
	var n int
	if _, err := fmt.Sscan(args[1], &n); err != nil {
		ts.Fatalf("%v", err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat("word ", n/5)+"\n"), 0o600))
}

// chat is a running "bot chat" that a test types to.
type chat struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startChat starts the real binary on a data folder.
func startChat(t *testing.T, dir string, flags ...string) *chat {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bot := filepath.Join(t.TempDir(), "bot")
	if err := os.Symlink(exe, bot); err != nil {
		t.Fatal(err)
	}
	c := &chat{t: t, cmd: exec.Command(bot, append([]string{"chat", "--data", dir}, flags...)...)}
	c.cmd.Args[0] = "bot"
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

func (c *chat) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

func (c *chat) say(line string) {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.in, line); err != nil {
		c.t.Fatal(err)
	}
}

// until reads what the bot says until a line has the text, and returns all of it.
func (c *chat) until(text string, within time.Duration) string {
	c.t.Helper()
	got := make(chan string, 1)
	var all strings.Builder
	go func() {
		for {
			line, err := c.out.ReadString('\n')
			all.WriteString(line)
			if strings.Contains(line, text) || err != nil {
				got <- all.String()
				return
			}
		}
	}()
	select {
	case said := <-got:
		if !strings.Contains(said, text) {
			c.t.Fatalf("the bot ended without saying %q:\n%s", text, said)
		}
		return said
	case <-time.After(within):
		c.t.Fatalf("not said within %v: %q", within, text)
	}
	return ""
}

// Killed in the middle of any question and started again, it goes on there.
func TestKilledAtEveryQuestion(t *testing.T) {
	t.Parallel()
	evening := []struct{ say, then string }{
		{"yes", "Is it all right if I keep that?"},
		{"agree", "which city"},
		{"Berlin", "Where would you like to begin?"},
		{"needs", "for someone in particular"},
		{"steady", "cuddling"},
		{"1, 2", "cuddling: want"},
		{"done", "appreciation"},
		{"skip", "something sweet"},
		{"stop", ""},
		{"/after", "When was it?"},
		{"now", "with whom"},
		{"steady", "right now"},
		{"no", "check in with you"},
		{"12:30", "second time"},
		{"once", "At most 2 messages"},
	}
	dir := t.TempDir()
	c := startChat(t, dir)
	c.until("18 or older", 10*time.Second)
	for _, step := range evening {
		c.say(step.say)
		if step.then == "" {
			c.until("", 10*time.Second)
			continue
		}
		c.until(step.then, 10*time.Second)
		c.kill()
		c = startChat(t, dir)
		c.until(step.then, 10*time.Second)
	}
}

// The agreed nudges come by themselves, also over a kill, and none comes twice.
func TestNudgesComeByThemselves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := startChat(t, dir, "--warp", "3600")
	c.until("18 or older", 10*time.Second)
	for _, line := range []string{"yes", "agree", "Berlin", "look", "nothing", "/after", "now", "steady", "no", "noon", "1", "once", "fine"} {
		c.say(line)
	}
	c.until("At most", 20*time.Second)
	c.kill()
	c = startChat(t, dir, "--warp", "3600")
	began := time.Now()
	said := c.until("Open", time.Minute) // the first, within two days
	said += c.until("Open", time.Minute) // its repeat, a day later
	t.Logf("two nudges within %v of real time", time.Since(began).Round(time.Second))
	c.in.Close()
	time.Sleep(0)
	rest, _ := io.ReadAll(c.out)
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("end of input: %v", err)
	}
	if strings.Contains(string(rest), "Open") {
		t.Errorf("a third nudge came:\n%s%s", said, rest)
	}
}
