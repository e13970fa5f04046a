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
	for _, seed := range []uint64{1, 4711, 1 << 60} {
		alarms := map[time.Time]int{}
		for range 500 {
			s := NewState("telegram:1", seed)
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
		if len(alarms) > 2 { // before and after the state's own moment
			t.Errorf("there are %d alarms", len(alarms))
		}
	}
}

// TestCleaningTellsNotWho: the alarm stands in clear, so nothing of an id may go
// into it; whoever had a copy of the store could try all ids.
func TestCleaningTellsNotWho(t *testing.T) {
	at := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)
	alarm := func(person PersonID, seed uint64) time.Time {
		s := NewState(person, seed)
		s.Trail, s.Parked = []Trace{{Ref: "1", At: at}}, []Parked{{At: at}}
		return s.Alarm()
	}
	alarms := map[time.Time]bool{}
	for seed := range uint64(500) {
		one := alarm("telegram:4711", seed)
		if other := alarm("discord:815", seed); !other.Equal(one) {
			t.Fatalf("two people with the same chance: %v and %v", one, other)
		}
		alarms[one] = true
	}
	if len(alarms) < 450 {
		t.Errorf("chance picks only %d moments of 500", len(alarms))
	}
}
