package dialog_test

import (
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

// A machine that types is told once, then passed over, and heard again later;
// nothing it typed meanwhile is an answer.
func TestFlood(t *testing.T) {
	s := trip(t)
	s.Flood = 100
	k := begin(t, s)
	said := 0
	for range 500 {
		k.now = k.now.Add(-time.Second) // do counts a second on; here no time passes
		k.do(dialog.Event{Kind: dialog.Text, Text: "qwfp"})
		if k.said != "" {
			said++
		}
	}
	if said > 101 {
		t.Errorf("500 texts at once are answered %d times", said)
	}
	k.now = k.now.Add(time.Minute)
	k.type_("1")
	if k.run().Asked.Key != "boat" || strings.Contains(k.said, "too_fast") {
		t.Errorf("a minute later: %q at %q", k.said, k.run().Asked.Key)
	}
}
