// Package crashtest kills a host wherever it matters, over and over, on a store
// that outlives it. The host is a process of its own, and dies by SIGKILL: no
// deferred call, no last write. A store gets this test with a line in TestMain
// and one in a test:
//
//	func TestMain(m *testing.M) { crashtest.Child(open); os.Exit(m.Run()) }
//
//	func TestHostKilledAnywhere(t *testing.T) { crashtest.Run(t, open, where) }
//
// How often is told by -kills.
package crashtest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

var kills = flag.Int("kills", 50, "how often a host is killed")

// Open opens the store at a place, which a killed process may have left behind
// open. The store goes by the given clock, which runs faster than real time.
type Open func(where string, now func() time.Time) (dialog.Store, error)

// The places in a host where dying matters most. See [dialog.Machine].
var points = []string{
	"load", "step", "before commit", "after commit", "before delete", "after delete", "acknowledge",
	"before send", "after send", "before remove", "due", "claimed", "before tell", "after tell", "told last",
	"arrived", "confirmed", // in the platform of this test: on the phone, and confirmed
}

// Run kills a host on the store at a place, which is empty at first. It ends
// the test with an error if not each confirmed event is in the state once, and
// was answered, a nudge came twice, or a word to somebody was not heard once.
func Run(t *testing.T, open Open, where string) {
	path := filepath.Join(t.TempDir(), "journal")
	begun := time.Now().UnixMilli()
	run := func(point string, nth, last int) (killed bool) {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "CRASH_JOURNAL="+path, "CRASH_STORE="+where, "CRASH_POINT="+point,
			fmt.Sprint("CRASH_NTH=", nth), fmt.Sprint("CRASH_LAST=", last), fmt.Sprint("CRASH_BEGUN=", begun))
		cmd.Stderr = os.Stderr
		err := cmd.Run()
		if err != nil && cmd.ProcessState.ExitCode() != -1 {
			t.Fatalf("the host ended by itself: %v", err)
		}
		return err != nil
	}
	died := map[string]int{}
	sum, last := 0, 0
	// Now and then a host has done all before it comes by its point often enough.
	for n := 0; sum < *kills; n++ {
		if n > 2**kills {
			t.Fatalf("%d of %d hosts died: %v", sum, n, died)
		}
		last += 12
		point := points[n%len(points)]
		nth := 1 + rand.IntN(25)
		if strings.HasSuffix(point, "delete") || point == "before remove" || point == "told last" {
			nth, last = 1, last+forget // it comes by rarely
		}
		if run(point, nth, last) {
			died[point]++
			sum++
		}
	}
	last += 5
	if run("", 0, last) {
		t.Fatal("the last host did not end")
	}
	if len(died) < 15 && *kills >= 50 {
		t.Errorf("killed at %d points only: %v", len(died), died)
	}
	s, err := readStory(path)
	if err != nil {
		t.Fatal(err)
	}
	store, err := open(where, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	told := s.judge(t, store, last)
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	t.Logf("%d kills at %d points, %s", sum, len(died), told)
}

// judge compares what people were told with what stands in the store.
func (s *story) judge(t *testing.T, store dialog.Store, last int) string {
	parked, copies, events, words := 0, 0, 0, 0
	states := map[dialog.PersonID]*dialog.State{}
	for p := range people {
		if s.confirmed[p] != last {
			t.Errorf("person %d: %d events of %d are confirmed", p, s.confirmed[p], last)
		}
		var want, got []string
		for i := 1; i <= last; i++ {
			ev := event(p, i, time.Time{})
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
		rec, err := store.Load(t.Context(), key(p))
		if err != nil {
			t.Fatal(err)
		}
		if rec.Blob != nil {
			state, err := dialog.DecodeState(rec.Blob)
			if err != nil {
				t.Fatal(err)
			}
			got = sim.Noted(state)
			states[state.Person] = state
		}
		if !slices.Equal(got, want) {
			t.Errorf("person %d: in the state are\n%v\nand confirmed were\n%v", p, got, want)
		}
	}
	for who, state := range states {
		other := states[sim.Other(who)]
		if other == nil || slices.ContainsFunc(other.Parked, func(p dialog.Parked) bool { return p.Kind == dialog.Partner }) {
			continue // nobody is there, or three processes have died of a word
		}
		said, heard := sim.Said(state, s.forgotten[other.Person]), sim.Heard(other, state.Since)
		more := sim.Said(state, other.Since) // what was told while the other one was being forgotten may have gone with them
		if !suffix(heard, said) || !suffix(more, heard) {
			t.Errorf("%s told %v, the last %d of them after %s was forgotten, who heard %v", who, more, len(said), other.Person, heard)
		}
		words += len(heard)
	}
	for _, n := range s.copies {
		copies += n - 1
	}
	for what, n := range s.nudges {
		if n > 1 {
			t.Errorf("%d times: %s", n, what)
		}
	}
	return fmt.Sprintf("%d events and %d words: none lost, none twice; %d second copies, %d nudges, %d events parked", events, words, copies, len(s.nudges), parked)
}

// suffix tells that list ends with end.
func suffix(list, end []string) bool {
	return len(end) <= len(list) && slices.Equal(list[len(list)-len(end):], end)
}
