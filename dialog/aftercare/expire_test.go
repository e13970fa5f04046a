package aftercare

import (
	"testing"
	"time"

	"afterglow/dialog"
)

// TestExpiryTellsNothing: when the oldest check-in goes stands in clear in the
// store, as the alarm. It is in time, and the time of the day is no check-in's.
func TestExpiryTellsNothing(t *testing.T) {
	at := time.Date(2026, 6, 12, 21, 17, 33, 0, time.UTC)
	moments := map[time.Duration]bool{}
	for seed := range uint64(200) {
		turn := &dialog.Turn{Script: &dialog.Script{}, State: dialog.NewState("telegram:1", seed), Now: at.Add(time.Minute)}
		turn.State.Zone = "Europe/Berlin"
		j := journal(turn)
		j.Entries = []Entry{{At: at}}
		sweep(turn)
		rings := turn.State.Alarm()
		kept := rings.Sub(at)
		day := 24 * time.Hour
		if keep := time.Duration(profile(turn).KeepDays()) * day; kept <= keep || kept > keep+day+time.Second {
			t.Fatalf("a check-in that is to be kept for %v goes after %v", keep, kept)
		}
		if j.expire(rings, profile(turn).KeepDays()); len(j.Entries) > 0 {
			t.Fatal("the alarm rings, and nothing goes")
		}
		moments[kept%day] = true
	}
	if len(moments) < 180 {
		t.Errorf("the alarm has only %d distances from the check-in", len(moments))
	}
}
