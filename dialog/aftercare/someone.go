package aftercare

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/care"
	"afterglow/dialog/support"
)

// kinds are what /support can be about, and the finding each stands for. Those
// without a finding lead to a flow of their own.
var kinds = []struct {
	id      string
	finding care.Finding
}{
	{"selfharm", care.Finding{Categories: []care.Category{care.SelfHarm}}},
	{"nonconsent", care.Finding{Categories: []care.Category{care.NonConsent}}},
	{"violence", care.Finding{Categories: []care.Category{care.Violence}}},
	{"medical", care.Finding{}},
	{"windows", care.Finding{}},
	{"drop", care.Finding{Categories: []care.Category{care.Drop}}},
	{"behaviour", care.Finding{Categories: []care.Category{care.Violence}, About: care.Actor}},
	{"minor", care.Finding{Categories: []care.Category{care.Minor}, About: care.Other}},
}

// someone is /support: who helps, by kind and country.
func (b *bot) someone(s *dialog.Script) {
	s.Lists["kinds"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		for _, k := range kinds {
			list = append(list, dialog.Option{ID: k.id, Label: first1(b.words(t)("support.kind." + k.id))})
		}
		return list
	}
	s.Lists["countries"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		for _, code := range b.Support.Listed() {
			list = append(list, dialog.Option{ID: code, Label: first1(b.words(t)("support.country." + code))})
		}
		slices.SortFunc(list, func(x, y dialog.Option) int { return strings.Compare(x.Label, y.Label) })
		return list
	}
	s.Readers["country"] = b.readCountry
	s.Facts["country"] = func(t *dialog.Turn) string {
		if b.place(t).Country == "" {
			return "unknown"
		}
		return "known"
	}
	s.Actions["country.save"] = func(t *dialog.Turn) {
		country := t.Run.Value("country")
		if country == "other" {
			country = elsewhere
		}
		saveCountry(t, country)
		if n := len(t.State.Runs); n > 1 && t.State.Runs[n-2].Flow == "locked" {
			t.Tell(b.childHelp(t))
		}
	}
	s.Values["country_ask"] = func(t *dialog.Turn) string { return first1(b.words(t)("care.ask.country")) }
	s.Values["support_lines"] = func(t *dialog.Turn) string {
		w, at := b.words(t), b.place(t)
		i := slices.IndexFunc(kinds, func(x struct {
			id      string
			finding care.Finding
		}) bool {
			return x.id == t.Run.Value("about")
		})
		if i < 0 {
			return ""
		}
		f := kinds[i].finding
		c := b.Support.Choose(at, f.First(), f.About, maxLines)
		var lines []string
		if len(c.Lines) == 0 && at.Country != "" {
			lines = append(lines, first1(w("support.nobody")))
		}
		for _, l := range c.Lines {
			lines = append(lines, w.Line(l))
		}
		if c.Directory {
			lines = append(lines, first1(w("care.directory")))
		}
		return strings.Join(append(lines, first1(w("support.local"))), "\n\n")
	}
	s.Actions["someone.more"] = func(t *dialog.Turn) { t.Again("about", "where", "lines") }
	s.Actions["someone.country"] = func(t *dialog.Turn) { t.Again("lines"); t.Call("country") }
}

const (
	maxLines  = 4
	elsewhere = "ZZ" // a country of which we know no line (ISO's code for none)
)

