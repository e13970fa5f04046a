package care

import "sync"

// Recogniser reads messages. It is safe for concurrent use.
type Recogniser struct {
	g     *Grammar
	model *Model
	pool  sync.Pool // of *reading
}

// reading is the room one Read needs.
type reading struct {
	message
	seen Features
}

// New makes a recogniser of a grammar and a model trained with it. Without a
// model (nil) only the rules decide.
func New(g *Grammar, model *Model) *Recogniser {
	r := &Recogniser{g: g, model: model}
	r.pool.New = func() any { return new(reading) }
	return r
}

// Long texts are also read through a window, so that one sentence of danger
// is not lost among many others.
const (
	context = 120 // words that are read as a whole
	window  = 40  // words
	stride  = 20  // words
)

// Read tells what text says, in any language of the lexicon at once. It never
// fails: what it cannot read is benign. Time is linear in len(text).
func (r *Recogniser) Read(text string) Finding {
	in := r.pool.Get().(*reading)
	defer r.pool.Put(in)
	in.read(r.g, text)
	n := len(in.tokens)
	whole := r.view(in, 0, min(n, context))
	if n > window && r.model != nil {
		for from := 0; from < n; from += stride {
			part := r.view(in, from, min(from+window, n))
			whole.widen(part)
			if from+window >= n {
				break
			}
		}
	}
	f := r.decide(in, whole)
	if lang := in.spoken(f.First()); lang >= 0 {
		f.Lang = r.g.langs[lang]
	}
	return f
}

// spoken is the lexicon whose language an answer to c is given in, or -1. Where
// everyday words hardly tell ("quiero matarme", "16yo"), the rule that knew does.
func (m *message) spoken(c Category) int {
	lang := -1
	if m.lang < 0 || m.votes < 2 {
		for _, hit := range m.matched() {
			of := hit.rule.of
			if hit.rule.Is == c && m.g.tongues>>of&1 != 0 && (lang < 0 || of == m.lang) {
				lang = of
			}
		}
	}
	if lang < 0 {
		return m.lang
	}
	return lang
}

// view is what the classifier makes of a part of a message.
type view struct {
	category [Drop + 1]float32
	severity [4]float32
	about    [3]float32
	calm     float32 // the least that any part of the message leaves to benign
}

func (r *Recogniser) view(in *reading, from, to int) view {
	v := view{category: [Drop + 1]float32{Benign: 1}, severity: [4]float32{1}, about: [3]float32{1}, calm: 1}
	if r.model == nil || from == to {
		return v
	}
	in.features(from, to, &in.seen)
	out := r.model.score(&in.seen)
	softmax(out[OfCategory:OfSeverity])
	softmax(out[OfSeverity:OfAbout])
	softmax(out[OfAbout:])
	copy(v.category[:], out[OfCategory:])
	copy(v.severity[:], out[OfSeverity:])
	copy(v.about[:], out[OfAbout:])
	v.calm = v.category[Benign]
	return v
}

// widen lets a part speak for the whole when it is surer of danger, and sure
// enough: a part has lost its context.
func (v *view) widen(part view) {
	calm := min(v.calm, part.category[Benign])
	if part.category[Benign] < v.category[Benign] && part.category[Benign] < partly {
		*v = part
	}
	v.calm = calm
}
