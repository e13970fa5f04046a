package bolt

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

var kills = flag.Int("kills", 50, "how often a host is killed")

// The places in a host where dying matters most. See [dialog.Machine].
var points = []string{
	"load", "step", "before commit", "after commit", "before delete", "after delete", "acknowledge",
	"before send", "after send", "before remove", "due", "claimed",
	"arrived", "confirmed", // in the platform of this test: on the phone, and confirmed
}

const (
	crashPeople = 6
	crashWarp   = 50 // leases end sooner
	crashForget = 60 // every so many events somebody wants to be forgotten
)

// journal is the platform: a file that says what people did, what was confirmed
// and what has arrived on their phones. It survives the process as the real one does.
type journal struct {
	mu   sync.Mutex
	file *os.File
	read map[string]bool // events whose answers somebody has read
	die  func(point string)
}

// await has a person wait for the answer before they go on.
func (j *journal) await(event string) {
	for begun := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		j.mu.Lock()
		read := j.read[event]
		j.mu.Unlock()
		if read {
			return
		}
		if time.Since(begun) > 30*time.Second {
			panic("no answer to " + event)
		}
	}
}

func (j *journal) write(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := fmt.Fprintf(j.file, format+"\n", args...); err != nil {
		panic(err)
	}
}

func (j *journal) Send(_ context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	j.write("sent %s %s %s %t %s", to, m.ID, m.Hint, m.Nudge, m.Text)
	j.die("arrived")
	j.mu.Lock()
	defer j.mu.Unlock()
	j.read[m.Hint] = true
	return dialog.Ref(m.ID), nil
}

func (j *journal) Remove(context.Context, dialog.PersonID, []dialog.Ref) ([]dialog.Ref, error) {
	return nil, nil
}

// crashEvent is the n-th thing that a person does.
func crashEvent(person, n int, at time.Time) dialog.Event {
	id := fmt.Sprintf("%d.%d", person, n)
	ev := dialog.Event{ID: id, Hint: id, Person: dialog.PersonID(fmt.Sprint("test:", person)), Kind: dialog.Command, Name: "note", At: at}
	switch {
	case n%crashForget == 0:
		ev.Name = "forget"
	case n%7 == 3:
		ev.Name = "remind"
	case n%11 == 5:
		ev.Name = "hide"
	}
	return ev
}

// story is what the journal says.
type story struct {
	begun, confirmed [crashPeople]int
	at               [crashPeople]time.Time // of the last event that was begun
	answers          map[string]string      // event → the last words of its answer
	copies           map[string]int         // message → copies
	nudges           map[string]int
}

func readStory(path string) (*story, error) {
	s := &story{answers: map[string]string{}, copies: map[string]int{}, nudges: map[string]int{}}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.SplitN(lines.Text(), " ", 6)
		switch line[0] {
		case "new", "ok":
			p, _ := strconv.Atoi(line[1])
			n, _ := strconv.Atoi(line[2])
			if line[0] == "ok" {
				s.confirmed[p] = n
				continue
			}
			ms, _ := strconv.ParseInt(line[3], 10, 64)
			s.begun[p], s.at[p] = n, time.UnixMilli(ms)
		case "sent":
			if line[4] == "true" {
				s.nudges[line[1]+" "+line[5]]++
				continue
			}
			s.copies[line[2]]++
			s.answers[line[3]] = line[5]
		}
	}
	return s, nil
}

