package aftercare_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
	"afterglow/dialog/neutral"
	"afterglow/prompts"
)

// Whatever may come unasked, its buttons too, is neutral: in every language, every
// variant, and whichever of them a person has chosen.
func TestUnaskedIsNeutral(t *testing.T) {
	book, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	script, filter := yearScript(t)
	n := 0
	for lang, words := range book.Words {
		lines := words["nudge.line.say"]
		for _, key := range []string{"nudge.line.open", "nudge.line.later", "nudge.line.quiet", "nudge.close.say"} {
			if len(words[key]) == 0 {
				t.Errorf("%s: no %s", lang, key)
			}
			lines = append(lines, words[key]...)
		}
		for _, line := range lines {
			n++
			if err := filter.Check(line); err != nil {
				t.Errorf("%s: %q: %v", lang, line, err)
			}
		}
		for variant := range words["nudge.line.say"] {
			for _, choice := range []string{"any", fmt.Sprintf("line%d", variant)} {
				m := nudgeOf(t, script, lang, choice, uint64(variant))
				sound(t, filter, m)
				n++
			}
		}
	}
	t.Logf("%d lines and buttons in %d languages", n, len(book.Words))
}

// sound proves that a message may light up on anybody's screen.
func sound(t testing.TB, filter *neutral.Filter, m dialog.Message) {
	t.Helper()
	line := dialog.Plain(m.Text)
	if err := filter.Check(line); err != nil || utf8.RuneCountInString(line) > 60 {
		t.Errorf("came unasked: %q: %v", line, err)
	}
	if m.Picture != nil || m.File != nil || m.Edit != "" || !m.Nudge {
		t.Errorf("more than a line: %+v", m)
	}
	for _, row := range m.Choices {
		for _, c := range row {
			if err := filter.Check(c.Label); err != nil || c.URL != "" || c.Share != "" {
				t.Errorf("a button under an unasked line: %q: %v", c.Label, err)
			}
		}
	}
}

// nudgeOf is what comes unasked to somebody with that language and choice of line.
func nudgeOf(t testing.TB, script *dialog.Script, lang, choice string, seed uint64) dialog.Message {
	t.Helper()
	p := newLiner(t, script, seed)
	p.say("/after", "now", "steady", "no", "1", "no", "fine")
	s := p.state()
	s.Lang = lang
	profileOf(s).Line = choice
	p.blob = s.Encode()
	m := p.wait()
	if m == nil {
		t.Fatal("nothing came")
	}
	return *m
}

func profileOf(s *dialog.State) *aftercare.Profile { return dialog.Part[aftercare.Profile](s, 1) }

// liner is somebody who is asked after: the way to an unasked message, and back.
type liner struct {
	t      testing.TB
	script *dialog.Script
	blob   []byte
	seed   uint64
	now    time.Time
	n      int
	nudge  *dialog.Message
}

func newLiner(t testing.TB, script *dialog.Script, seed uint64) *liner {
	p := &liner{t: t, script: script, seed: seed, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	p.say("/start", "yes", "agree", "Berlin", "look", "nothing")
	return p
}

func (p *liner) say(lines ...string) {
	for _, line := range lines {
		ev := dialog.Event{Kind: dialog.Text, Text: line}
		if name, ok := strings.CutPrefix(line, "/"); ok && len(lines) > 1 {
			ev = dialog.Event{Kind: dialog.Command, Name: name}
		}
		p.n++
		p.now = p.now.Add(time.Second)
		ev.ID, ev.At = fmt.Sprint(p.n), p.now
		p.step(ev)
	}
}

func (p *liner) step(ev dialog.Event) {
	next, out, err := p.script.Apply(p.blob, "test:liner", p.seed, ev, p.now)
	if err != nil {
		p.t.Fatal(err)
	}
	p.blob = next
	for _, e := range out.Deliver {
		if e.Msg.Nudge {
			p.nudge = &e.Msg
		}
		r := dialog.Receipt{Entry: e.ID, OK: true, Ref: dialog.Ref(fmt.Sprint(e.ID))}
		p.step(dialog.Event{Kind: dialog.Sent, Receipt: &r})
	}
}

// wait lets a day pass and returns what came unasked, or nil.
func (p *liner) wait() *dialog.Message {
	p.nudge = nil
	for end := p.now.Add(36 * time.Hour); p.nudge == nil; {
		at := p.state().Alarm()
		if at.IsZero() || at.After(end) {
			return nil
		}
		if at.After(p.now) {
			p.now = at
		}
		p.step(dialog.Event{Kind: dialog.Alarm})
	}
	return p.nudge
}

func (p *liner) state() *dialog.State {
	s, err := dialog.DecodeState(p.blob)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// careless leaves the filter alone with the line: nobody looks for danger in it first.
func careless(c *aftercare.Content) { c.Care = nil }

// A line of one's own is what comes, and one that hints is asked for again.
func TestOwnLine(t *testing.T) {
	script, _ := yearScript(t, careless)
	for line, taken := range map[string]bool{"Remember the milk": true, "How was the sex?": false, "Talk about last night": false} {
		p := newLiner(t, script, 3)
		p.say("/after", "now", "steady", "no", "1", "no", "fine")
		p.say("/settings", "My line")
		p.say(line, "close")
		m := p.wait()
		if m == nil || (m.Text == line) != taken {
			t.Errorf("%q: %+v", line, m)
		}
	}
}

// FuzzOwnLine chooses a line of one's own by the real conversation. Whatever was
// typed, what comes unasked afterwards is neutral: the line if it passes the
// filter, and one of ours if not.
func FuzzOwnLine(f *testing.F) {
	for _, line := range []string{
		"Remember the milk", "Tuesday is bin day", "How was the sex?", "last night…", "line3", "any", "+line3", "  two   spaces  ", "1", "17",
		"*bold*", `back\slash`, "{nudge_line}", "{name}", "/stop", "stop here", "skip", "back", "k\u200biss", "ｓｅｘ", "s.e.x", "call 0800 123456",
		"https://example.org", "@somebody", "❤", "one\ntwo", strings.Repeat("long ", 13), strings.Repeat("é", 60), "\u202eevil", "a\xff", "Zeit für Tee?", "Ça va ?",
	} {
		f.Add(line)
	}
	script, filter := yearScript(f, careless)
	f.Fuzz(func(t *testing.T, line string) {
		p := newLiner(t, script, 7)
		p.say("/after", "now", "steady", "no", "1", "no", "fine")
		p.say("/settings", "My line")
		p.say(line) // as a text: a client sends commands apart
		chosen := dialog.OwnText(profileOf(p.state()).Line)
		p.say("close")
		m := p.wait()
		if m == nil {
			return // it was a word to stop, or one that needed help: nothing comes
		}
		sound(t, filter, *m)
		if got := dialog.Plain(m.Text); chosen != "" && got != chosen {
			t.Errorf("chose %q, came %q", chosen, got)
		}
		if err := filter.Check(chosen); chosen != "" && err != nil {
			t.Errorf("%q was taken: %v", chosen, err)
		}
	})
}
