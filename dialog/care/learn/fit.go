// Package learn trains the classifier of package care from labelled sentences.
// The same sentences give the same model, byte for byte.
package learn

import (
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
	return Options{Variants: 8, Epochs: 3, Rate: 0.14, Decay: 3e-4, Seed: 20}
}

// Brief are the options to measure with: fewer misspelt copies, and a third of the time.
func Brief() Options {
	o := Defaults()
	o.Variants = 2
	return o
}

// pieces is the share of a benign sentence's copies that are a few of its words:
// without them, what little most short messages have in common with any sentence
// would decide about them.
const pieces = 0.2

// sample is one text as numbers.
type sample struct {
	rows   [2][][]int32 // by table and group
	values []float32    // by group
	target [care.Outputs]float32
	weight float32
	silent bool // benign: nothing to learn about whom
}

// heads are the ranges of outputs that sum to one.
var heads = [][2]int{{care.OfCategory, care.OfSeverity}, {care.OfSeverity, care.OfAbout}, {care.OfAbout, care.Outputs}}

// Fit trains a model on the examples as g sees them: first in haste, with far
// more features than there is room for, to see which are worth a row; then with
// these.
func Fit(g *care.Grammar, examples []labelled.Example, o Options) *care.Model {
	seen := often(g, examples)
	haste := o
	haste.Variants, haste.Epochs = 1, 3
	wide := [2][]care.Key{seen.keys, seen.keys}
	keys := seen.worthiest(train(g, examples, wide, haste))
	m := train(g, examples, keys, o).model(keys)
	var f care.Features
	for _, e := range examples {
		g.Features(e.Text, &f)
		for word := range f.Words() {
			m.Seen.Add(word)
		}
	}
	return m
}

// train learns the weights of the features with these keys, by table.
func train(g *care.Grammar, examples []labelled.Example, keys [2][]care.Key, o Options) *trainer {
	samples := prepare(g, examples, keys, o)
	t := new(trainer)
	for i := range keys {
		t.rows[i] = make([]row, len(keys[i]))
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
	return t
}

func prepare(g *care.Grammar, examples []labelled.Example, keys [2][]care.Key, o Options) []sample {
	var samples []sample
	var f care.Features
	var kept []int32
	var places [2]map[care.Key]int32
	for table := range keys {
		places[table] = make(map[care.Key]int32, len(keys[table]))
		for i, k := range keys[table] {
			places[table][k] = int32(i)
		}
	}
	for i, e := range examples {
		random := rand.New(rand.NewPCG(o.Seed, uint64(i)+2))
		for variant := range o.Variants + 1 {
			text := e.Text
			if variant > 0 {
				text = vary(random, text)
				if few := piece(random, e.Text); e.First() == care.Benign && random.Float64() < pieces && !g.Loud(few) {
					text = few
				}
			}
			g.Features(text, &f)
			s := sample{silent: e.First() == care.Benign, weight: cost(e)}
			for group, hashes := range f.Groups {
				for table, place := range places {
					kept = kept[:0]
					for _, h := range hashes {
						if at, ok := place[care.KeyOf(h)]; ok {
							kept = append(kept, at)
						}
					}
					s.rows[table] = append(s.rows[table], slices.Clone(kept)) // gigabytes, in all
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

// cost is what missing e costs, against missing a benign sentence. To go on with
// somebody under 18 would be the worst.
func cost(e labelled.Example) float32 {
	by := float32(1)
	if e.First() == care.Minor {
		by = 1.25
	}
	switch e.Severity {
	case 3:
		return 1.4 * by
	case 2:
		return 1.2 * by
	}
	return by
}

type trainer struct {
	rows [2][]row // by table
	bias [2]row
}

// row is what a feature weighs in a table. The squares of its slopes are summed
// for all weights together: as good as one sum for each, and twice as fast.
type row struct {
	weights weights
	square  float32
}

type weights [care.PerTable]float32

// learn takes one step of AdaGrad. Products are converted before they are
// added, so that no machine fuses the two and rounds otherwise.
func (t *trainer) learn(s *sample, rate, decay float32) {
	var out [care.Outputs]float32
	for table, groups := range s.rows {
		copy(out[table*care.PerTable:], t.bias[table].weights[:])
		for group, rows := range groups {
			var sum weights
			for _, r := range rows {
				for i, w := range t.rows[table][r].weights {
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
	for table, groups := range s.rows {
		slope := (*weights)(slope[table*care.PerTable:])
		t.bias[table].step(slope, rate)
		for group, rows := range groups {
			value := s.values[group]
			for _, at := range rows {
				r := &t.rows[table][at]
				var g weights
				for i, d := range slope {
					g[i] = float32(d*value) + float32(decay*r.weights[i])
				}
				r.step(&g, rate)
			}
		}
	}
}

func (r *row) step(slope *weights, rate float32) {
	sum := float32(0)
	for _, g := range slope {
		sum += float32(g * g)
	}
	r.square += sum / care.PerTable
	rate /= float32(math.Sqrt(float64(r.square + 1e-4)))
	for i, g := range slope {
		r.weights[i] -= float32(rate * g)
	}
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
	m := new(care.Model)
	for table, all := range t.rows {
		copy(m.Bias[table*care.PerTable:], t.bias[table].weights[:])
		top := float32(1e-6)
		for _, r := range all {
			for _, w := range r.weights {
				top = max(top, w, -w)
			}
		}
		m.Unit[table] = top / care.MaxWeight
		var rows []care.Row
		for _, r := range all {
			for i := range r.weights {
				r.weights[i] /= m.Unit[table]
			}
			rows = append(rows, care.NewRow(r.weights))
		}
		m.Tables[table] = care.NewTable(keys[table], rows)
	}
	return m
}
