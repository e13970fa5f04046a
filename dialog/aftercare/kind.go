package aftercare

import (
	"slices"
	"time"

	"afterglow/dialog"
)

// kindFlows are what can be said to somebody who is linked; each is a flow.
var kindFlows = []string{"thanks", "wish"}

const maxKindText = 280

// kindWords is a thank-you or a wish: of a set or in the person's own words, seen
// once more before it goes. Nobody is told whether it was read.
func (b *bot) kindWords(s *dialog.Script) {
	s.Values["kind_text"] = func(t *dialog.Turn) string { return dialog.Escape(kindText(t)) }
	s.Actions["kind.change"] = func(t *dialog.Turn) { t.Again("words", "sure") }
	s.Actions["kind.send"] = func(t *dialog.Turn) {
		l, text := linkOf(t), kindText(t)
		if l == nil {
			t.Say("link.gone.say")
			return
		}
		l.Kind = slices.DeleteFunc(l.Kind, func(at time.Time) bool { return t.Now.Sub(at) >= 24*time.Hour })
		switch {
		case t.Run.Value("sure") != "yes" || text == "":
			t.Say("thanks.not.say")
		case held(t):
		case len(l.Kind) >= maxKind:
			t.Say("thanks.enough.say")
		case !send(t, l.With, "kind", letter{Link: l.ID, Kind: t.Run.Flow, Text: text}):
			t.Say("partner.later.say")
		default:
			l.Kind = append(l.Kind, t.Now)
			t.Say("thanks.sent.say")
		}
	}
}

// kindText is what will be sent, as it is.
func kindText(t *dialog.Turn) string {
	a := t.Run.Find("words")
	switch {
	case a == nil:
		return ""
	case a.Text != "":
		return oneLine(a.Text, maxKindText)
	case len(a.Values) > 0:
		return dialog.Plain(t.Label(t.Run.Flow + ".words." + a.Values[0]))
	}
	return ""
}
