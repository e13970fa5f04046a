package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// A mortal is a process in which people live with the real bot on a real store,
// until one of them erases everything and the process dies at a chosen point of
// that. What it leaves is the store, the keys, and a diary beside them.
type mortalSpec struct {
	Store string // its address; "" the embedded one
	Dir   string // of the embedded store
	Keys  string
	Diary string
	Point string // where to die
	After int64  // so many of the leaver's two steps have begun: 0, 1 (the question), 2 (the yes)
	Nth   int64  // at which time it is passed from then on
}

// diary is what a mortal has left.
type diary struct {
	Pieces []string       // of the leaver's record, as it was sealed
	Did    []dialog.Event // by the leaver
	Begun  int            // of these, how many came once the erasing had begun
	Taken  int            // of those, how many the platform knows to be taken
	Lived  bool           // the point was never passed
}

// people of a mortal's life; the first is the one who leaves.
const mortals = 3

// mortal is the process.
func mortal() {
	var spec mortalSpec
	t := inMortal{}
	must(t, json.Unmarshal([]byte(os.Getenv("MORTAL")), &spec))
	file, err := os.OpenFile(spec.Diary, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	write := func(what string, x any) {
		line, err := json.Marshal(x)
		must(t, err)
		_, err = fmt.Fprintf(file, "%s %s\n", what, line)
		must(t, err)
	}
	var armed atomic.Bool
	var steps, passed atomic.Int64
	self, err := os.FindProcess(os.Getpid()) // takes its time, which the dying have not
	must(t, err)
	die := func(point string) {
		if armed.Load() && steps.Load() >= spec.After && point == spec.Point && passed.Add(1) == spec.Nth {
			must(t, self.Kill())
			select {}
		}
	}
	s, inner, u, _ := spec.open(t, time.Now())
	inner.note = func(piece string) { write("piece", hex.EncodeToString([]byte(piece))) }
	_, script, err := loadScript(defaults(), u.ring)
	must(t, err)
	l := newLife(t, s, s.KeyOf, mortals, func(h *dialog.Host) { h.Script, h.Machine.Point, h.Poll = script, die, 5*time.Millisecond })
	leaver := l.people[0]
	inner.key = s.KeyOf(leaver)
	l.live(t, 30)
	l.link(t, leaver, l.people[1])
	if !l.linked(t, leaver) || !l.linked(t, l.people[1]) {
		t.Fatal("nobody is linked, so no word will go")
	}
	for _, p := range l.people {
		l.host.Settle(p)
	}
	for _, ev := range l.did {
		if ev.Person == leaver {
			write("did", ev)
		}
	}
	// Somebody else's alarm has come, so that there is somebody to wake meanwhile.
	other := s.KeyOf(l.people[1])
	rec, err := s.Load(context.Background(), other)
	must(t, err)
	must(t, s.Commit(context.Background(), other, rec.Tag, dialog.Tag{7}, rec.Blob, time.Now().Add(-time.Second)))
	armed.Store(true)
	ring, stop := context.WithCancel(context.Background())
	defer stop()
	rung := make(chan struct{})
	go func() { l.host.Run(ring); close(rung) }()
	if spec.After == 0 {
		time.Sleep(time.Minute) // it is not passed by whoever erases
	}
	l.forget(leaver, func(ev dialog.Event) {
		l.host.Settle(leaver) // or the yes may come to a record that is in memory, and pass no "load"
		write("begun", ev)
		steps.Add(1)
		must(t, l.host.Handle(context.Background(), ev))
		write("taken", ev.ID)
	})
	write("lived", true)
}

// open opens a mortal's store, with a spy in it, at some moment.
func (spec *mortalSpec) open(t testing.TB, at time.Time) (*seal.Store, *spy, *upkeep, *clock) {
	cfg := defaults()
	cfg.Store.URL = spec.Store
	place := keyPlace{path: spec.Keys, own: true}
	ring, err := place.load()
	must(t, err)
	clock, err := newClock(1.000001) // one that the store follows as well
	must(t, err)
	clock.setOn(at)
	bare, alone, err := openStore(context.Background(), cfg, spec.Dir, clock, quietLog)
	must(t, err)
	inner := &spy{Store: bare, note: func(string) {}}
	// The dead are missed after ten calls of the roll.
	s, err := seal.Open(context.Background(), inner, ring, seal.Options{Alone: alone, Call: 20 * time.Millisecond})
	must(t, err)
	return s, inner, &upkeep{store: s, inner: inner, ring: ring, keys: place, policy: seal.DefaultPolicy, alone: alone, log: quietLog}, clock
}

func readDiary(t testing.TB, path string) (d diary) {
	text, err := os.ReadFile(path)
	must(t, err)
	for line := range strings.Lines(string(text)) {
		what, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		var ev dialog.Event
		switch what {
		case "piece":
			piece, err := hex.DecodeString(strings.Trim(rest, `"`))
			must(t, err)
			d.Pieces = append(d.Pieces, string(piece))
		case "did", "begun":
			must(t, json.Unmarshal([]byte(rest), &ev))
			d.Did = append(d.Did, ev)
			if what == "begun" {
				d.Begun++
			}
		case "taken":
			d.Taken++
		case "lived":
			d.Lived = true
		}
	}
	return d
}

// inMortal stands in for a test in a process that is none.
type inMortal struct{ testing.TB }

func (inMortal) Helper()                  {}
func (inMortal) Context() context.Context { return context.Background() }
func (inMortal) Error(args ...any)        { panic(fmt.Sprint(args...)) }
func (inMortal) Fatal(args ...any)        { panic(fmt.Sprint(args...)) }
func (inMortal) Errorf(f string, a ...any) {
	panic(fmt.Sprintf(f, a...))
}

// otherself is this test binary as another program of [TestMain]'s.
func otherself(t *testing.T, name string, env ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	link := filepath.Join(t.TempDir(), name)
	must(t, os.Symlink(exe, link))
	cmd := exec.Command(link)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// besideStore is where a test keeps a mortal's diary and keys.
func besideStore(t *testing.T) (spec mortalSpec) {
	t.Helper()
	dir := t.TempDir()
	spec = mortalSpec{Keys: filepath.Join(dir, "bot.keys"), Diary: filepath.Join(dir, "diary"), Dir: filepath.Join(dir, "data")}
	must(t, os.Mkdir(spec.Dir, 0o700))
	ring, err := seal.NewKeyring(time.Now())
	must(t, err)
	must(t, newKeyFile(spec.Keys, ring))
	return spec
}
