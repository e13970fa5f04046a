package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// life is some people who talk to the real bot, at random.
type life struct {
	host   *dialog.Host
	random *rand.Rand
	people []dialog.PersonID
	typed  []string
	fails  int // one of so many sends does; 0: none

	mu   sync.Mutex
	last map[dialog.PersonID][]dialog.Choice
	sent map[dialog.PersonID]int
	text map[dialog.PersonID]string
	did  []dialog.Event
	refs []string
	code string // of the last invite
}

func newLife(t testing.TB, store dialog.Store, keyOf func(dialog.PersonID) dialog.Key, people int, set ...func(*dialog.Host)) *life {
	_, script, err := loadScript(defaults(), nil)
	must(t, err)
	l := &life{random: rand.New(rand.NewPCG(7, 7)), last: map[dialog.PersonID][]dialog.Choice{}, sent: map[dialog.PersonID]int{}, text: map[dialog.PersonID]string{}}
	l.host = &dialog.Host{Script: script, Store: store, KeyOf: keyOf, Platforms: map[string]dialog.Platform{"telegram": l, "discord": l}}
	for _, f := range set {
		f(l.host)
	}
	l.host.Start(context.Background())
	for i := range people {
		platform := []string{"telegram", "discord"}[i%2]
		l.people = append(l.people, dialog.PersonID(fmt.Sprintf("%s:%d", platform, 1_000_000_000+l.random.Int64N(9e9))))
	}
	return l
}

// Send implements [dialog.Platform].
func (l *life) Send(_ context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails > 0 && l.random.IntN(l.fails) == 0 {
		verdict := []dialog.Verdict{dialog.Later, dialog.Never, dialog.Unknown}[l.random.IntN(3)]
		return "", &dialog.SendError{Verdict: verdict, After: time.Millisecond, Err: errors.New("the platform is in a bad mood")}
	}
	l.sent[to]++
	l.text[to] = m.Text
	if code := codeShown.FindStringSubmatch(m.Text); code != nil {
		l.code = code[1]
	}
	if len(m.Choices) > 0 {
		l.last[to] = slices.Concat(m.Choices...)
	}
	ref := fmt.Sprintf("message-%d", l.random.Uint64())
	l.refs = append(l.refs, ref)
	return dialog.Ref(ref), nil
}

var commandsToTry = []string{"start", "needs", "after", "checkin", "starters", "planner", "journal", "settings", "pause", "support", "privacy", "export", "help"}

// live has everybody do n things.
func (l *life) live(t testing.TB, n int) {
	for i := range n * len(l.people) {
		person := l.people[i%len(l.people)]
		l.host.Settle(person)
		l.mu.Lock()
		choices := l.last[person]
		ev := l.event(person)
		switch dice := l.random.IntN(10); {
		case i < len(l.people):
			ev.Kind, ev.Name = dialog.Command, "start"
		case len(choices) > 0 && (dice < 6 || i < 4*len(l.people)):
			pick := choices[0] // the first ones lead through the door
			if i >= 4*len(l.people) {
				pick = choices[l.random.IntN(len(choices))]
			}
			ev.Kind, ev.Data = dialog.Press, pick.Data
		case dice < 8:
			text := "my words are " + l.word()
			l.typed = append(l.typed, text)
			ev.Kind, ev.Text = dialog.Text, text
		default:
			ev.Kind, ev.Name = dialog.Command, commandsToTry[l.random.IntN(len(commandsToTry))]
		}
		l.did = append(l.did, ev)
		l.mu.Unlock()
		err := l.host.Handle(t.Context(), ev)
		for errors.Is(err, dialog.ErrConflict) { // another process is faster; the platform brings it again
			err = l.host.Handle(t.Context(), ev)
		}
		if err != nil {
			t.Errorf("an event was not taken: %v", err)
			return
		}
	}
}

