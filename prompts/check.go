package prompts

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"afterglow/dialog"
)

// What every platform takes. Discord is the narrowest: 2000 characters a
// message, 80 on a button, five rows of five.
const (
	maxText    = 1900
	maxLabel   = 80
	maxOptions = 20
)

// Check proves the book against the script made of it: every step has its words
// in every language, fits every platform, can be reached, and speaks only of what
// there is. It returns all problems, in the order of the files.
func (b *Book) Check(s *dialog.Script) []*Problem {
	c := &checker{book: b, script: s}
	for _, name := range sorted(b.Flows) {
		c.flow(b.Flows[name])
	}
	for _, lang := range b.Langs {
		for _, key := range sorted(b.Words[lang]) {
			c.text(lang, key)
		}
	}
	c.languages()
	slices.SortStableFunc(c.found, func(x, y *Problem) int {
		if d := strings.Compare(x.File, y.File); d != 0 {
			return d
		}
		return x.Line - y.Line
	})
	return c.found
}

type checker struct {
	book   *Book
	script *dialog.Script
	found  []*Problem
}

func (c *checker) bad(pos Pos, hint, format string, args ...any) {
	c.found = append(c.found, &Problem{pos, fmt.Sprintf(format, args...), hint})
}

func (c *checker) flow(f *dialog.Flow) {
	at := func(key string) Pos { return c.book.lines["flow "+f.Name+"."+key] }
	if !slices.ContainsFunc(f.Steps, func(st dialog.Step) bool { return true }) {
		c.bad(c.book.lines["flow "+f.Name], "a flow needs a [[step]]", "flow %s has no step", f.Name)
	}
	for i := range f.Steps {
		st := &f.Steps[i]
		for _, cond := range st.When {
			c.cond(f, i, cond, at(st.Key))
		}
		if n := len(st.Options); n > maxOptions {
			c.bad(at(st.Key), "split the question, or let the person type", "%s.%s offers %d options, no platform draws more than %d well", f.Name, st.Key, n, maxOptions)
		}
		for _, lang := range c.book.Langs {
			c.step(lang, f, st, at(st.Key))
		}
	}
}

// cond proves that a condition speaks of an earlier step and of answers it can have.
func (c *checker) cond(f *dialog.Flow, place int, cond dialog.Cond, pos Pos) {
	if strings.HasPrefix(cond.Key, "@") {
		return // Init has proven it
	}
	st, i := f.Step(cond.Key)
	if i < 0 || i >= place || !st.Asks() {
		c.bad(pos, "conditions look back: name a step above this one", "%s.%s waits for %q, which is not asked before it", f.Name, f.Steps[place].Key, cond.Key)
		return
	}
	if st.From != "" || st.Read != "" || st.Own {
		return // what it can be is known at run time only
	}
	for _, v := range cond.Values {
		v = strings.TrimPrefix(v, "!")
		if v != "none" && !(v == "at" && (st.Form == dialog.When || st.Free == dialog.When)) && !slices.Contains(st.Options, v) {
			c.bad(pos, fmt.Sprintf("the options are %s", strings.Join(st.Options, ", ")), "%s.%s waits for %s = %q, which it can not be", f.Name, f.Steps[place].Key, cond.Key, v)
		}
	}
}

// step proves that a step has its words.
func (c *checker) step(lang string, f *dialog.Flow, st *dialog.Step, pos Pos) {
	key := f.Name + "." + st.Key
	need := func(key string, label bool) {
		texts := c.book.Words[lang][key]
		if len(texts) == 0 {
			c.bad(pos, fmt.Sprintf("write %s in prompts/%s/%s.toml", strings.TrimPrefix(key, f.Name+"."), lang, f.Name), "no words for %s in %q", key, lang)
		}
		for _, text := range texts {
			if label && utf8.RuneCountInString(text) > maxLabel {
				c.bad(c.book.lines[lang+" "+key], "a button has room for 80 characters", "%s is too long for a button", key)
			}
		}
	}
	switch {
	case st.Form == dialog.Say:
		need(key+".say", false)
	case st.Asks():
		need(key+".ask", false)
		for _, o := range slices.Concat(st.Options, st.Rates) {
			need(key+"."+o, true)
		}
	}
	if st.Asks() && !f.Aside {
		need(f.Name+".title", true)
	}
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// text proves that a text is short enough and speaks only of what can be filled in.
func (c *checker) text(lang, key string) {
	pos := c.book.lines[lang+" "+key]
	flow, _, _ := strings.Cut(key, ".")
	for _, text := range c.book.Words[lang][key] {
		if utf8.RuneCountInString(text) > maxText {
			c.bad(pos, "Discord takes 2000 characters a message", "%s is longer than %d characters", key, maxText)
		}
		if strings.Count(text, "{") != strings.Count(text, "}") {
			c.bad(pos, "", "%s has a brace without a partner", key)
		}
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !c.fills(flow, key, m[1]) {
				c.bad(pos, "it is none of the program's values and no question of this flow", "%s speaks of {%s}, which nothing fills in", key, m[1])
			}
		}
	}
}

