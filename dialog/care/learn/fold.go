package learn

import (
	"hash/fnv"
	"strings"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
)

// Folds is how many parts the dev sentences are dealt into. Whoever writes
// rules and sets may read the mistakes of the first [ReadFolds]; the others
// show how well the rules do on sentences their author has not seen.
const (
	Folds     = 5
	ReadFolds = 3
)

// Unread keeps the results of the folds that rule writers do not read.
func Unread(results []labelled.Result) []labelled.Result {
	var unread []labelled.Result
	for _, r := range results {
		if FoldOf(r.Text, Folds) >= ReadFolds {
			unread = append(unread, r)
		}
	}
	return unread
}

// CrossValidate reads every example with a model that was trained without it:
// the examples are dealt into folds by a hash of their text, so that adding
// some does not move the others.
func CrossValidate(g *care.Grammar, examples []labelled.Example, o Options, folds int) []labelled.Result {
	results := make([]labelled.Result, len(examples))
	at := make(map[string]labelled.Result, len(examples))
	for fold := range folds {
		for _, r := range Validate(g, examples, o, folds, fold) {
			at[r.Text] = r
		}
	}
	for i, e := range examples {
		results[i] = labelled.Result{Example: e, Finding: at[e.Text].Finding}
	}
	return results
}

// Validate reads the examples of one fold with a model trained on the others.
func Validate(g *care.Grammar, examples []labelled.Example, o Options, folds, fold int) []labelled.Result {
	var train, test []labelled.Example
	for _, e := range examples {
		if FoldOf(e.Text, folds) == fold {
			test = append(test, e)
		} else {
			train = append(train, e)
		}
	}
	return labelled.Results(test, care.New(g, Fit(g, train, o)).Read)
}

// FoldOf is the fold of a text. Texts that differ only in case and spaces
// share one, so that no fold is tested on what it learned.
func FoldOf(text string, folds int) int {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(strings.Fields(strings.ToLower(text)), " ")))
	return int(h.Sum32() % uint32(folds))
}
