// Package chattest plays conversations that are written down as they read:
//
//	A sore body is comforted, and a restart forgets nothing.
//	-- chat --
//	> /checkin
//	< How are you today, on the whole?
//	< [bright] [mixed] [heavy]
//	> [mixed]
//	@ 24h
//	<! A small hello from me.
//
// ">" is the person: a text, a /command, a [button] of any message so far (the
// newest that has it), or (voice), (photo) and so on. "<" is the bot, "<!" the bot
// unasked. "@" lets time pass; what is planned comes as it falls due. "!" is a
// mishap: "again" brings the last event a second time, "offline" and "online"
// take the platform away, "lost" lets the next delivery be in doubt, "blocked" and
// "unblocked". "#" is a remark.
//
// The head may name people ("people: ana ben"). Then each line says whose it is
// ("ana> /partner", "ben< Hello"), time passes for all of them, the words between
// them are carried after every line, and "$code" is the code that was shown last.
//
// A section "before" is played first and its answers are not compared. The head
// may set "at:" (RFC 3339), "seed:" and "lang:".
//
// The state is stored and read back at every line, every step is taken twice
// from the same bytes and has to give the same ones, and the alarm is held
// against what is planned.
package chattest

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"afterglow/dialog"
)

var update = flag.Bool("update", false, "write what the bot says into the transcripts")

// Run plays every transcript of a folder against the script.
func Run(t *testing.T, script *dialog.Script, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			play(t, script, file)
		})
	}
	t.Logf("%d transcripts", len(files))
}