// hostUntilKilled runs a host until it dies at a point, or has handled the
// events up to a number and rests.
func hostUntilKilled(path string) {
	past, err := readStory(path + ".journal")
	check(err)
	file, err := os.OpenFile(path+".journal", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	check(err)
	point, nth, last := os.Getenv("HOST_POINT"), atomic.Int64{}, number("HOST_LAST")
	nth.Store(int64(number("HOST_NTH")))
	die := func(at string) {
		if at == point && nth.Add(-1) == 0 {
			self, _ := os.FindProcess(os.Getpid())
			self.Kill()
			select {}
		}
	}
	j := &journal{file: file, die: die, read: map[string]bool{}}
	for event := range past.answers {
		j.read[event] = true
	}
	begun := time.UnixMilli(int64(number("HOST_BEGUN")))
	now := func() time.Time { return begun.Add(time.Since(begun) * crashWarp) }
	store, err := Open(path, Options{Now: now})
	check(err)
	h := &dialog.Host{Script: sim.Script(), Store: store, Now: now, Poll: 5 * time.Millisecond,
		Platforms: map[string]dialog.Platform{"test": j}, Machine: dialog.Machine{Point: die}}
	h.Start(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	go h.Run(ctx)
	var wg sync.WaitGroup
	for p := range crashPeople {
		wg.Go(func() {
			begun, at := past.begun[p], past.at[p]
			if n := past.confirmed[p]; n > 0 && n == begun { // the platform brings it once more
				ev := crashEvent(p, n, at)
				check(h.Handle(ctx, ev))
				if ev.Name != "forget" {
					j.await(ev.ID)
				}
			}
			for n := past.confirmed[p] + 1; n <= last; n++ {
				if n > begun {
					at = now()
					j.write("new %d %d %d", p, n, at.UnixMilli())
				}
				ev := crashEvent(p, n, at)
				check(h.Handle(ctx, ev))
				die("confirmed")
				j.write("ok %d %d", p, n)
				if ev.Name != "forget" { // its last words may be lost with a process
					j.await(ev.ID)
				}
			}
		})
	}
	wg.Wait()
	rest := time.Now()
	for p := 0; p < crashPeople; { // until nothing is planned any more
		key := dialog.Key(fmt.Sprint("test:", p))
		rec, err := store.Load(ctx, key)
		check(err)
		if rec.Blob != nil {
			s, err := dialog.DecodeState(rec.Blob)
			check(err)
			if len(s.Outbox)+len(s.Timers) > 0 {
				if time.Since(rest) > 20*time.Second {
					panic(fmt.Sprintf("%s never rests: %+v %+v", key, s.Outbox, s.Timers))
				}
				time.Sleep(10 * time.Millisecond)
				continue
			}
		}
		p++
	}
	cancel()
	check(h.Drain(context.Background()))
	check(store.Close())
}

func number(name string) int {
	n, _ := strconv.Atoi(os.Getenv(name))
	return n
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A host is killed wherever it matters, over and over. Each confirmed event is
// in the state once, and each got an answer.
func TestHostKilledAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	begun := time.Now().UnixMilli()
	died := map[string]int{}
	run := func(point string, nth, last int) bool {
		cmd := child(t, "host", path)
		cmd.Env = append(cmd.Env, "HOST_POINT="+point, fmt.Sprint("HOST_NTH=", nth), fmt.Sprint("HOST_LAST=", last), fmt.Sprint("HOST_BEGUN=", begun))
		err := cmd.Run()
		if err != nil && cmd.ProcessState.ExitCode() != -1 {
			t.Fatalf("the host ended by itself: %v", err)
		}
		return err != nil
	}
	last, n := 0, 0
	for n < *kills {
		last += 12
		point := points[n%len(points)]
		nth := 1 + rand.IntN(25)
		if strings.HasSuffix(point, "delete") || point == "before remove" {
			nth, last = 1, last+crashForget // it comes by rarely
		}
		if run(point, nth, last) {
			died[point]++
		}
		n++
	}
	if run("", 0, last+5) {
		t.Fatal("the last host did not end")
	}
	last += 5

	s, err := readStory(path + ".journal")
	must(t, err)
	store, err := Open(path, Options{})
	must(t, err)
	defer store.Close()
	parked, copies, events := 0, 0, 0
	for p := range crashPeople {
		rec, err := store.Load(t.Context(), dialog.Key(fmt.Sprint("test:", p)))
		must(t, err)
		if s.confirmed[p] != last {
			t.Fatalf("person %d: %d events of %d are confirmed", p, s.confirmed[p], last)
		}
		var want, got []string
		for i := 1; i <= last; i++ {
			ev := crashEvent(p, i, time.Time{})
			answer, answered := s.answers[ev.ID]
			switch {
			case ev.Name == "forget":
				want = nil // the last words may be lost with the process
				continue
			case !answered:
				t.Errorf("event %s was never answered", ev.ID)
			case strings.HasPrefix(answer, "That failed."):
				parked++ // three processes have died of it, as far as the fourth knew
				continue
			}
			want = append(want, ev.ID)
			events++
		}
		if rec.Blob != nil {
			state, err := dialog.DecodeState(rec.Blob)
			must(t, err)
			got = sim.Noted(state)
		}
		if !slices.Equal(got, want) {
			t.Errorf("person %d: in the state are\n%v\nand confirmed were\n%v", p, got, want)
		}
	}
	for _, n := range s.copies {
		copies += n - 1
	}
	for what, n := range s.nudges {
		if n > 1 {
			t.Errorf("%d times: %s", n, what)
		}
	}
	sum := 0
	for _, n := range died {
		sum += n
	}
	t.Logf("%d kills at %d points, %d events: none lost, none twice; %d second copies, %d nudges, %d events parked", sum, len(died), events, copies, len(s.nudges), parked)
	if len(died) < 12 && *kills >= 50 {
		t.Errorf("killed at %d points only: %v", len(died), died)
	}
}
