package aftercare

import (
	"fmt"
	"testing"
	"time"
)

// Whatever o'clock it is for somebody, some city has the same.
func TestEveryHourIsSomewhere(t *testing.T) {
	for _, month := range []time.Month{time.January, time.July} {
		now := time.Date(2026, month, 15, 14, 7, 0, 0, time.UTC)
		for hour := range 24 {
			if clock := fmt.Sprintf("%d:07", hour); len((&bot{}).placesAt(now, clock)) == 0 {
				t.Errorf("in %v, when it is 14:07 UTC, nobody has %s", month, clock)
			}
		}
	}
}