func play(t *testing.T, script *dialog.Script, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(data)
	p, err := newPlay(script, string(a.Comment))
	if err != nil {
		t.Fatal(err)
	}
	for i := range a.Files {
		section := &a.Files[i]
		got, err := p.Play(string(section.Data))
		if err != nil {
			t.Fatalf("%s: %v", section.Name, err)
		}
		switch {
		case section.Name == "before":
		case *update:
			section.Data = []byte(got)
		case got != string(section.Data):
			t.Errorf("%s\n%s", section.Name, diff(string(section.Data), got))
		}
	}
	if *update {
		if out := txtar.Format(a); !bytes.Equal(out, data) {
			if err := os.WriteFile(file, out, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// diff shows where two transcripts part, with a few lines around.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < len(w) && i < len(g) && w[i] == g[i] {
		i++
	}
	var b strings.Builder
	for _, line := range w[max(0, i-4):i] {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, line := range w[i:min(len(w), i+6)] {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	for _, line := range g[i:min(len(g), i+6)] {
		fmt.Fprintf(&b, "+ %s\n", line)
	}
	return b.String()
}

// Player is one person's conversation, kept as bytes between any two lines.
type Player struct {
	Script *dialog.Script
	Now    time.Time
	Blob   []byte
	Erased bool // the record was erased; the next event finds a stranger
	Lang   string

	seed    uint64
	n       int // events so far
	sent    int // messages so far
	last    dialog.Event
	screens []screen
	offline bool
	lost    bool
	out     strings.Builder
	who     dialog.PersonID
	// tell hands a word to its receiver; nil: nobody else is there.
	tell func(from dialog.PersonID, w dialog.Word) (dialog.Telling, error)
}

type screen struct {
	ref dialog.Ref
	msg dialog.Message
}

const person = dialog.PersonID("test:person")

// NewPlayer begins a conversation; head may set "at:", "seed:" and "lang:".
func NewPlayer(script *dialog.Script, head string) (*Player, error) {
	p := &Player{Script: script, Now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), seed: 1, who: person}
	for _, line := range strings.Split(head, "\n") {
		key, value, _ := strings.Cut(line, ": ")
		var err error
		switch key {
		case "at":
			p.Now, err = time.Parse(time.RFC3339, strings.TrimSpace(value))
		case "seed":
			p.seed, err = strconv.ParseUint(strings.TrimSpace(value), 10, 64)
		case "lang":
			p.Lang = strings.TrimSpace(value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
	}
	return p, nil
}

// Play lives through the lines and returns them with what the bot really said.
func (p *Player) Play(lines string) (string, error) {
	p.out.Reset()
	for _, line := range strings.Split(strings.TrimRight(lines, "\n"), "\n") {
		mark, rest, _ := strings.Cut(line, " ")
		if mark == "<" || mark == "<!" {
			continue
		}
		fmt.Fprintln(&p.out, line)
		var err error
		switch mark {
		case ">":
			err = p.person(rest)
		case "@":
			err = p.pass(rest)
		case "!":
			err = p.mishap(rest)
		case "#", "":
		default:
			err = errors.New("begins with none of > < @ ! #")
		}
		if err != nil {
			return "", fmt.Errorf("%q: %w, after:\n%s", line, err, p.out.String())
		}
	}
	return p.out.String(), nil
}

func (p *Player) person(line string) error {
	ev := dialog.Event{Kind: dialog.Text, Text: line}
	switch {
	case strings.HasPrefix(line, "/"):
		ev.Kind, ev.Text = dialog.Command, ""
		ev.Name, ev.Text, _ = strings.Cut(line[1:], " ")
	case strings.HasPrefix(line, "(edited) "):
		ev.Kind, ev.Text = dialog.Edited, strings.TrimPrefix(line, "(edited) ")
	case strings.HasPrefix(line, "(") && strings.HasSuffix(line, ")"):
		ev.Kind, ev.Name, ev.Text = dialog.Media, strings.Trim(line, "()"), ""
	case strings.HasPrefix(line, "["):
		data, ref, ok := p.button(strings.Trim(line, "[]"))
		if !ok {
			return errors.New("no message so far has that button")
		}
		ev.Kind, ev.Data, ev.Screen, ev.Text = dialog.Press, data, ref, ""
	}
	return p.Do(ev)
}

// button finds the newest message with a button of that label; "label/2" is the
// second newest that has it. A label of raw data (no such button) is for foreign ones.
func (p *Player) button(label string) (data string, ref dialog.Ref, ok bool) {
	skip := 0
	if name, n, found := strings.Cut(label, "/"); found {
		if k, err := strconv.Atoi(n); err == nil {
			label, skip = name, k-1
		}
	}
	if raw, found := strings.CutPrefix(label, "data:"); found {
		return raw, "", true
	}
	for i := len(p.screens) - 1; i >= 0; i-- {
		for _, row := range p.screens[i].msg.Choices {
			for _, c := range row {
				if c.Label == label || strings.HasPrefix(c.Label, label+": ") {
					if skip == 0 {
						return c.Data, p.screens[i].ref, c.Data != ""
					}
					skip--
				}
			}
		}
	}
	return "", "", false
}

func (p *Player) pass(span string) error {
	var until time.Time
	if d, err := time.ParseDuration(span); err == nil {
		until = p.Now.Add(d)
	} else if until, err = time.Parse(time.RFC3339, span); err != nil {
		return errors.New("neither a duration nor an RFC 3339 time")
	}
	return p.Until(until)
}

// Until lets time pass; what is planned comes when it falls due.
func (p *Player) Until(until time.Time) error {
	for range 10000 {
		if p.Blob == nil {
			break
		}
		s, err := dialog.DecodeState(p.Blob)
		if err != nil {
			return err
		}
		at := s.Alarm()
		if at.IsZero() || at.After(until) {
			break
		}
		if at.After(p.Now) {
			p.Now = at
		}
		if err := p.step(dialog.Event{Kind: dialog.Alarm}); err != nil {
			return err
		}
		if p.offline {
			p.Now = p.Now.Add(time.Second)
		}
	}
	p.Now = until
	return nil
}

func (p *Player) mishap(what string) error {
	switch what {
	case "again":
		return p.step(p.last)
	case "restart": // it happens at every line anyway
	case "offline":
		p.offline = true
	case "online":
		p.offline = false
		return p.Until(p.Now.Add(2 * time.Minute))
	case "lost":
		p.lost = true
	case "blocked":
		return p.Do(dialog.Event{Kind: dialog.Blocked})
	case "unblocked":
		return p.Do(dialog.Event{Kind: dialog.Unblocked})
	default:
		return errors.New("no such mishap")
	}
	return nil
}

// Do lets an event happen; it gets an id and a time of its own.
func (p *Player) Do(ev dialog.Event) error {
	p.n++
	p.Now = p.Now.Add(time.Second)
	ev.ID, ev.Person, ev.At, ev.Lang = "event "+strconv.Itoa(p.n), p.who, p.Now, cmp.Or(ev.Lang, p.Lang)
	p.last = ev
	return p.step(ev)
}

// step takes one step from bytes to bytes, twice, and delivers what follows.
func (p *Player) step(ev dialog.Event) error {
	next, out, err := p.Script.Apply(p.Blob, p.who, p.seed, ev, p.Now)
	if err != nil {
		return err
	}
	twice, _, err := p.Script.Apply(p.Blob, p.who, p.seed, ev, p.Now)
	if err != nil || !bytes.Equal(next, twice) {
		return fmt.Errorf("the same step gave other bytes the second time (%v)", err)
	}
	if out.Repeat {
		return nil
	}
	p.Blob = next
	if err := p.sound(out); err != nil {
		return err
	}
	if out.Erase {
		for _, e := range out.Deliver {
			p.say(e.Msg)
		}
		p.Blob, p.Erased, p.screens = nil, true, nil
		for _, w := range out.Words {
			if _, err := p.carry(w); err != nil {
				return err
			}
		}
		return nil
	}
	for _, e := range out.Deliver {
		if err := p.deliver(e); err != nil {
			return err
		}
	}
	for _, w := range out.Words {
		telling, err := p.carry(w)
		if err != nil {
			return err
		}
		told := dialog.Told{Word: w.ID, Try: w.Tries, Telling: telling}
		if err := p.step(dialog.Event{Kind: dialog.ToldWord, Told: &told}); err != nil {
			return err
		}
	}
	return nil
}

func (p *Player) carry(w dialog.Word) (dialog.Telling, error) {
	if p.tell == nil {
		return dialog.Nobody, nil
	}
	return p.tell(p.who, w)
}

// sound proves what has to hold for every state.
func (p *Player) sound(out dialog.Outcome) error {
	s, err := dialog.DecodeState(p.Blob)
	if err != nil {
		return err
	}
	if !bytes.Equal(s.Encode(), p.Blob) {
		return errors.New("the state reads back as another")
	}
	for i := range s.Timers {
		if at := s.Timers[i].At(s.Zone); s.Alarm().After(at) || s.Alarm().IsZero() {
			return errors.New("the alarm is later than a timer")
		}
	}
	return nil
}

func (p *Player) deliver(e dialog.Entry) error {
	r := dialog.Receipt{Entry: e.ID, OK: true}
	switch {
	case p.offline:
		r = dialog.Receipt{Entry: e.ID, Verdict: dialog.Later, After: 30 * time.Second}
	case p.lost: // it arrived, but nobody knows
		p.lost = false
		p.say(e.Msg)
		r = dialog.Receipt{Entry: e.ID, Verdict: dialog.Unknown}
	default:
		r.Ref = p.say(e.Msg)
	}
	return p.step(dialog.Event{Kind: dialog.Sent, Receipt: &r})
}

// say writes a message down and returns where it is.
func (p *Player) say(m dialog.Message) dialog.Ref {
	if text := dialog.Transcript(m); text != "" {
		fmt.Fprintln(&p.out, text)
	}
	ref := m.Edit
	if ref == "" {
		p.sent++
		ref = dialog.Ref(strconv.Itoa(p.sent))
	}
	p.screens = append(p.screens, screen{ref, m})
	return ref
}

// Screen is the newest message that has choices.
func (p *Player) Screen() (dialog.Ref, dialog.Message) {
	for i := len(p.screens) - 1; i >= 0; i-- {
		if len(p.screens[i].msg.Choices) > 0 {
			return p.screens[i].ref, p.screens[i].msg
		}
	}
	return "", dialog.Message{}
}
