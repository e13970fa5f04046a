package learn

import (
	"hash/fnv"
	"strings"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
)

// CrossValidate reads every example with a model that was trained without it:
// the examples are dealt into folds by a hash of their text, so that adding
// some does not move the others.
func CrossValidate(g *care.Grammar, examples []labelled.Example, o Options, folds int) []labelled.Result {
	results := make([]labelled.Result, len(examples))
	for fold := range folds {
		var train []labelled.Example
		for _, e := range examples {
			if FoldOf(e.Text, folds) != fold {
				train = append(train, e)
			}
		}
		r := care.New(g, Fit(g, train, o))
		for i, e := range examples {
			if FoldOf(e.Text, folds) == fold {
				results[i] = labelled.Result{Example: e, Finding: r.Read(e.Text)}
			}
		}
	}
	return results
}

// FoldOf is the fold of a text. Texts that differ only in case and spaces
// share one, so that no fold is tested on what it learned.
func FoldOf(text string, folds int) int {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(strings.Fields(strings.ToLower(text)), " ")))
	return int(h.Sum32() % uint32(folds))
}