func first1(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// readCountry understands a country's name in any of our languages, or its code.
func (b *bot) readCountry(t *dialog.Turn, text string) []string {
	if code := b.countryNamed(t, text); code != "" {
		return []string{code}
	}
	if code := strings.ToUpper(bare(t, text)); slices.Contains(b.Support.Listed(), code) {
		return []string{code}
	}
	t.Say("country.country.unknown")
	return nil
}

// countryNamed finds a listed country by its name in any language, or by what
// people call it; "" if it is none. Codes do not count: "no" and "it" are words.
func (b *bot) countryNamed(t *dialog.Turn, text string) string {
	fold := dialog.Fold(bare(t, text))
	for _, code := range b.Support.Listed() {
		for _, words := range b.Words {
			if dialog.Fold(first1(words["support.country."+code])) == fold {
				return code
			}
		}
	}
	return aliases[fold]
}

// aliases are what people call countries besides their names.
var aliases = map[string]string{
	"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB", "britain": "GB",
	"usa": "US", "america": "US", "the us": "US", "united states of america": "US", "the states": "US",
}

// body is the red-flag ladder, and the clocks.
func (b *bot) body(s *dialog.Script) {
	s.Facts["body_part"] = func(t *dialog.Turn) string {
		if bodyPart(t) == "" {
			return "unknown"
		}
		return "known"
	}
	list := func(question int) func(*dialog.Turn) []dialog.Option {
		return func(t *dialog.Turn) []dialog.Option {
			part := bodyPart(t)
			qs := support.Questions(part)
			if question >= len(qs) {
				return nil
			}
			var list []dialog.Option
			for _, o := range qs[question].Options {
				list = append(list, dialog.Option{ID: o, Label: first1(b.words(t)("support.body." + string(part) + "." + qs[question].ID + "." + o))})
			}
			return list
		}
	}
	s.Lists["body_signs"], s.Lists["body_kind"] = list(0), list(1)
	ask := func(question int) func(*dialog.Turn) string {
		return func(t *dialog.Turn) string {
			part := bodyPart(t)
			if qs := support.Questions(part); question < len(qs) {
				return first1(b.words(t)("support.body." + string(part) + "." + qs[question].ID + ".ask"))
			}
			return ""
		}
	}
	s.Values["body_signs_ask"], s.Values["body_kind_ask"] = ask(0), ask(1)
	s.Facts["body_rung"] = func(t *dialog.Turn) string {
		rung, ok := bodyRung(t, false)
		if !ok {
			return "open"
		}
		return string(rung)
	}
	s.Values["body_advice"] = func(t *dialog.Turn) string {
		rung, _ := bodyRung(t, true)
		return support.Advice(b.words(t), b.Support, bodyPart(t), rung, b.place(t))
	}
	s.Values["windows"] = func(t *dialog.Turn) string {
		lines := support.Clocks(b.words(t), windows(t))
		if from := b.countedFrom(t); from != "" {
			lines = append([]string{from}, lines...)
		}
		return strings.Join(lines, "\n\n")
	}
	s.Readers["ago"] = func(t *dialog.Turn, text string) []string {
		if _, ok := saidAgo("said", text, t.Now, t.State.Zone); !ok {
			t.Say("windows.when.unclear")
			return nil
		}
		return []string{"said"}
	}
}

// bodyPart is what the ladder is about: what was chosen here, or the most
// dangerous of what the check-in beneath was told.
func bodyPart(t *dialog.Turn) support.Part {
	switch v := t.Run.Value("part"); v {
	case "":
	case "other": // pain that has no place here: the same signs make it urgent
		return support.Pain
	default:
		return support.Part(v)
	}
	for _, part := range support.Parts {
		for i := range t.State.Runs {
			if r := &t.State.Runs[i]; r.Flow != "body" && r.Has("body", string(part)) {
				return part
			}
		}
	}
	if t.State.Runs[0].Flow == "recheck" || len(t.State.Runs) > 1 && t.State.Runs[len(t.State.Runs)-2].Flow == "recheck" {
		if entries := journal(t).Entries; len(entries) > 0 { // it is about what hurt then
			for _, part := range support.Parts {
				if slices.Contains(entries[len(entries)-1].Body, string(part)) {
					return part
				}
			}
		}
	}
	return ""
}

// bodyRung is how soon a doctor belongs to it; ok is false while the second
// question is needed, unless last says that nothing more will be asked.
func bodyRung(t *dialog.Turn, last bool) (support.Rung, bool) {
	answers := map[string][]string{}
	if a := t.Run.Find("signs"); a != nil {
		answers["signs"] = a.Values
	}
	qs := support.Questions(bodyPart(t))
	last = last || t.Run.Value("part") == "other" // the second question is about another pain
	if a := t.Run.Find("kind"); len(qs) > 1 && (a != nil || last) {
		answers[qs[1].ID] = nil
		if a != nil {
			answers[qs[1].ID] = a.Values
		}
	}
	return support.Ladder(bodyPart(t), answers)
}

// windows are the clocks by what the person said. Part of a day is a span: hours
// that may be gone are not promised (the earliest moment counts), but nobody is
// told that a window is closed that may still be open (the latest does).
func windows(t *dialog.Turn) []support.Window {
	ago, ok := since(t)
	if !ok {
		early, _ := support.Windows(support.Unknown)
		return early
	}
	early, _ := support.Windows(ago.longest)
	late, _ := support.Windows(ago.shortest)
	for i := range early {
		if early[i].State == support.Closed && late[i].State != support.Closed {
			early[i].State, early[i].Left = support.NotSaid, 0
		}
	}
	return early
}

// countedFrom says which moment the clocks were counted from; "" if from none, or
// from long ago.
func (b *bot) countedFrom(t *dialog.Turn) string {
	ago, ok := since(t)
	if !ok || t.Run.Value("when") == "longer" {
		return ""
	}
	if t.State.Zone == "" {
		return with(raw(t, "windows.shown.counted_about"), "ago", b.words(t).Left(ago.longest))
	}
	at := t.Now.Add(-ago.longest)
	return with(raw(t, "windows.shown.counted"), "moment", day(t, at)+" "+dialog.Wall(at, t.State.Zone).Format("15:04"))
}

// since is how long ago it was, by what the person said when they said it.
func since(t *dialog.Turn) (span, bool) {
	a := t.Run.Find("when")
	if a == nil || len(a.Values) == 0 {
		return span{}, false
	}
	s, ok := saidAgo(a.Values[0], a.Text, a.At, t.State.Zone)
	later := max(0, t.Now.Sub(a.At))
	return span{s.longest + later, s.shortest + later}, ok
}

// saidAgo is how long before now an option or a text puts it. Without a zone it
// may be any hour of the day for them, and so all of them count.
func saidAgo(option, text string, now time.Time, zone string) (span, bool) {
	if zone == "" {
		all, ok := saidAgo(option, text, now, "UTC")
		for h := -12; h <= 14 && ok; h++ {
			s, _ := saidAgo(option, text, now, fmt.Sprintf("Etc/GMT%+d", -h))
			all = all.wider(s)
		}
		return all, ok
	}
	switch option {
	case "today":
		return calendar(0, 24, now, zone), true
	case "night":
		return calendar(-7, 5, now, zone), true
	case "yesterday":
		return calendar(-24, 0, now, zone), true
	case "two":
		return calendar(-48, -24, now, zone), true
	case "three":
		return calendar(-72, -48, now, zone), true
	case "five":
		return calendar(-120, -72, now, zone), true
	case "longer":
		return calendar(-30*24, -120, now, zone), true
	case "said":
		return readAgo(text, now, zone)
	}
	return span{}, false
}
