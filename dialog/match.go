package dialog

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// choices are the options in the order in which they are numbered, the
// confirming one last.
func (t *Turn) choices(r *Run, st *Step) []Option {
	list := t.offered(r, st)
	list = slices.DeleteFunc(list, func(o Option) bool { return o.Share != "" || o.URL != "" })
	if st.Form == Many || st.Form == Each {
		list = append(list, Option{ID: navDone, Label: t.Label("engine.nav.done")})
	}
	return list
}

// partMarks stand between the parts of an answer.
const partMarks = ",;/+&\n"

// several reads "2", "1, 3", "sore and tired": every part has to be an option.
// A question for one takes one.
func (t *Turn) several(r *Run, st *Step, opts []Option, text string) []string {
	if o := t.option(r, st, opts, Fold(text)); o != "" {
		return []string{o}
	}
	if st.Form != Many && st.Form != Each {
		return nil
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(partMarks, r) })
	if list := t.allOptions(r, st, opts, parts); len(list) > 0 {
		return list
	}
	words := strings.Fields(Fold(text))
	words = slices.DeleteFunc(words, func(w string) bool { return t.Means("engine.means.and", w) })
	return t.allOptions(r, st, opts, words)
}

func (t *Turn) allOptions(r *Run, st *Step, opts []Option, parts []string) []string {
	var list []string
	for _, part := range parts {
		part = Fold(part)
		if part == "" {
			continue
		}
		rate := ""
		o := t.option(r, st, opts, part)
		if o == "" && st.Form == Each {
			o, rate = t.rated(r, st, opts, part)
		}
		if o == "" {
			return nil
		}
		if rate != "" {
			o += "=" + rate
		}
		list = append(list, o)
	}
	return list
}

// rated reads "cuddling ask first": an option and what it is rated.
func (t *Turn) rated(r *Run, st *Step, opts []Option, part string) (opt, rate string) {
	words := strings.Fields(part)
	for cut := len(words) - 1; cut > 0; cut-- {
		opt = t.option(r, st, opts, strings.Join(words[:cut], " "))
		if opt == "" {
			continue
		}
		rest := strings.Join(words[cut:], " ")
		for _, id := range st.Rates {
			key := r.Flow + "." + st.Key
			if Fold(Plain(t.Label(key+"."+id))) == rest || t.Means(key+".means."+id, rest) {
				return opt, id
			}
		}
	}
	return "", ""
}

// option finds the one that a folded text names: by number, by label, or by
// what people say instead.
func (t *Turn) option(r *Run, st *Step, opts []Option, fold string) string {
	if n, err := strconv.Atoi(fold); err == nil && n >= 1 && n <= len(opts) && !st.takes(Number) {
		return opts[n-1].ID
	}
	return t.named(r, st, opts, fold)
}

// named finds the option that a folded text names by label, or by what people
// say instead.
func (t *Turn) named(r *Run, st *Step, opts []Option, fold string) string {
	same := t.sameAs(fold)
	for _, o := range opts {
		if fold != "" && Fold(t.label(r, st, o)) == fold {
			return o.ID
		}
	}
	for _, o := range opts {
		key := r.Flow + "." + st.Key + ".means." + o.ID
		if o.ID == navDone {
			key = "engine.means.done"
		}
		if t.Means(key, fold) || same != "" && t.Means(key, same) {
			return o.ID
		}
	}
	return ""
}

// sameAs is "yes" or "no" for what is the same in fewer letters, so that not every
// question has to list it: "yea", "nah". Else it is empty.
func (t *Turn) sameAs(fold string) string {
	for _, word := range []string{"yes", "no"} {
		if t.Means("engine.means."+word, fold) {
			return word
		}
	}
	return ""
}

// near finds the one option whose label begins with the text, has all its words,
// or is one slip of the finger away. A label that says no is not meant by words
// that do not: "pause" is not "don't pause".
func (t *Turn) near(r *Run, st *Step, opts []Option, fold string) string {
	if utf8.RuneCountInString(fold) < 3 {
		return ""
	}
	found := ""
	for _, o := range opts {
		label := Fold(t.label(r, st, o))
		if strings.HasPrefix(label, fold) || within(fold, label) && (t.negated(fold) || !t.negated(label)) || len(fold) >= 4 && oneSlip(label, fold) {
			if found != "" {
				return ""
			}
			found = o.ID
		}
	}
	return found
}

// mostSpoken is how many words a text may have to be read word by word.
const mostSpoken = 16

