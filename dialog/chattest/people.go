package chattest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"afterglow/dialog"
)

// player is one person, or several.
type player interface {
	Play(lines string) (string, error)
}

func newPlay(script *dialog.Script, head string) (player, error) {
	for _, line := range strings.Split(head, "\n") {
		if names, ok := strings.CutPrefix(line, "people: "); ok {
			return newPeople(script, head, strings.Fields(names))
		}
	}
	return NewPlayer(script, head)
}

// people are several with one clock, who have words for one another.
type people struct {
	names []string
	all   []*Player
	code  string // shown last
	out   strings.Builder
}

func newPeople(script *dialog.Script, head string, names []string) (*people, error) {
	ps := &people{names: names}
	for i, name := range names {
		p, err := NewPlayer(script, head)
		if err != nil {
			return nil, err
		}
		p.who, p.seed = dialog.PersonID("test:"+name), p.seed+uint64(i)
		p.tell = ps.tell
		ps.all = append(ps.all, p)
	}
	return ps, nil
}

// tell hands a word over at once, twice, as a host in trouble may.
func (ps *people) tell(from dialog.PersonID, w dialog.Word) (dialog.Telling, error) {
	for _, p := range ps.all {
		if p.who != w.To || p.Blob == nil {
			continue
		}
		for range 2 {
			if err := p.step(w.Event(from)); err != nil {
				return 0, err
			}
		}
		return dialog.Taken, nil
	}
	return dialog.Nobody, nil
}

var codeShown = regexp.MustCompile(`/partner (\S{16,})`)

// Play lives through the lines and returns them with what the bot really said.
func (ps *people) Play(lines string) (string, error) {
	ps.out.Reset()
	for _, line := range strings.Split(strings.TrimRight(lines, "\n"), "\n") {
		mark, rest, _ := strings.Cut(line, " ")
		if strings.HasSuffix(mark, "<") || strings.HasSuffix(mark, "<!") {
			continue
		}
		fmt.Fprintln(&ps.out, line)
		if err := ps.live(mark, strings.ReplaceAll(rest, "$code", ps.code)); err != nil {
			return "", fmt.Errorf("%q: %w, after:\n%s", line, err, ps.out.String())
		}
		ps.gather()
	}
	return ps.out.String(), nil
}

func (ps *people) live(mark, rest string) error {
	switch mark {
	case "#", "":
		return nil
	case "@":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return err
		}
		return ps.until(ps.all[0].Now.Add(d))
	}
	for i, name := range ps.names {
		kind, ok := strings.CutPrefix(mark, name)
		if !ok {
			continue
		}
		var err error
		switch kind {
		case ">":
			err = ps.all[i].person(rest)
		case "!":
			err = ps.all[i].mishap(rest)
		default:
			return errors.New("a line of a person begins with NAME> or with NAME! and a blank")
		}
		return errors.Join(err, ps.until(ps.all[i].Now))
	}
	return errors.New("nobody has that name")
}

// until lets time pass for everybody, each alarm in its turn.
func (ps *people) until(end time.Time) error {
	for range 10000 {
		var next *Player
		var at time.Time
		for _, p := range ps.all {
			if p.Blob == nil {
				continue
			}
			s, err := dialog.DecodeState(p.Blob)
			if err != nil {
				return err
			}
			if a := s.Alarm(); !a.IsZero() && !a.After(end) && (next == nil || a.Before(at)) {
				next, at = p, a
			}
		}
		if next == nil {
			break
		}
		for _, p := range ps.all { // one clock for all
			if at.After(p.Now) {
				p.Now = at
			}
		}
		if err := next.step(dialog.Event{Kind: dialog.Alarm}); err != nil {
			return err
		}
		ps.gather()
	}
	for _, p := range ps.all {
		p.Now = end
	}
	return nil
}

// gather writes down what everybody was told since.
func (ps *people) gather() {
	for i, p := range ps.all {
		for line := range strings.Lines(p.out.String()) {
			ps.out.WriteString(ps.names[i] + line)
			if m := codeShown.FindStringSubmatch(line); m != nil {
				ps.code = m[1]
			}
		}
		p.out.Reset()
	}
}
