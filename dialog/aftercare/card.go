package aftercare

import (
	"slices"
	"strings"

	"afterglow/dialog"
)

// The lines of a card that a person can choose one by one: an area with what
// they said of it, or one of the other answers. Those in their own words come last.
var cardLines = slices.Concat(areas, facts)

// cards shows chosen lines of the person's own needs, without anybody being linked.
func (b *bot) cards(s *dialog.Script) {
	s.Facts["sets"] = func(t *dialog.Turn) string {
		switch n := len(filledSets(t)); n {
		case 0:
			return "none"
		case 1:
			return "one"
		}
		return "several"
	}
	s.Lists["sets"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		for _, id := range filledSets(t) {
			list = append(list, dialog.Option{ID: id, Label: t.Label("needs.set." + id)})
		}
		return list
	}
	s.Lists["lines"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		set := cardSet(t)
		for _, key := range cardLines {
			if line := set.only([]string{key}); !line.Empty() {
				list = append(list, dialog.Option{ID: key, Label: strings.TrimSuffix(dialog.Plain(t.Label("needs."+key+".title")), ":")})
			}
		}
		return list
	}
	s.Values["preview"] = func(t *dialog.Turn) string {
		chosen := chosenLines(t)
		return CardText(t, &chosen)
	}
	s.Actions["lines.change"] = func(t *dialog.Turn) { t.Again("lines", "sure") }
	s.Actions["card.give"] = func(t *dialog.Turn) {
		chosen := chosenLines(t)
		switch {
		case chosen.Empty():
			t.Say("card.empty.say")
		case t.Run.Value("sure") != "yes":
			t.Say("card.kept.say")
		case !held(t):
			t.Send() // the card stands alone, so that it can be forwarded
			t.Tell(CardText(t, &chosen))
			t.Send()
			t.Say("card.given.say")
		}
	}
}

func filledSets(t *dialog.Turn) (list []string) {
	for i := range profile(t).Sets {
		if s := &profile(t).Sets[i]; !s.Empty() {
			list = append(list, s.ID)
		}
	}
	return list
}

// cardSet is the set that the run chooses lines from; it may be empty.
func cardSet(t *dialog.Turn) *Set {
	id := t.Run.Value("set")
	if sets := filledSets(t); id == "" && len(sets) > 0 {
		id = sets[0]
	}
	if set := profile(t).Set(id); set != nil {
		return set
	}
	return &Set{ID: "any"}
}

func chosenLines(t *dialog.Turn) Set {
	if a := t.Run.Find("lines"); a != nil {
		return cardSet(t).only(a.Values)
	}
	return Set{}
}

// only is a copy with nothing but those lines.
func (s *Set) only(lines []string) Set {
	out := Set{ID: s.ID}
	for _, n := range s.Needs {
		if slices.Contains(lines, n.Area) {
			out.Needs = append(out.Needs, n)
		}
	}
	for _, f := range s.Facts {
		if slices.Contains(lines, f.Key) {
			out.Facts = append(out.Facts, f)
		}
	}
	return out
}
