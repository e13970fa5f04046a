package aftercare_test

import (
	"strings"
	"testing"
	"time"
)

// TestNamesFillNothing: a name is a name, also if it looks like a place for one.
func TestNamesFillNothing(t *testing.T) {
	c := newCouple(t, ana, ben)
	c.joins(ben, c.invites(ana, "Ana"), "{theirs}{link_mine}")
	said := c.types(ana, "/partner", "{theirs}{link_mine}: used your code")
	if !strings.Contains(said, "{theirs}{link_mine} has used your code") {
		t.Errorf("%s", said)
	}
	c.types(ana, "yes")
	c.shares(ana, "{theirs}{link_mine}")
	c.shares(ben, "Ana", "cuddling")
	c.wait(13 * time.Hour)
	said = c.types(ana, "/partner", "{theirs}{link_mine}", "side by side")
	if !strings.Contains(said, "You: want. {theirs}{link_mine}: ask me first.") {
		t.Errorf("%s", said)
	}
}
