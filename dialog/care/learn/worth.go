package learn

import (
	"cmp"
	"slices"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
)

// wide is how many features are tried before those are chosen that get a row.
const wide = 1_000_000

// features are those that are worth trying, in the order of their keys.
type features struct {
	keys      []care.Key
	sentences []int // that have it
}

// often finds the features that most sentences have, two at least: what only one
// has teaches nothing about the next.
func often(g *care.Grammar, examples []labelled.Example) (all features) {
	type tally struct {
		key       care.Key
		sentences int
		last      int // the sentence, by its place from 1, that had it last
	}
	at := map[care.Key]*tally{}
	var list []*tally
	var f care.Features
	for i, e := range examples {
		g.Features(e.Text, &f)
		for _, hashes := range f.Groups {
			for _, h := range hashes {
				k := care.KeyOf(h)
				n := at[k]
				if n == nil {
					n = &tally{key: k}
					at[k], list = n, append(list, n)
				}
				if n.last != i+1 {
					n.last = i + 1
					n.sentences++
				}
			}
		}
	}
	list = slices.DeleteFunc(list, func(n *tally) bool { return n.sentences < 2 })
	slices.SortFunc(list, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(b.sentences, a.sentences), cmp.Compare(a.key, b.key))
	})
	list = list[:min(wide, len(list))]
	slices.SortFunc(list, func(a, b *tally) int { return cmp.Compare(a.key, b.key) })
	for _, n := range list {
		all.keys = append(all.keys, n.key)
		all.sentences = append(all.sentences, n.sentences)
	}
	return all
}

// worthiest fills the room of each table with the features that tell outputs
// apart the most: how far their weights differ, in all sentences together.
func (all *features) worthiest(t *trainer) (keys [2][]care.Key) {
	for table, rows := range t.rows {
		worth := make([]float64, len(rows))
		order := make([]int, len(rows))
		for i := range rows {
			order[i] = i
			worth[i] = rows[i].weights.variance() * float64(all.sentences[i])
		}
		slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(worth[j], worth[i]), cmp.Compare(i, j)) })
		order = order[:min(care.Room[table], len(order))]
		slices.Sort(order)
		for _, i := range order {
			keys[table] = append(keys[table], all.keys[i])
		}
	}
	return keys
}

func (w *weights) variance() (sum float64) {
	mean := 0.0
	for _, x := range w {
		mean += float64(x) / care.PerTable
	}
	for _, x := range w {
		d := float64(x) - mean
		sum += float64(d * d)
	}
	return sum
}
