package aftercare_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterglow/dialog"
)

var keepStates = flag.Bool("keep", false, "write a state of every life into testdata/states, for later builds to read")

// What an earlier build kept, every later one reads and goes on with: the files
// in testdata/states are made-up people in mid-conversation, and are only ever
// added to.
func TestKeptStates(t *testing.T) {
	s := script(t)
	dir := filepath.Join("testdata", "states")
	if *keepStates {
		w := &walker{t: t, script: s}
		for name := range lives {
			if v := w.live(name); v.blob != nil {
				if err := os.WriteFile(filepath.Join(dir, "1-"+name), v.blob, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no kept states (%v)", err)
	}
	for _, file := range files {
		blob, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		state, err := dialog.DecodeState(blob)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		now := state.Clock
		for i, ev := range []dialog.Event{
			{Kind: dialog.Text, Text: "hello"}, {Kind: dialog.Text, Text: "1"}, {Kind: dialog.Command, Name: "journal"},
			{Kind: dialog.Command, Name: "needs"}, {Kind: dialog.Command, Name: "settings"}, {Kind: dialog.Alarm}, {Kind: dialog.Command, Name: "export"},
		} {
			ev.ID = fmt.Sprint("later ", i)
			next, out, err := s.Apply(blob, state.Person, 1, ev, now)
			if err != nil {
				t.Errorf("%s: %+v: %v", file, ev, err)
				break
			}
			said := ""
			for _, e := range out.Deliver {
				said += e.Msg.Text
			}
			if ev.Kind != dialog.Alarm && said == "" && len(out.State.Outbox) == 0 || strings.Contains(said, "engine.") {
				t.Errorf("%s: %+v: said %q", file, ev, said)
			}
			blob = next
		}
	}
}