// spoken reads a text that is nothing but options and words that add nothing:
// "yes I'm 34", "a massage please, and cuddling".
func (t *Turn) spoken(r *Run, st *Step, opts []Option, fold string) []string {
	words := strings.Fields(fold)
	if len(words) > mostSpoken {
		return nil
	}
	var list []string
	for len(words) > 0 {
		o, n := t.longest(r, st, opts, words)
		switch {
		case o == "" && !t.Means("engine.means.filler", words[0]):
			return nil
		case o != "" && !slices.Contains(list, o):
			list = append(list, o)
		}
		words = words[n:]
	}
	if len(list) > 1 && st.Form != Many && st.Form != Each {
		return nil
	}
	return list
}

// unfilled is a folded text without the words at its ends that add nothing.
func (t *Turn) unfilled(fold string) string {
	words := strings.Fields(fold)
	filler := func(w string) bool { return t.Means("engine.means.filler", w) }
	for len(words) > 1 && filler(words[0]) {
		words = words[1:]
	}
	for len(words) > 1 && filler(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// answers tells that a text is nothing but what the question offers.
func (t *Turn) answers(r *Run, st *Step, text string) bool {
	opts := t.choices(r, st)
	if len(t.several(r, st, opts, text)) > 0 {
		return true
	}
	return !st.takes(Write) && !t.Script.Flows[r.Flow].Exact && len(t.spoken(r, st, opts, Fold(text))) > 0
}

// longest is the option that the most of the first words name, and how many
// they are; none is one word long. A number is no place in the list here: "3 am".
func (t *Turn) longest(r *Run, st *Step, opts []Option, words []string) (opt string, n int) {
	for n = len(words); n > 0; n-- {
		if opt = t.named(r, st, opts, strings.Join(words[:n], " ")); opt != "" {
			return opt, n
		}
	}
	return "", 1
}

// negated tells whether one of the words says no.
func (t *Turn) negated(fold string) bool {
	return slices.ContainsFunc(strings.Fields(fold), func(w string) bool { return t.Means("engine.means.negated", w) })
}

// within tells whether every word of text is one of label's.
func within(text, label string) bool {
	words := strings.Fields(label)
	for _, w := range strings.Fields(text) {
		if !slices.Contains(words, w) {
			return false
		}
	}
	return true
}

// oneSlip tells whether a and b differ by one letter more, less, other or swapped.
// A digit is never a slip: "socks 2" is not "socks 3".
func oneSlip(a, b string) bool {
	if digits(a) != digits(b) {
		return false
	}
	x, y := []rune(a), []rune(b)
	if len(x) < len(y) {
		x, y = y, x
	}
	if len(x)-len(y) > 1 {
		return false
	}
	i := 0
	for i < len(y) && x[i] == y[i] {
		i++
	}
	if len(x) > len(y) {
		return string(x[i+1:]) == string(y[i:])
	}
	if i == len(x) {
		return true
	}
	if string(x[i+1:]) == string(y[i+1:]) {
		return true
	}
	return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
}

// Means tells whether the folded text is one of the things people say, by the
// words under key. "18..120" there is any number from 18 to 120.
func (t *Turn) Means(key, fold string) bool {
	n, err := strconv.Atoi(fold)
	for _, lang := range []string{t.Script.lang(t.State.Lang), t.Script.Langs[0]} {
		for _, said := range t.Script.heard[lang][key] {
			if said == fold {
				return true
			}
			if from, to, ok := span(said); ok && err == nil && from <= n && n <= to {
				return true
			}
		}
	}
	return false
}

// span reads "18..120".
func span(said string) (from, to int, ok bool) {
	a, b, ok := strings.Cut(said, "..")
	from, err := strconv.Atoi(a)
	to, err2 := strconv.Atoi(b)
	return from, to, ok && err == nil && err2 == nil
}

// navWord finds the navigation that a text names: back, skip, stop, change.
func (t *Turn) navWord(fold string) string {
	for _, nav := range []string{"back", "skip", "stop", "change", "repeat"} {
		if fold != "" && (Fold(Plain(t.Label("engine.nav."+nav))) == fold || t.Means("engine.means."+nav, fold)) {
			return nav
		}
	}
	return ""
}

// commandWord finds the command whose name or plain word the text is.
func (t *Turn) commandWord(fold string) string {
	if _, ok := t.Script.Commands[fold]; ok {
		return fold
	}
	for _, name := range sortedNames(t.Script.Commands) {
		if t.Means("engine.command."+name, fold) {
			return name
		}
	}
	return ""
}

// commandBegun finds the command that a text of more words begins with: "we had
// sex last night". One word alone begins too many sentences.
func (t *Turn) commandBegun(fold string) string {
	words := strings.Fields(fold)
	for n := min(len(words)-1, 6); n > 1; n-- {
		if name := t.commandWord(strings.Join(words[:n], " ")); name != "" {
			return name
		}
	}
	return ""
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
