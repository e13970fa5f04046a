package aftercare

import (
	"strings"

	"afterglow/dialog"
)

// maxDiffer is how many differences are shown; nobody talks about more at once.
const maxDiffer = 6

// compared is what two people share side by side: common ground first, then
// where they differ, with an idea for each. Nothing is counted or scored.
func (b *bot) compared(t *dialog.Turn, l *Link) string {
	var both, ask, neither, same, differ []string
	line := func(label, mine, theirs, idea string) {
		if len(differ) < maxDiffer {
			differ = append(differ, with(raw(t, "compare.differ"), "what", label, "mine", mine, "name", dialog.Escape(l.Name), "theirs", theirs, "idea", t.Label("compare.idea."+idea)))
		}
	}
	for _, mine := range l.Shared.Needs {
		theirs := l.Theirs.need(mine.Area, mine.Item)
		if theirs == nil {
			continue
		}
		label := itemLabel(t, mine)
		switch {
		case mine.Rate == theirs.Rate && mine.Rate == "want":
			both = append(both, label)
		case mine.Rate == theirs.Rate && mine.Rate == "askfirst":
			ask = append(ask, label)
		case mine.Rate == theirs.Rate:
			neither = append(neither, label)
		case mine.Rate == "dont" || theirs.Rate == "dont":
			line(label, t.Label("needs.touch."+mine.Rate), t.Label("needs.touch."+theirs.Rate), "dont")
		default:
			line(label, t.Label("needs.touch."+mine.Rate), t.Label("needs.touch."+theirs.Rate), "ask")
		}
	}
	for _, mine := range l.Shared.Facts {
		theirs := l.Theirs.Fact(mine.Key)
		if theirs == nil || mine.Value == "" || theirs.Value == "" {
			continue // own words are read side by side, not compared
		}
		title := strings.TrimSuffix(t.Label("needs."+mine.Key+".title"), ":")
		a, b := t.Label("needs."+mine.Key+"."+mine.Value), t.Label("needs."+mine.Key+"."+theirs.Value)
		if a == b {
			same = append(same, with(raw(t, "compare.same"), "title", title, "answer", a))
		} else {
			line(title, a, b, mine.Key)
		}
	}
	var parts []string
	for _, group := range []struct {
		key   string
		items []string
	}{{"both", both}, {"ask", ask}, {"neither", neither}} {
		if len(group.items) > 0 {
			parts = append(parts, with(raw(t, "compare."+group.key), "items", strings.Join(group.items, ", ")))
		}
	}
	parts = append(parts, same...)
	if len(parts) == 0 && len(differ) == 0 {
		return t.Label("compare.nothing")
	}
	if len(parts) > 0 {
		parts = []string{t.Label("compare.common") + "\n" + strings.Join(parts, "\n")}
	}
	if len(differ) > 0 {
		parts = append(parts, t.Label("compare.differs")+"\n"+strings.Join(differ, "\n"))
	}
	return strings.Join(append(parts, t.Label("compare.end")), "\n\n")
}

// need is what is said of an item, or nil.
func (s *Set) need(area, item string) *Need {
	for i := range s.Needs {
		if n := &s.Needs[i]; n.Area == area && strings.EqualFold(n.Item, item) {
			return n
		}
	}
	return nil
}
