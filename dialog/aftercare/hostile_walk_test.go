package aftercare_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// TestThreePeopleComeToRest has three people tap and type whatever comes, while
// words get stuck for hours and whole lives are erased. Whenever every word has
// been carried, each link is the same on both sides, and what one lets the other
// see is exactly what the other sees.
func TestThreePeopleComeToRest(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := newCouple(t, ana, ben, cyd)
		all := []dialog.PersonID{ana, ben, cyd}
		for _, w := range all {
			c.types(w, "/needs", "in general", "cuddling", "done")
			for range 11 {
				c.types(w, "skip")
			}
		}
		codes := []string{"nonsense"}
		for _, pair := range [][2]dialog.PersonID{{ana, ben}, {ben, cyd}, {cyd, ana}} {
			c.joins(pair[1], c.tries(pair[0]), string(pair[1][5:]))
			c.agrees(pair[0], string(pair[1][5:]))
			c.sees(pair[0], string(pair[1][5:]), "touch")
			c.sees(pair[1], string(pair[0][5:]), "touch")
		}
		c.wait(13 * time.Hour)
		if n := c.rest("at first"); n != 6 {
			t.Fatalf("%d sides of links", n)
		}
		for i := range 400 {
			who := all[r.IntN(3)]
			p := c.people[who]
			switch n := r.IntN(40); {
			case p.blob == nil:
				c.types(who, "/start", "yes", "agree", "Berlin", "look", "nothing")
			case n == 0 && !c.cut: // else it is found out by the other's next word only
				c.types(who, "/forget", "yes")
			case n == 1:
				c.cut = !c.cut
			case n == 2:
				c.wait(time.Duration(r.IntN(20)) * time.Hour)
			case n < 6:
				c.types(who, "/partner")
			case n < 12:
				if code := c.tries(who); code != "" {
					codes = append(codes, code)
				}
			case n < 18:
				c.joins(who, codes[len(codes)-1-r.IntN(min(3, len(codes)))], string(who[5:]))
			case n < 24:
				c.agrees(who, string(all[r.IntN(3)][5:]))
			case n < 28:
				c.sees(who, string(all[r.IntN(3)][5:]), []string{"touch", "food"}[r.IntN(2)])
			case n == 28:
				c.types(who, "/partner", string(all[r.IntN(3)][5:]), []string{"take it back", "stop what waits", "unlink"}[r.IntN(3)], "yes")
			case len(p.shot) > 0:
				if tap := p.shot[r.IntN(len(p.shot))]; !c.cut || !strings.Contains(strings.ToLower(tap), "erase") {
					c.types(who, tap)
				}
			}
			if i%40 == 39 {
				c.cut = false
				c.wait(26 * time.Hour)
				c.rest(fmt.Sprintf("seed %d, step %d", seed, i))
			}
		}
		if t.Failed() {
			return
		}
	}
}

// tries makes an invite, if it goes.
func (c *couple) tries(who dialog.PersonID) string {
	c.types(who, "/partner", "invite", "yes", string(who[5:]))
	_, code, ok := strings.Cut(c.types(who, "yes"), "/partner ")
	if !ok {
		return ""
	}
	return strings.Fields(code)[0]
}

// sees has somebody let another see a line.
func (c *couple) sees(who dialog.PersonID, name, line string) {
	c.types(who, "/partner", name, "choose what they see", line, "done", "yes")
}

// rest holds the sides of every link against each other and counts them.
func (c *couple) rest(when string) (n int) {
	for who := range c.people {
		for _, l := range c.has(who).Links {
			n++
			var other *aftercare.Link
			for i, x := range c.has(l.With).Links {
				if x.ID == l.ID && x.With == who {
					other = &c.has(l.With).Links[i]
				}
			}
			switch {
			case other == nil:
				c.t.Errorf("%s: %s is linked with %s, who knows nothing of it", when, who, l.With)
			case fmt.Sprint(l.Shared.Needs) != fmt.Sprint(other.Theirs.Needs):
				c.t.Errorf("%s: %s lets %s see %v, who sees %v", when, who, l.With, l.Shared.Needs, other.Theirs.Needs)
			}
		}
		if k := len(c.has(who).Links); k > 3 {
			c.t.Errorf("%s: %s has %d links", when, who, k)
		}
	}
	return n
}
