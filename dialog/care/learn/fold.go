package learn

import (
	"hash/fnv"
	"strings"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
)

// Folds is how many parts the dev sentences are dealt into, by a hash of their
// text, so that adding some does not move the others. Whoever writes rules and
// sets may read the mistakes of all but the last, which shows how well they do
// on sentences their author has not seen.
const Folds = 5

// Validate reads the examples of the last fold with a model trained on the others.
func Validate(g *care.Grammar, examples []labelled.Example, o Options) []labelled.Result {
	var train, test []labelled.Example
	for _, e := range examples {
		if FoldOf(e.Text) == Folds-1 {
			test = append(test, e)
		} else {
			train = append(train, e)
		}
	}
	return labelled.Results(test, care.New(g, Fit(g, train, o)).Read)
}

// FoldOf is the fold of a text, from 0. Texts that differ only in case and
// spaces share one, so that no fold is tested on what it learned.
func FoldOf(text string) int {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(strings.Fields(strings.ToLower(text)), " ")))
	return int(h.Sum32() % Folds)
}
