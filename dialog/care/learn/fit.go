// Package learn trains the classifier of package care from labelled sentences.
// The same sentences give the same model, byte for byte.
package learn

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
)

// Options are how to train. The zero value is not useful; see [Defaults].
type Options struct {
	Variants int     // misspelt copies of each sentence
	Epochs   int     // times through everything
	Rate     float64 // AdaGrad's step
	Decay    float64 // how fast weights that are not needed fade
	Seed     uint64
}

// Defaults are the options of the shipped model, tuned on the dev part.
func Defaults() Options {
	return Options{Variants: 4, Epochs: 5, Rate: 0.12, Decay: 1e-3, Seed: 20}
}

// sample is one text as numbers.
type sample struct {
	rows   [2][][]int32 // by table and group: where the weights of a row begin
	values []float32    // by group
	target [care.Outputs]float32
	weight float32
	silent bool // benign: nothing to learn about whom
}

// heads are the ranges of outputs that sum to one.
var heads = [][2]int{{care.OfCategory, care.OfSeverity}, {care.OfSeverity, care.OfAbout}, {care.OfAbout, care.Outputs}}

// Fit trains a model on the examples as g sees them.
func Fit(g *care.Grammar, examples []labelled.Example, o Options) *care.Model {
	keys := keep(g, examples)
	samples := prepare(g, examples, keys, o)
	t := new(trainer)
	for i := range keys {
		t.weights[i] = make([]float32, care.PerTable*len(keys[i]))
		t.squares[i] = make([]float32, care.PerTable*len(keys[i]))
	}
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	random := rand.New(rand.NewPCG(o.Seed, 1))
	for epoch := range o.Epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		rate := o.Rate * (1 - 0.7*float64(epoch)/float64(o.Epochs))
		for _, i := range order {
			t.learn(&samples[i], float32(rate), float32(o.Decay))
		}
	}
	m := t.model(keys)
	var f care.Features
	for _, e := range examples {
		g.Features(e.Text, &f)
		for word := range f.Words() {
			m.Seen.Add(word)
		}
	}
	return m
}

func prepare(g *care.Grammar, examples []labelled.Example, keys [2][]care.Key, o Options) []sample {
	var samples []sample
	var f care.Features
	var places [2]map[care.Key]int32
	for table := range keys {
		places[table] = make(map[care.Key]int32, len(keys[table]))
		for i, k := range keys[table] {
			places[table][k] = int32(care.PerTable * i)
		}
	}
	for i, e := range examples {
		random := rand.New(rand.NewPCG(o.Seed, uint64(i)+2))
		for variant := range o.Variants + 1 {
			text := e.Text
			if variant > 0 {
				text = vary(random, text)
			}
			g.Features(text, &f)
			s := sample{silent: e.First() == care.Benign, weight: cost(e)}
			for group, hashes := range f.Groups {
				for table, place := range places {
					rows := make([]int32, 0, len(hashes))
					for _, h := range hashes {
						if at, kept := place[care.KeyOf(h)]; kept {
							rows = append(rows, at)
						}
					}
					s.rows[table] = append(s.rows[table], rows)
				}
				s.values = append(s.values, f.Value(group))
			}
			s.target[care.OfCategory+int(e.First())] = 1
			if len(e.Categories) > 1 {
				s.target[care.OfCategory+int(e.First())] = 0.75
				s.target[care.OfCategory+int(e.Categories[1])] = 0.25
			}
			s.target[care.OfSeverity+e.Severity] = 1
			s.target[care.OfAbout+int(e.About)] = 1
			samples = append(samples, s)
		}
	}
	return samples
}

// keep chooses the features that get a row in each table: those that most
// sentences have, two at least. What only one has teaches nothing about the next.
func keep(g *care.Grammar, examples []labelled.Example) (keys [2][]care.Key) {
	type tally struct {
		key       care.Key
		sentences int
		last      int // the sentence, by its place from 1, that had it last
	}
	at := map[care.Key]*tally{}
	var all []*tally
	var f care.Features
	for i, e := range examples {
		g.Features(e.Text, &f)
		for _, hashes := range f.Groups {
			for _, h := range hashes {
				k := care.KeyOf(h)
				n := at[k]
				if n == nil {
					n = &tally{key: k}
					at[k], all = n, append(all, n)
				}
				if n.last != i+1 {
					n.last = i + 1
					n.sentences++
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(b.sentences, a.sentences), cmp.Compare(a.key, b.key))
	})
	for table, room := range care.Room {
		for _, n := range all[:min(room, len(all))] {
			if n.sentences > 1 {
				keys[table] = append(keys[table], n.key)
			}
		}
		slices.Sort(keys[table])
	}
	return keys
}

// cost is what missing e costs, against missing a benign sentence.
func cost(e labelled.Example) float32 {
	switch e.Severity {
	case 3:
		return 1.4
	case 2:
		return 1.2
	}
	return 1
}

type trainer struct {
	weights, squares [2][]float32 // by table
	bias, biasSquare [care.Outputs]float32
}

// learn takes one step of AdaGrad. Products are converted before they are
// added, so that no machine fuses the two and rounds otherwise.
func (t *trainer) learn(s *sample, rate, decay float32) {
	out := t.bias
	for table, groups := range s.rows {
		for group, rows := range groups {
			var sum [care.PerTable]float32
			for _, r := range rows {
				for i, w := range t.weights[table][r:][:care.PerTable] {
					sum[i] += w
				}
			}
			for i, w := range sum {
				out[table*care.PerTable+i] += float32(w * s.values[group])
			}
		}
	}
	var slope [care.Outputs]float32
	for h, head := range heads {
		if h == 2 && s.silent {
			continue
		}
		share := softmax(out[head[0]:head[1]])
		for i, p := range share {
			at := head[0] + i
			slope[at] = float32((p - s.target[at]) * s.weight)
		}
	}
	for i, d := range slope {
		t.bias[i] -= step(&t.biasSquare[i], d, rate)
	}
	for table, groups := range s.rows {
		slope := slope[table*care.PerTable:][:care.PerTable]
		for group, rows := range groups {
			value := s.values[group]
			for _, r := range rows {
				weights, squares := t.weights[table][r:][:care.PerTable], t.squares[table][r:][:care.PerTable]
				for i, d := range slope {
					g := float32(d*value) + float32(decay*weights[i])
					weights[i] -= step(&squares[i], g, rate)
				}
			}
		}
	}
}

func step(square *float32, g, rate float32) float32 {
	if g == 0 {
		return 0
	}
	*square += float32(g * g)
	return float32(rate*g) / float32(math.Sqrt(float64(*square)+1e-4))
}

func softmax(x []float32) []float32 {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	share := make([]float32, len(x))
	sum := float32(0)
	for i, v := range x {
		share[i] = float32(math.Exp(float64(v - top)))
		sum += share[i]
	}
	for i := range share {
		share[i] /= sum
	}
	return share
}

// model rounds the weights to what its rows can say.
func (t *trainer) model(keys [2][]care.Key) *care.Model {
	m := &care.Model{Bias: t.bias}
	for table, weights := range t.weights {
		top := float32(1e-6)
		for _, w := range weights {
			top = max(top, w, -w)
		}
		m.Unit[table] = top / care.MaxWeight
		var rows []care.Row
		for at := 0; at < len(weights); at += care.PerTable {
			var row [care.PerTable]float32
			for i, w := range weights[at:][:care.PerTable] {
				row[i] = w / m.Unit[table]
			}
			rows = append(rows, care.NewRow(row))
		}
		m.Tables[table] = care.NewTable(keys[table], rows)
	}
	return m
}
