package dialog

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxText is how much of a message is read, in runes. No platform lets a person
// send more in one message.
const MaxText = 4096

// Clean is text as a person meant it: valid UTF-8, without control characters
// (newlines stay), without characters that hide or turn text around, cut at max
// runes, trimmed.
func Clean(text string, max int) string {
	if len(text) > 4*max {
		text = text[:4*max]
		for len(text) > 0 { // do not cut inside a rune
			if r, n := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || n != 1 {
				break
			}
			text = text[:len(text)-1]
		}
	}
	n := 0
	text = strings.Map(func(r rune) rune {
		switch {
		case n >= max, r == utf8.RuneError, hidden(r):
			return -1
		case r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			r = ' '
		case r != '\n' && unicode.IsControl(r):
			return -1
		}
		n++
		return r
	}, text)
	return strings.TrimSpace(text)
}

// hidden characters have no picture of their own. The joiner that emoji are made with stays.
func hidden(r rune) bool {
	return r != '\u200d' && unicode.Is(unicode.Cf, r) || r == '\u034f' || r == '\u115f' || r == '\u3164'
}

// Fold makes texts comparable: lower case, without accents, punctuation, emoji
// and doubled spaces.
func Fold(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		default:
			space = true
		}
	}
	return b.String()
}

// text answers what a person typed.
func (t *Turn) text() {
	text := t.Event.Text
	if text == "" {
		t.Say("engine.empty")
		t.reaskOrGate()
		return
	}
	r, st := t.open()
	fold := Fold(text)
	switch {
	case r == nil:
		t.idle(fold)
	case st == nil:
		t.Say("engine.edited_flow")
		t.again()
	default:
		t.Run = r
		if !t.take(r, t.Script.Flows[r.Flow], st, text, fold) {
			t.missed()
		}
	}
}

// idle answers a text that no question waits for.
func (t *Turn) idle(fold string) {
	if name := t.commandWord(fold); name != "" {
		t.Event.Name, t.Event.Text = name, ""
		t.command()
		return
	}
	if t.gated("") {
		return
	}
	switch {
	case t.means("engine.means.thanks", fold):
		t.Say("engine.welcome")
	case t.means("engine.means.hello", fold):
		t.Say("engine.hello")
	default:
		t.Say("engine.idle")
	}
}

// missed answers a text that fits nothing, with more help each time.
func (t *Turn) missed() {
	if t.Script.Missed != nil && t.Script.Missed(t) {
		return
	}
	if t.means("engine.means.thanks", Fold(t.Event.Text)) { // a courtesy is no miss
		t.Say("engine.welcome")
		t.again()
		return
	}
	t.State.Misses++
	t.Say("engine.miss" + strconv.Itoa(min(t.State.Misses, 3)))
	t.again()
}

// take fits a text to the open question and tells whether it could.
func (t *Turn) take(r *Run, f *Flow, st *Step, text, fold string) bool {
	opts := t.choices(r, st)
	// What an option means goes first: "next" among cards is another card, not a skip.
	if nav := t.navWord(fold); nav != "" && t.option(r, st, opts, fold) == "" {
		return t.nav(nav)
	}
	if list := t.several(r, st, opts, text); len(list) > 0 {
		t.chooseText(r, f, st, list)
		return true
	}
	writes := st.takes(Write)
	if !writes && !st.Own {
		if name := t.commandWord(fold); name != "" {
			t.Event.Name, t.Event.Text = name, ""
			t.command()
			return true
		}
	}
	if !writes {
		if o := t.near(r, st, opts, fold); o != "" {
			t.chooseText(r, f, st, []string{o})
			return true
		}
	}
	switch {
	case st.takes(When) && t.Script.ReadTime != nil:
		return t.takeTime(r, f, st, text)
	case st.takes(Number):
		return t.takeNumber(r, f, st, fold)
	case writes:
		if n := utf8.RuneCountInString(text); n > st.Max {
			t.Say("engine.too_long")
			t.again()
			return true
		}
		a := t.answer(st)
		a.Text = text
		if st.Read != "" {
			a.Values = t.Script.Readers[st.Read](t, text)
			if a.Values == nil { // the reader has said why
				t.again()
				return true
			}
		}
		t.settle(r, f, st, a)
		return true
	case st.Own && utf8.RuneCountInString(text) <= maxOwnText:
		if !t.add(r, st, strings.Join(strings.Fields(text), " ")) {
			t.Say("engine.own_full")
		}
		t.again()
		return true
	case st.Own:
		t.Say("engine.own_long")
		t.again()
		return true
	}
	return false
}

func (t *Turn) takeTime(r *Run, f *Flow, st *Step, text string) bool {
	at, reading := t.Script.ReadTime(text, t.Now.In(Zone(t.State.Zone)), t.State.Lang)
	switch reading {
	case Moment:
		if !at.After(t.Now) {
			t.Say("engine.when_past")
			t.again()
			return true
		}
		a := t.answer(st)
		a.At = at.UTC()
		a.Text = ""
		a.Values = []string{"at"}
		t.settle(r, f, st, a)
		return true
	case Declined:
		for _, no := range []string{"never", "no", "none", "not_now"} {
			if slices.Contains(st.Options, no) {
				t.choose(r, f, st, no)
				return true
			}
		}
		if st.Skip {
			t.choose(r, f, st, navSkip)
			return true
		}
	}
	t.Say("engine.when_again")
	t.again()
	return true
}

