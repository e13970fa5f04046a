package dialog

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Script is what the bot can say and do: flows, words, and the Go behind the
// names that flows use. It is made once and then only read, so one Script
// serves all people at once. [Script.Init] must have been called.
type Script struct {
	Flows map[string]*Flow
	Words map[string]Words // by language
	Langs []string         // the languages a conversation can be held in, the default first

	Commands map[string]string // "/name" → what it does: an action or "flow:NAME"
	Actions  map[string]func(*Turn)
	Lists    map[string]func(*Turn) []Option
	Facts    map[string]func(*Turn) string // what conditions with "@" ask for
	Values   map[string]func(*Turn) string // what {placeholders} stand for, marked up
	Timers   map[string]func(*Turn, Timer)
	// Readers understand texts that have to mean something (a city, a country):
	// they return the option ids meant, or say what is wrong and return nil.
	Readers map[string]func(*Turn, string) []string
	// Preset is what the toggles of a question begin with. Nil: nothing.
	Preset func(t *Turn, flow, key string) []string

	// Lease is how long a sender is left alone with a delivery; 0: [SendLease]. A
	// faster clock needs a longer one.
	Lease time.Duration

	// Flood is how many events of one person may come at once; what is more is not
	// listened to for a while. 0: any number.
	Flood int

	// Gate names the flow that a person has to pass before the given one (nil:
	// before anything at all), or "". Nil: there is no gate.
	Gate func(*Turn, *Flow) string
	// Known tells for whom there is room however many others write: those who are
	// through the gate, and those who told of danger or look for help. Nil: everybody.
	Known func(*Turn) bool
	// Care looks at every free text before anything else does. It tells whether
	// it took the conversation over. Nil: nobody looks.
	Care func(*Turn, string) bool
	// Visit names a flow to hold with somebody who has just written and with whom
	// nothing else is open, or "". Nil: never.
	Visit func(*Turn) string
	// Unasked tells whether a message that [Turn.Wait] began r with may be handed
	// over now. It is asked before every try, so that what a person decided
	// meanwhile holds for what is on its way already. Nil: it may.
	Unasked func(t *Turn, r *Run, e *Entry) bool
	// Heard is told of every text and command that Care has left alone, with the
	// name of the command it is or begins as, or "". It may say something first, and
	// tells whether that is the whole answer. Nil: nobody listens.
	Heard func(t *Turn, command string) bool
	// Missed may answer a text that fits nothing, and tells whether it did. Nil:
	// the engine's own help, rising with each.
	Missed func(*Turn) bool
	// ReadTime understands a moment that was typed, in any of langs. Nil:
	// questions for a time take only their options.
	ReadTime func(text string, now time.Time, langs ...string) (time.Time, Reading)

	heard map[string]Words // Words, folded, for what is typed to be compared with
}

// Reading is what became of a moment that was typed.
type Reading uint8

const (
	Unclear  Reading = iota // ask back
	Moment                  // a time to come
	Declined                // not now, never
)

// Words are the sentences of one language: key → variants.
type Words map[string][]string

// folded is what people may say instead of an option or a command.
func (w Words) folded() Words {
	f := Words{}
	for key, said := range w {
		if !strings.Contains(key, ".means.") && !strings.HasPrefix(key, "engine.command.") {
			continue
		}
		for _, s := range said {
			if _, _, ok := span(s); !ok {
				s = Fold(s)
			}
			f[key] = append(f[key], s)
		}
	}
	return f
}

// Option is one entry of a list that Go knows.
type Option struct {
	ID    string
	Label string // empty: the words have it
	Share string // instead of answering, the button carries this text elsewhere
	URL   string // instead of answering, the button opens this
}

// WelcomeBack is a command for a terminal to open with: the open question is
// shown again, or a greeting.
const WelcomeBack = "welcome-back"

// The flows and keys that the engine itself needs.
const (
	ReturnFlow = "return" // offers an interrupted conversation; its actions are engine.resume and engine.leave
	ChangeFlow = "change" // chooses an earlier answer to give anew; its list is "answered", its action engine.change
)

