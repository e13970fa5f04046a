package dialog

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// Flow is a conversation: a list of steps. The next step is the first one that
// applies and has no answer yet. That is the whole interpreter.
type Flow struct {
	Name  string
	Steps []Step
	Done  []string // actions, once every step is settled
	Stop  []string // actions, if the person leaves before the end
	Open  bool     // may be held before the gate ([Script.Gate]) is passed
	Bare  bool     // no Back and Stop here under its questions
	Aside bool     // a menu or a small offer: begun anew each time, never offered again
	Exact bool     // only whole labels and what people say for them count: nothing is made out of a sentence
	Help  bool     // a small way to somebody to talk to, under every question
}

// Form tells how a step is settled.
type Form uint8

const (
	Say    Form = iota // a statement
	Do                 // actions; done once
	One                // choose one
	Many               // choose several
	Each               // rate each of a list
	Write              // text
	When               // a moment in time
	Number             // a whole number
)

var formNames = [...]string{"say", "do", "one", "many", "each", "text", "time", "number"}

func (f Form) String() string { return formNames[f] }

// Step is one line of a flow.
type Step struct {
	Key  string
	Form Form

	Options []string // One, Many, Each, and beside a When, Write or Number: ids
	From    string   // a list that Go knows ([Script.Lists]), instead of or among Options
	FromAt  int      // how many of Options stand before it
	Rates   []string // Each: what an item can be; a tap moves it on, past the last it is unrated
	Own     bool     // Many, Each: free text becomes an item of its own
	Free    Form     // One: Write, When or Number accepts that as well; else zero
	Max     int      // Write: runes; Number: the largest
	Min     int      // Number: the smallest
	Read    string   // Write: the name of who understands the text ([Script.Readers]); empty: any text will do

	When []Cond   // all must hold
	Skip bool     // may be passed over
	Must bool     // Say: shown to everybody once, also to those already past it
	On   []Branch // what one option does at once
	Do   []string // Do: the actions

	print uint32 // of [Script.Init]
}

// Cond holds if the answer of Key has one of Values. A value "!x" holds if it
// has not x; "none" holds for a skipped answer or none. Keys that begin with "@" are facts that Go
// knows ([Script.Facts]).
type Cond struct {
	Key    string
	Values []string
}

// Branch is what choosing Option does: Do names an action, or "flow:NAME".
type Branch struct {
	Option string
	Do     string
}

// Asks tells whether the step waits for the person.
func (s *Step) Asks() bool { return s.Form >= One }

// takes tells whether the step accepts an answer of form f.
func (s *Step) takes(f Form) bool { return s.Form == f || s.Free == f }

// Print is the fingerprint of the question: whatever would give an old answer
// another meaning changes it. The words and the order of options do not.
func (s *Step) Print() uint32 {
	if s.print != 0 {
		return s.print
	}
	h := fnv.New32a()
	put := func(list ...string) {
		for _, x := range list {
			h.Write([]byte(x))
			h.Write([]byte{0})
		}
		h.Write([]byte{1})
	}
	put(s.Key, s.Form.String(), s.Free.String(), s.From, s.Read)
	put(slices.Sorted(slices.Values(s.Options))...)
	put(slices.Sorted(slices.Values(s.Rates))...)
	if s.Form == Number || s.Free == Number {
		put(strconv.Itoa(s.Min), strconv.Itoa(s.Max))
	}
	return h.Sum32()
}

// Step returns the step named key and its place, or nil and -1.
func (f *Flow) Step(key string) (*Step, int) {
	for i := range f.Steps {
		if f.Steps[i].Key == key {
			return &f.Steps[i], i
		}
	}
	return nil, -1
}

// Find returns a record of the run under key, or nil.
func (r *Run) Find(key string) *Answer {
	for i := range r.Answers {
		if r.Answers[i].Key == key {
			return &r.Answers[i]
		}
	}
	return nil
}

// Has tells whether the answer under key contains option.
func (r *Run) Has(key, option string) bool {
	a := r.Find(key)
	return a != nil && slices.Contains(a.Values, option)
}

// Value is the single option chosen under key, or "".
func (r *Run) Value(key string) string {
	if a := r.Find(key); a != nil && len(a.Values) > 0 {
		return a.Values[0]
	}
	return ""
}

// drop removes the records for which gone is true.
func (r *Run) drop(gone func(*Answer) bool) {
	r.Answers = slices.DeleteFunc(r.Answers, func(a Answer) bool { return gone(&a) })
}

// put records a, replacing an earlier record of the same key and keeping the
// order of the flow.
func (r *Run) put(f *Flow, a Answer) {
	r.drop(func(old *Answer) bool { return old.Key == a.Key })
	_, at := f.Step(a.Key)
	i := slices.IndexFunc(r.Answers, func(old Answer) bool {
		_, j := f.Step(old.Key)
		return j > at
	})
	if i < 0 {
		i = len(r.Answers)
	}
	r.Answers = slices.Insert(r.Answers, i, a)
}

// holds tells whether the condition is met, by the run's answers and the facts.
func (c *Cond) holds(r *Run, fact func(string) string) bool {
	if name, ok := strings.CutPrefix(c.Key, "@"); ok {
		is := fact(name)
		return c.match(func(v string) bool { return v == is }, is == "")
	}
	a := r.Find(c.Key)
	none := a == nil || a.Mode == Skipped || len(a.Values) == 0 && a.Text == ""
	return c.match(func(v string) bool { return a != nil && slices.Contains(a.Values, v) }, none)
}

func (c *Cond) match(has func(string) bool, none bool) bool {
	no, yes, wants := false, false, false
	for _, v := range c.Values {
		if x, not := strings.CutPrefix(v, "!"); not {
			no = no || x == "none" && none || has(x)
			continue
		}
		wants = true
		yes = yes || v == "none" && none || has(v)
	}
	return !no && (yes || !wants)
}

// item and rate of one entry of an Each answer.
func splitRate(v string) (item, rate string) {
	i := strings.LastIndexByte(v, '=')
	if i < 0 {
		return v, ""
	}
	return v[:i], v[i+1:]
}

// Rates reads an Each answer as item, rate pairs in order.
func (a *Answer) Rates(yield func(item, rate string) bool) {
	for _, v := range a.Values {
		if !yield(splitRate(v)) {
			return
		}
	}
}

// OwnItem makes the option id of an item a person added, and OwnText reads it
// back ("" if id is not one).
func OwnItem(text string) string { return "+" + text }

// OwnText is the text of an item a person added, or "".
func OwnText(id string) string {
	text, ok := strings.CutPrefix(id, "+")
	if !ok {
		return ""
	}
	return text
}
