package learn

import (
	"crypto/sha256"
	"fmt"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
)

// sampled is the distance between the examples that Origin trains on.
const sampled = 100

// Origin is a fingerprint of all that [Fit] makes a model from: every example and
// its features as g sees them, the options, and what training as it is now makes
// of one example in a hundred. A model that carries another one is stale. It
// takes a fraction of the time of Fit.
func Origin(g *care.Grammar, examples []labelled.Example, o Options) (sum [32]byte) {
	h := sha256.New()
	fmt.Fprintln(h, o)
	var some []labelled.Example
	var f care.Features
	for i, e := range examples {
		g.Features(e.Text, &f)
		fmt.Fprintf(h, "%q %v %x\n", e.Text, e, f.Groups)
		if i%sampled == 0 {
			some = append(some, e)
		}
	}
	h.Write(Fit(g, some, o).Encode())
	return [32]byte(h.Sum(nil))
}
