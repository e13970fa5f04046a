package dialog

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A thing and what it is rated, as people say it of a list whose items are rated:
// "no massage", "ask before hair stroking", "please don't kiss me".
type saidRate struct{ item, rate string }

// takeRates reads a text at an each with own items that says in words how something is rated, and
// tells whether it has answered the text. A refusal never becomes an item that is
// wanted: what holds one and can not be read is asked for again, and not kept.
func (t *Turn) takeRates(r *Run, st *Step, opts []Option, text string) bool {
	list := t.saidRates(r, st, opts, text)
	if len(list) == 0 {
		if !slices.ContainsFunc(strings.Fields(Fold(text)), func(w string) bool { return t.Means("engine.means.not", w) }) {
			return false
		}
		t.Say("engine.not_alone")
	}
	t.State.Misses = 0
	for _, x := range list {
		switch own := OwnText(x.item); {
		case utf8.RuneCountInString(own) > maxOwnText:
			t.Say("engine.own_long")
		case !t.add(r, st, x.item, x.rate):
			t.Say("engine.own_full")
		}
	}
	t.again()
	return true
}

// saidRates is what every part of a text rates; none if one of them rates nothing.
func (t *Turn) saidRates(r *Run, st *Step, opts []Option, text string) []saidRate {
	x := t.saidRate(r, st, opts, words(text))
	if x.item != "" { // also "massage, no"
		return []saidRate{x}
	}
	var list []saidRate
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(partMarks, c) }) {
		var piece []string
		for _, w := range append(words(part), "") {
			if w != "" && !t.Means("engine.means.and", Fold(w)) && !t.Means("engine.means.but", Fold(w)) {
				piece = append(piece, w)
				continue
			}
			if !slices.ContainsFunc(piece, func(w string) bool { return !t.fills(w) }) {
				piece = nil // "no kissing, please"
				continue
			}
			x := t.saidRate(r, st, opts, piece)
			if x.item == "" {
				return nil
			}
			list, piece = append(list, x), nil
		}
	}
	return list
}

// saidRate reads words that begin or end with a rate; those that add nothing may
// stand around it. A thing that is no option becomes an item of the person's own,
// unless it is wanted: that needs no reading.
func (t *Turn) saidRate(r *Run, st *Step, opts []Option, list []string) saidRate {
	from, to := 0, len(list)
	for ; ; from++ {
		for n := to; n > from; n-- {
			if rate := t.rate(r, st, list[from:n]); rate != "" {
				if x := t.ratedThing(r, st, opts, list[n:], rate, n-from); x.item != "" {
					return x
				}
				break // the longest only
			}
		}
		if from == to || !t.fills(list[from]) {
			break
		}
	}
	for ; to > 0; to-- {
		for n := 0; n < to; n++ {
			if rate := t.rate(r, st, list[n:to]); rate != "" {
				return t.ratedThing(r, st, opts, list[:n], rate, to-n)
			}
		}
		if !t.fills(list[to-1]) {
			break
		}
	}
	return saidRate{}
}

// rate finds the rate that words name.
func (t *Turn) rate(r *Run, st *Step, list []string) string {
	fold, key := Fold(strings.Join(list, " ")), r.Flow+"."+st.Key
	for _, id := range st.Rates {
		if Fold(Plain(t.Label(key+"."+id))) == fold || t.Means(key+".means."+id, fold) {
			return id
		}
	}
	return ""
}

// ratedThing is what is rated: an option, or else an item of the person's own in
// their spelling. said is how many words the rate had.
func (t *Turn) ratedThing(r *Run, st *Step, opts []Option, list []string, rate string, said int) saidRate {
	joins := func(w string) bool {
		return t.Means("engine.means.and", Fold(w)) || t.Means("engine.means.but", Fold(w))
	}
	list = trimmed(list, joins) // "cuddling, but ask first"
	opts = slices.DeleteFunc(slices.Clone(opts), func(o Option) bool { return o.ID == navDone })
	if o := t.named(r, st, opts, Fold(strings.Join(list, " "))); o != "" {
		return saidRate{o, rate}
	}
	if o := t.named(r, st, opts, t.unfilled(Fold(strings.Join(list, " ")))); o != "" {
		return saidRate{o, rate}
	}
	if !slices.ContainsFunc(list, func(w string) bool { return !t.fills(w) }) {
		return saidRate{}
	}
	polite := func(w string) bool { return t.Means("engine.means.please", Fold(w)) }
	list = trimmed(list, polite)
	if fold := t.unfilled(Fold(strings.Join(list, " "))); len(fold) >= 4 { // "no massages"
		if o := t.near(r, st, opts, fold); o != "" { // and "hair, ask first"
			return saidRate{o, rate}
		}
	}
	thing := strings.Trim(strings.Join(list, " "), ".,:;!?-–— ")
	fold := Fold(thing)
	switch {
	case fold == "", rate == st.Rates[0]:
		return saidRate{}
	case said < 2 && rate != st.Rates[len(st.Rates)-1]: // "ask me how I am"
		return saidRate{}
	case t.Means("engine.means.done", fold), t.Means("engine.means.none", fold): // "no, that's all"
		return saidRate{}
	case strings.ContainsAny(thing, partMarks), slices.ContainsFunc(list, func(w string) bool { return joins(w) || t.Means("engine.means.not", Fold(w)) }):
		// it says something else too
		return saidRate{}
	}
	return saidRate{OwnItem(strings.ReplaceAll(thing, "=", "-")), rate}
}

// trimmed is list without the words at its ends for which drop is true.
func trimmed(list []string, drop func(string) bool) []string {
	for len(list) > 0 && drop(list[0]) {
		list = list[1:]
	}
	for len(list) > 0 && drop(list[len(list)-1]) {
		list = list[:len(list)-1]
	}
	return list
}

// fills tells whether a word changes nothing about those it stands beside.
func (t *Turn) fills(word string) bool { return t.Means("engine.means.filler", Fold(word)) }

// words are the words of a text as they are spelt, without marks that stand alone.
func words(text string) []string {
	return slices.DeleteFunc(strings.Fields(text), func(w string) bool { return Fold(w) == "" })
}

// takeOff reads "remove massage" and "delete that", and tells whether it has
// answered the text.
func (t *Turn) takeOff(r *Run, st *Step, opts []Option, fold string) bool {
	list := strings.Fields(fold)
	n := min(len(list)-1, 3)
	for n > 0 && !t.Means("engine.means.remove", strings.Join(list[:n], " ")) {
		n--
	}
	if n <= 0 {
		return false
	}
	rest := strings.Join(list[n:], " ")
	var at int
	if t.Means("engine.means.last", rest) {
		at = len(r.Draft) - 1
	} else {
		item := t.named(r, st, opts, rest)
		if item == "" {
			item = t.named(r, st, opts, t.unfilled(rest))
		}
		at = slices.IndexFunc(r.Draft, func(v string) bool { i, _ := splitRate(v); return i == item })
	}
	switch {
	case at >= 0:
		r.Draft = slices.Delete(r.Draft, at, at+1)
	case st.Own:
		t.Say("engine.own_how")
	default:
		return false
	}
	t.State.Misses = 0
	t.again()
	return true
}

// asks tells whether a text is a question to the bot: "how do I remove one?"
// One word begins a question only where a question mark follows.
func (t *Turn) asks(text string) bool {
	list := strings.Fields(Fold(text))
	for n := min(len(list), 3); n > 0; n-- {
		if (n > 1 || strings.Contains(text, "?")) && t.Means("engine.means.asks", strings.Join(list[:n], " ")) {
			return true
		}
	}
	return false
}
