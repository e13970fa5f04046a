package aftercare

import (
	"slices"
	"strings"

	"afterglow/dialog"
)

var (
	areas = []string{"touch", "words", "food", "comfort", "body"}
	facts = []string{"closeness", "talk", "long", "soon", "nextday", "low", "helps"}
	rates = []string{"want", "askfirst", "dont"}
)

func (b *bot) needs(s *dialog.Script) {
	s.Actions["needs.save"] = saveNeeds
	s.Actions["needs.card"] = func(t *dialog.Turn) {
		id := t.Run.Value("set")
		set := profile(t).Set(id)
		if set == nil || len(set.Needs)+len(set.Facts) == 0 { // nothing anybody could forward
			t.Say("needs.card.empty")
			return
		}
		t.Send() // the card stands alone, so that it can be forwarded
		t.Tell(CardText(t, set))
		t.Send()
		t.Say("needs.card.after")
	}
}

// preset is what a question about needs begins with: what was kept before.
func preset(t *dialog.Turn, flow, key string) []string {
	if flow != "needs" || !slices.Contains(areas, key) {
		return nil
	}
	set := profile(t).Set(t.Run.Value("set"))
	if set == nil {
		return nil
	}
	var draft []string
	for _, n := range set.Items(key, "") {
		draft = append(draft, n.Item+"="+n.Rate)
	}
	return draft
}

// saveNeeds folds the answers into the set they are for. What was skipped stays
// as it was.
func saveNeeds(t *dialog.Turn) {
	id := t.Run.Value("set")
	if id == "" {
		return
	}
	p := profile(t)
	set := p.Set(id)
	if set == nil {
		p.Sets = append(p.Sets, Set{ID: id})
		set = &p.Sets[len(p.Sets)-1]
	}
	for i := range t.Run.Answers {
		a := &t.Run.Answers[i]
		if a.Mode != dialog.Given {
			continue
		}
		switch {
		case slices.Contains(areas, a.Key):
			set.Needs = slices.DeleteFunc(set.Needs, func(n Need) bool { return n.Area == a.Key })
			for item, rate := range a.Rates {
				set.Needs = append(set.Needs, Need{a.Key, item, rate})
			}
		case slices.Contains(facts, a.Key):
			set.Facts = slices.DeleteFunc(set.Facts, func(f Fact) bool { return f.Key == a.Key })
			f := Fact{Key: a.Key, Text: a.Text}
			if len(a.Values) > 0 {
				f.Value = a.Values[0]
			}
			set.Facts = append(set.Facts, f)
		}
	}
}

// itemLabel is a need in words, marked up.
func itemLabel(t *dialog.Turn, n Need) string {
	if own := dialog.OwnText(n.Item); own != "" {
		return dialog.Escape(own)
	}
	return t.Label("needs." + n.Area + "." + n.Item)
}

// CardText is a set as the card a person may forward.
func CardText(t *dialog.Turn, set *Set) string {
	var lines []string
	head := t.Label("needs.card.head")
	if set.ID != "any" {
		head += " " + with(raw(t, "needs.card.for"), "set", t.Label("needs.set."+set.ID))
	}
	lines = append(lines, head)
	for _, rate := range rates {
		var items []string
		for _, n := range set.Items("", rate) {
			items = append(items, itemLabel(t, n))
		}
		if len(items) > 0 {
			lines = append(lines, with(raw(t, "needs.card."+rate), "items", strings.Join(items, ", ")))
		}
	}
	for _, key := range facts {
		f := set.Fact(key)
		if f == nil {
			continue
		}
		answer := dialog.Escape(f.Text)
		if f.Value != "" {
			answer = t.Label("needs." + key + "." + f.Value)
		}
		lines = append(lines, with(raw(t, "needs.card.line"), "title", t.Label("needs."+key+".title"), "answer", answer))
	}
	if len(lines) == 1 {
		lines = append(lines, t.Label("needs.card.empty"))
	}
	return strings.Join(lines, "\n")
}

// raw is the sentence under key with its placeholders open; with fills them.
func raw(t *dialog.Turn, key string) string { return t.Script.Raw(t.State.Lang, key) }

// with fills the placeholders of a text that only its caller knows.
func with(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(text) // at once: what fills one placeholder holds none
}
