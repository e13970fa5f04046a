package aftercare_test

import (
	"testing"
	"time"
)

// TestPartnersLeaveRoomForCheckIns: however often a partner sends something, what
// the person agreed on themselves still comes.
func TestPartnersLeaveRoomForCheckIns(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.link(ana, ben)
	pings := 0
	for range 7 {
		c.types(ana, "/partner", "Ben", "thanks", "Thank you for being there.")
		c.types(ana, "yes")
		for range 4 {
			c.people[ben].said = nil
			c.wait(6 * time.Hour)
			if len(c.people[ben].said) > 0 {
				pings++
			}
		}
		c.types(ben, "/partner", "Ana", "see what is here")
	}
	if pings == 0 || pings > 2 {
		t.Errorf("%d pings in a week of three unasked lines", pings)
	}
}
