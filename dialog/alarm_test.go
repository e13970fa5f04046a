package dialog

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestCleaningTellsNoLastSeen: whenever in a day somebody was here, the alarm of
// what only has to be tidied up is one and the same, and not too early.
func TestCleaningTellsNoLastSeen(t *testing.T) {
	midnight := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, person := range []PersonID{"telegram:1", "discord:4711", "console:you"} {
		alarms := map[time.Time]int{}
		for range 500 {
			s := NewState(person, 1)
			at := midnight.Add(rand.N(24 * time.Hour))
			s.Trail = []Trace{{Ref: "1", At: at}}
			alarm := s.Alarm()
			if wait := alarm.Sub(at.Add(trailLife)); wait < 0 || wait >= 24*time.Hour {
				t.Fatalf("%v late", wait)
			}
			alarms[alarm]++
			if s.tidy(alarm); len(s.Trail) > 0 || !s.Alarm().IsZero() {
				t.Fatal("the alarm rings, and there is nothing to tidy up yet")
			}
		}
		if len(alarms) > 2 { // before and after the person's own moment
			t.Errorf("there are %d alarms", len(alarms))
		}
	}
}