// Init prepares the script for use and tells the first thing that is wrong with
// its names. What people could stumble over (missing words, dead ends) is the
// business of package prompts' check.
func (s *Script) Init() error {
	if len(s.Langs) == 0 {
		return fmt.Errorf("script: no language")
	}
	actions := map[string]func(*Turn){
		"engine.resume": (*Turn).resume,
		"engine.leave":  (*Turn).leave,
		"engine.change": (*Turn).changeChosen,
		"end":           (*Turn).Leave,
	}
	for name, do := range s.Actions {
		actions[name] = do
	}
	s.Actions = actions
	lists := map[string]func(*Turn) []Option{"answered": answered}
	for name, list := range s.Lists {
		lists[name] = list
	}
	s.Lists = lists
	values := map[string]func(*Turn) string{"waiting": waiting}
	for name, value := range s.Values {
		values[name] = value
	}
	s.Values = values
	s.heard = map[string]Words{}
	for lang, words := range s.Words {
		s.heard[lang] = words.folded()
	}
	if s.Flows[ReturnFlow] == nil || s.Flows[ChangeFlow] == nil {
		return fmt.Errorf("script: the flows %q and %q have to be there", ReturnFlow, ChangeFlow)
	}
	for _, f := range s.Flows {
		seen := map[uint32]string{}
		for i := range f.Steps {
			st := &f.Steps[i]
			st.print = st.Print()
			if other, twice := seen[st.print]; twice {
				return fmt.Errorf("flow %s: steps %q and %q can not be told apart", f.Name, other, st.Key)
			}
			seen[st.print] = st.Key
			if st.From != "" && s.Lists[st.From] == nil {
				return &NameError{f.Name, st.Key, "list", st.From, sortedNames(s.Lists)}
			}
			if st.Read != "" && s.Readers[st.Read] == nil {
				return &NameError{f.Name, st.Key, "reader", st.Read, sortedNames(s.Readers)}
			}
			for _, c := range st.When {
				if name, ok := strings.CutPrefix(c.Key, "@"); ok && s.Facts[name] == nil {
					return &NameError{f.Name, st.Key, "fact", name, sortedNames(s.Facts)}
				}
			}
			dos := slices.Clone(st.Do)
			for _, b := range st.On {
				dos = append(dos, b.Do)
			}
			if err := s.known(f, st.Key, dos); err != nil {
				return err
			}
		}
		if err := s.known(f, "done", f.Done); err != nil {
			return err
		}
		if err := s.known(f, "stop", f.Stop); err != nil {
			return err
		}
	}
	for name, do := range s.Commands {
		if err := s.known(&Flow{Name: "/" + name}, "command", []string{do}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Script) known(f *Flow, key string, dos []string) error {
	for _, do := range dos {
		if name, ok := strings.CutPrefix(do, "flow:"); ok {
			if s.Flows[name] == nil {
				return &NameError{f.Name, key, "flow", name, sortedNames(s.Flows)}
			}
		} else if s.Actions[do] == nil {
			return &NameError{f.Name, key, "action", do, sortedNames(s.Actions)}
		}
	}
	return nil
}

// NameError is a name in a flow that nobody answers to.
type NameError struct {
	Flow, Key  string
	Kind, Name string   // "action", "list", "fact", "flow"
	Known      []string // what there is
}

func (e *NameError) Error() string {
	return fmt.Sprintf("flow %s, step %s: no %s is named %q", e.Flow, e.Key, e.Kind, e.Name)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// lang is the language to speak with this person.
func (s *Script) lang(want string) string {
	want = strings.ToLower(want)
	base, _, _ := strings.Cut(want, "-")
	for _, lang := range []string{want, base} {
		if slices.Contains(s.Langs, lang) {
			return lang
		}
	}
	return s.Langs[0]
}

// variants are the sentences for key in lang, or in the default language.
func (s *Script) variants(lang, key string) []string {
	if v := s.Words[s.lang(lang)][key]; len(v) > 0 {
		return v
	}
	return s.Words[s.Langs[0]][key]
}