// fills tells whether something stands behind a placeholder: a value of the
// program, a question of the flow, or a call that fills this very sentence (the
// default language's text shows what that call knows).
func (c *checker) fills(flow, key, name string) bool {
	if c.script.Values[name] != nil {
		return true
	}
	if f := c.book.Flows[flow]; f != nil {
		if st, _ := f.Step(name); st != nil && st.Asks() {
			return true
		}
	}
	return slices.Contains(filled[wildcard(key)], name)
}

// filled are the sentences that the program fills by itself, and with what.
var filled = map[string][]string{
	"needs.card.for": {"set"}, "needs.card.want": {"items"}, "needs.card.askfirst": {"items"}, "needs.card.dont": {"items"}, "needs.card.line": {"title", "answer"},
	"after.plan.remove": {"when"}, "after.plan.line": {"when"}, "after.plan.repeat": {"when"}, "after.plan.most": {"n"},
	"snooze.until.*": {"when"}, "snooze.saved.say": {"when"},
	"journal.pattern.*": {"what", "times"}, "journal.times.*": {"n"},
	"calendar.place": {"city", "zone", "time"}, "calendar.when.*": {"day", "time"},
	"settings.value.*":       {"n", "date"},
	"pause.until.line":       {"date"},
	"planner.remind_set.say": {"when"}, "planner.plan.*": {"need", "moment", "sentence", "their_side", "trade", "agreed", "when"},
	"partner.people.*": {"name"}, "invite.code": {"code"}, "share.waits": {"when"}, "link.theirs": {"name"}, "link.head.waits": {"when"}, "link.got.*": {"day", "text"},
	"compare.*":    {"items", "title", "answer", "what", "mine", "name", "theirs", "idea"},
	"care.minor.*": {"wait", "operator", "emergency", "n"}, "care.*": {"emergency", "police", "ambulance", "number", "date", "at", "word", "age", "left"},
	"support.*": {"emergency", "left", "n"}, "windows.shown.*": {"moment", "ago"},
}

// wildcard is the entry of filled that key falls under.
func wildcard(key string) string {
	if filled[key] != nil {
		return key
	}
	for cut := len(key); cut > 0; cut = strings.LastIndexByte(key[:cut], '.') {
		if w := key[:cut] + ".*"; filled[w] != nil {
			return w
		}
	}
	return key
}

// languages proves that translations speak of the same things.
func (c *checker) languages() {
	names := func(text string) []string {
		var list []string
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			list = append(list, m[1])
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	for _, lang := range sorted(c.book.Words) {
		if lang == Default {
			continue
		}
		for _, key := range sorted(c.book.Words[lang]) {
			ours, theirs := c.book.Words[Default][key], c.book.Words[lang][key]
			pos := c.book.lines[lang+" "+key]
			if len(ours) == 0 && !strings.Contains(key, ".means.") {
				c.bad(pos, "is the key misspelt?", "%s is not in %q", key, Default)
				continue
			}
			if len(ours) > 0 && !slices.Equal(names(ours[0]), names(theirs[0])) && len(ours) == 1 {
				c.bad(pos, fmt.Sprintf("in %q they are %v", Default, names(ours[0])), "%s has the placeholders %v", key, names(theirs[0]))
			}
		}
	}
}

// Locate adds the place in a file to an error about a name in a flow.
func (b *Book) Locate(err error) error {
	var e *dialog.NameError
	if !errors.As(err, &e) {
		return err
	}
	pos, ok := b.lines["flow "+e.Flow+"."+e.Key]
	if !ok {
		pos = b.lines["flow "+e.Flow]
	}
	return &Problem{pos, e.Error(), "there are " + strings.Join(e.Known, ", ")}
}
