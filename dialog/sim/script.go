package sim

import (
	"time"

	"afterglow/dialog"
)

var theScript = Script()

// Script is a bot small enough to read: two flows, a nudge, and actions that
// leave a trace of every event they were called for; see [Noted]. "/boom" panics,
// and so does what "/fuse" plans.
func Script() *dialog.Script { return newScript() }

// Noted lists the ids of the events whose actions were run, in order.
func Noted(s *dialog.State) []string { return dialog.Part[ledger](s, ledgerPart).ids }

const (
	ledgerPart = 1
	lastWords  = "All is forgotten."
)

// ledger lists the events that were applied.
type ledger struct{ ids []string }

func (l *ledger) Code(c *dialog.Coder) {
	dialog.List(c, &l.ids, func(c *dialog.Coder, id *string) { c.String(id) })
}

func note(t *dialog.Turn) {
	l := dialog.Part[ledger](t.State, ledgerPart)
	l.ids = append(l.ids, t.Event.ID)
}

func newScript() *dialog.Script {
	say := func(keys ...string) map[string][]string {
		words := map[string][]string{}
		for i := 0; i < len(keys); i += 2 {
			words[keys[i]] = []string{keys[i+1]}
		}
		return words
	}
	on := func(do string, options ...string) (list []dialog.Branch) {
		for _, o := range options {
			list = append(list, dialog.Branch{Option: o, Do: do})
		}
		return list
	}
	moods, things := []string{"bright", "heavy"}, []string{"talk", "rest"}
	sc := &dialog.Script{
		Langs: []string{"en"},
		Flows: map[string]*dialog.Flow{
			"feel": {Name: "feel", Done: []string{"note"}, Steps: []dialog.Step{
				{Key: "mood", Form: dialog.One, Options: moods, On: on("note", moods...)},
				{Key: "needs", Form: dialog.Many, Options: things, Skip: true},
				{Key: "kept", Form: dialog.Say},
				{Key: "word", Form: dialog.Write, Max: 100, Skip: true},
			}},
			"plan": {Name: "plan", Bare: true, Steps: []dialog.Step{
				{Key: "when", Form: dialog.One, Options: []string{"soon", "later"}, On: on("nudge", "soon", "later")},
			}},
			"nudge": {Name: "nudge", Bare: true, Steps: []dialog.Step{
				{Key: "how", Form: dialog.One, Options: moods, On: on("note", moods...)},
			}},
			dialog.ReturnFlow: {Name: dialog.ReturnFlow, Aside: true, Bare: true, Steps: []dialog.Step{
				{Key: "go", Form: dialog.One, Options: []string{"yes", "no"}, On: []dialog.Branch{{Option: "yes", Do: "engine.resume"}, {Option: "no", Do: "engine.leave"}}},
			}},
			dialog.ChangeFlow: {Name: dialog.ChangeFlow, Aside: true, Bare: true, Done: []string{"engine.change"}, Steps: []dialog.Step{
				{Key: "which", Form: dialog.One, From: "answered"},
			}},
		},
		Commands: map[string]string{"note": "noted", "feel": "flow:feel", "plan": "flow:plan", "forget": "forget", "boom": "boom", "fuse": "fuse", "hide": "hide", "remind": "nudge"},
	}
	sc.Actions = map[string]func(*dialog.Turn){
		"note":  note,
		"noted": func(t *dialog.Turn) { note(t); t.Tell("Noted.") },
		"nudge": func(t *dialog.Turn) {
			note(t)
			wait := 2 * time.Second
			if t.Run != nil && t.Run.Has("when", "later") {
				wait = time.Hour
			}
			t.State.SetTimer(dialog.Timer{Name: "nudge", Wall: t.Now.Add(wait), Note: t.Event.ID})
			t.Tell("It is planned.")
		},
		"forget": func(t *dialog.Turn) { tell(t, 0, true); t.Erase(); t.Tell(lastWords) },
		"boom":   func(*dialog.Turn) { panic("boom") },
		"fuse": func(t *dialog.Turn) {
			note(t)
			t.State.SetTimer(dialog.Timer{Name: "boom", Wall: t.Now.Add(time.Minute), Latest: t.Now.Add(50 * time.Minute)})
			t.Tell("It is lit.")
		},
		"hide": func(t *dialog.Turn) { note(t); t.Remove(); t.Tell("Hidden.") },
	}
	talkActions(sc)
	sc.Timers = map[string]func(*dialog.Turn, dialog.Timer){
		"nudge": func(t *dialog.Turn, tm dialog.Timer) {
			if t.Rand(2) == 0 {
				t.Wait("nudge", tm.Note, t.Now.Add(time.Hour))
				t.State.Outbox[len(t.State.Outbox)-1].Msg.Text = "nudge " + tm.Note
				return
			}
			t.Post(dialog.Entry{Msg: dialog.Message{Text: "nudge " + tm.Note, Nudge: true}})
		},
		"boom": func(*dialog.Turn, dialog.Timer) { panic("boom") },
	}
	words := dialog.Words{}
	for key, list := range say(
		"feel.mood.ask", "How is it?", "feel.needs.ask", "What helps?", "feel.kept.say", "Kept.", "feel.word.ask", "A word?",
		"plan.when.ask", "When?", "nudge.how.ask", "And now?", "return.go.ask", "Go on?", "change.which.ask", "Which?",
		"engine.parked", "That failed. Your answers are safe.", "engine.done", "Done.") {
		words[key] = list
	}
	sc.Words = map[string]dialog.Words{"en": words}
	if err := sc.Init(); err != nil {
		panic(err)
	}
	return sc
}