// link has two link up, of whom neither has told of anything hard.
func (l *life) link(t testing.TB, a, b dialog.PersonID) {
	say := func(who dialog.PersonID, texts ...string) {
		for _, text := range texts {
			l.host.Settle(who)
			l.mu.Lock()
			ev := l.event(who)
			ev.Kind, ev.Text = dialog.Text, strings.ReplaceAll(text, "$code", l.code)
			if name, ok := strings.CutPrefix(ev.Text, "/"); ok {
				ev.Kind = dialog.Command
				ev.Name, ev.Text, _ = strings.Cut(name, " ")
			}
			l.did = append(l.did, ev)
			l.mu.Unlock()
			must(t, l.host.Handle(t.Context(), ev))
		}
		l.host.Settle(who)
	}
	say(a, "/partner", "invite somebody", "yes", "Ana", "make the code")
	say(b, "/partner $code", "yes", "Ben", "yes")
	say(a, "/partner", "1", "yes, link up")
}

// linked tells whether somebody is linked with anybody.
func (l *life) linked(t testing.TB, who dialog.PersonID) bool {
	l.host.Settle(who)
	rec, err := l.host.Store.Load(t.Context(), l.host.KeyOf(who))
	must(t, err)
	state, err := dialog.DecodeState(rec.Blob)
	must(t, err)
	return len(aftercare.Everything(state).Partner.Links) > 0
}

// reseed gives a life its own chance, where another process has had the same
// people before.
func (l *life) reseed(n uint64) { l.random = rand.New(rand.NewPCG(n, n)) }

// event is one that a person is about to do; l.mu is held.
func (l *life) event(person dialog.PersonID) dialog.Event {
	return dialog.Event{Person: person, ID: fmt.Sprintf("update-%d", l.random.Uint64()), At: l.host.Now(), Lang: "en"}
}

// forget has a person erase everything, each step handed to take.
func (l *life) forget(person dialog.PersonID, take func(dialog.Event)) {
	l.mu.Lock()
	ask := l.event(person)
	l.mu.Unlock()
	ask.Kind, ask.Name = dialog.Command, "forget"
	take(ask)
	sure := dialog.Event{}
	for begun := time.Now(); sure.Kind == 0; time.Sleep(5 * time.Millisecond) { // an older message may be in the way
		l.mu.Lock()
		for _, c := range l.last[person] {
			if strings.HasPrefix(c.Label, "Yes, erase") {
				sure = l.event(person)
				sure.Kind, sure.Data = dialog.Press, c.Data
			}
		}
		l.mu.Unlock()
		if time.Since(begun) > time.Minute {
			panic("nobody asks whether to erase")
		}
	}
	take(sure)
	l.host.Settle(person)
}

// sentTo is how many messages a person got here.
func (l *life) sentTo(person dialog.PersonID) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent[person]
}

// said is what a person read last.
func (l *life) said(person dialog.PersonID) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text[person]
}

// end lets everything that was taken be answered.
func (l *life) end(t testing.TB) {
	if err := l.host.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

// word is one that stands nowhere else.
func (l *life) word() string {
	letters := make([]byte, 16)
	for i := range letters {
		letters[i] = "bdfgklmnprstvz"[l.random.IntN(14)]
	}
	return string(letters)
}

// secrets is all that may stand in no file.
func (l *life) secrets() []string {
	return append(l.unspoken(), "telegram", "discord", "checkin", "starters", "settings")
}

// unspoken is all that may stand in no log either, where platforms and flows have
// their names.
func (l *life) unspoken() (all []string) {
	for _, p := range l.people {
		_, id, _ := strings.Cut(string(p), ":")
		all = append(all, string(p), id)
	}
	all = append(all, "update-", "message-", "my words ")
	return append(append(all, l.typed...), l.refs...)
}

// found lists which of the texts stand in any file under dir.
func found(t testing.TB, dir string, texts []string) (hits []string) {
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a server that rewrites its files takes the old ones away
		}
		if err != nil || d.IsDir() {
			return err
		}
		all, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		for _, text := range texts {
			if bytes.Contains(all, []byte(text)) {
				hits = append(hits, filepath.Base(path)+": "+text)
			}
		}
		return err
	}))
	return hits
}