func (t *Turn) takeNumber(r *Run, f *Flow, st *Step, fold string) bool {
	n, err := strconv.ParseInt(strings.Fields(fold + " x")[0], 10, 32)
	if err != nil || n < int64(st.Min) || n > int64(st.Max) {
		t.Say("engine.number")
		t.again()
		return true
	}
	a := t.answer(st)
	a.Number = n
	a.Text = strconv.FormatInt(n, 10)
	t.settle(r, f, st, a)
	return true
}

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

// several reads "2", "1, 3", "sore and tired": every part has to be an option.
// A question for one takes one.
func (t *Turn) several(r *Run, st *Step, opts []Option, text string) []string {
	if o := t.option(r, st, opts, Fold(text)); o != "" {
		return []string{o}
	}
	if st.Form != Many && st.Form != Each {
		return nil
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;/+&\n", r) })
	if list := t.allOptions(r, st, opts, parts); len(list) > 0 {
		return list
	}
	words := strings.Fields(Fold(text))
	words = slices.DeleteFunc(words, func(w string) bool { return t.means("engine.means.and", w) })
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
			if Fold(Plain(t.Label(key+"."+id))) == rest || t.means(key+".means."+id, rest) {
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
		if t.means(key, fold) {
			return o.ID
		}
	}
	return ""
}

// exact tells whether the text stands on a button of the question as it is.
func (t *Turn) exact(r *Run, st *Step, text string) bool {
	fold := Fold(text)
	if fold == "" {
		return false
	}
	for _, o := range t.choices(r, st) {
		if Fold(t.label(r, st, o)) == fold {
			return true
		}
	}
	n, err := strconv.Atoi(fold)
	return err == nil && n >= 0
}

// near finds the one option whose label begins with the text, has all its words,
// or is one slip of the finger away.
func (t *Turn) near(r *Run, st *Step, opts []Option, fold string) string {
	if utf8.RuneCountInString(fold) < 3 {
		return ""
	}
	found := ""
	for _, o := range opts {
		label := Fold(t.label(r, st, o))
		if strings.HasPrefix(label, fold) || within(fold, label) || len(fold) >= 4 && oneSlip(label, fold) {
			if found != "" {
				return ""
			}
			found = o.ID
		}
	}
	return found
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
func oneSlip(a, b string) bool {
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

// means tells whether the folded text is one of the things people say, by the
// words under key.
func (t *Turn) means(key, fold string) bool {
	for _, lang := range []string{t.Script.lang(t.State.Lang), t.Script.Langs[0]} {
		for _, m := range t.Script.Words[lang][key] {
			if Fold(m) == fold {
				return true
			}
		}
	}
	return false
}

// navWord finds the navigation that a text names: back, skip, stop, change.
func (t *Turn) navWord(fold string) string {
	for _, nav := range []string{"back", "skip", "stop", "change", "repeat"} {
		if fold != "" && (Fold(Plain(t.Label("engine.nav."+nav))) == fold || t.means("engine.means."+nav, fold)) {
			return nav
		}
	}
	return ""
}

// nav does what a navigation word or command says about the open question, and
// tells whether there is one it could be about.
func (t *Turn) nav(name string) bool {
	r, st := t.open()
	if r == nil || st == nil {
		return false
	}
	f := t.Script.Flows[r.Flow]
	t.Run = r
	switch name {
	case "back":
		t.back(r, f)
	case "skip":
		t.choose(r, f, st, navSkip)
	case "stop", "cancel":
		t.choose(r, f, st, navStop)
	case "repeat":
		t.again()
	case "change":
		if !r.canBack() {
			t.Say("engine.nothing_yet")
			t.again()
			return true
		}
		t.Start(ChangeFlow, "")
	default:
		return false
	}
	t.State.Misses = 0
	return true
}

// commandWord finds the command whose name or plain word the text is.
func (t *Turn) commandWord(fold string) string {
	if _, ok := t.Script.Commands[fold]; ok {
		return fold
	}
	for _, name := range sortedNames(t.Script.Commands) {
		if t.means("engine.command."+name, fold) {
			return name
		}
	}
	return ""
}

// chooseText takes options that were typed. What is typed to a many is the whole
// answer, unless it takes an item back; an each is shown again, since its items
// can be rated further.
func (t *Turn) chooseText(r *Run, f *Flow, st *Step, list []string) {
	t.State.Misses = 0
	done := slices.Contains(list, navDone)
	back := false
	list = slices.DeleteFunc(list, func(o string) bool { return o == navDone })
	for _, o := range list {
		if item, rate := splitRate(o); st.Form == Each && rate != "" {
			r.Draft = slices.DeleteFunc(r.Draft, func(v string) bool { i, _ := splitRate(v); return i == item })
			r.Draft = append(r.Draft, o)
			continue
		}
		switch {
		case st.Form != Many && st.Form != Each:
			t.choose(r, f, st, o)
			return
		case st.Form == Many && slices.Contains(r.Draft, o):
			if len(list) == 1 {
				t.toggle(r, st, o)
				back = true
			}
		default:
			t.toggle(r, st, o)
		}
	}
	switch {
	case done || st.Form == Many && !back:
		t.confirm(r, f, st)
	default:
		t.again()
	}
}
