package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
)

// person is somebody with a phone, and what the world has to remember to judge
// the bot by.
type person struct {
	id     dialog.PersonID
	key    dialog.Key
	events []*happening
	screen []got // what is on the phone
	n      int

	blocked bool
	hid     bool
	leases  map[uint64]time.Duration // until when a message belongs to its sender, in true time

	excused  int                  // second copies that a fault explains
	sends    map[string]int       // by message id: calls
	arrived  map[string]int       // by message id: copies
	nudged   map[string]int       // by text: copies
	answered map[string]bool      // events that got an answer
	waived   map[string]bool      // events that may have none
	asked    map[string]string    // events whose answer holds a question → its text
	shown    map[string]time.Time // texts → when one last arrived
	unwanted time.Time            // muted at least until then
	dropped  time.Time            // the last failover that forgot something of theirs
	told     map[string]time.Time // texts of words → when they were last being told
	met      time.Time            // when the first record of theirs was written
	forgot   time.Time            // the last erasure
	erased   int
	lost     map[string]bool // texts of words that were heard, and forgotten
}

type happening struct {
	dialog.Event
	born  time.Time
	taken bool // confirmed to the platform
	gone  int  // with how many records it went that were erased
	tries int
}

type got struct {
	ref dialog.Ref
	msg dialog.Message
}

func newPerson(i int) *person {
	id := dialog.PersonID(fmt.Sprint("sim:", i))
	return &person{id: id, key: dialog.Key(id), leases: map[uint64]time.Duration{}, sends: map[string]int{}, arrived: map[string]int{}, nudged: map[string]int{}, answered: map[string]bool{}, waived: map[string]bool{}, asked: map[string]string{}, shown: map[string]time.Time{}, told: map[string]time.Time{}, lost: map[string]bool{}}
}

// keyed is the person of a record.
func (w *world) keyed(key dialog.Key) *person {
	return w.people[slices.IndexFunc(w.people, func(p *person) bool { return p.key == key })]
}

// act has somebody do something.
func (w *world) act() {
	p := w.people[w.rng.IntN(len(w.people))]
	p.n++
	w.now += time.Millisecond
	ev := dialog.Event{ID: fmt.Sprintf("%s.%d", p.id[4:], p.n), Person: p.id, At: w.trueTime()}
	ev.Hint = ev.ID
	command := func(name string) { ev.Kind, ev.Name = dialog.Command, name }
	switch x := w.rng.IntN(100); {
	case x < 10:
		command("note")
	case x < 14:
		command("tell")
	case x < 16:
		command("later")
	case x < 17:
		command("unlink")
	case x < 22:
		command("remind")
	case x < 34:
		command("feel")
	case x < 42:
		command("plan")
	case x < 46:
		command("tell")
	case x < 49:
		command("forget")
	case x < 52:
		command("boom")
	case x < 53:
		command("fuse")
	case x < 56:
		command("hide")
	case x < 64:
		ev.Kind, ev.Text = dialog.Text, "well"
	case x < 66:
		ev.Kind, ev.Name = dialog.Media, "voice"
	case x < 67:
		p.blocked = !p.blocked
		ev.Kind = dialog.Unblocked
		if p.blocked {
			ev.Kind = dialog.Blocked
		}
		p.unwanted = w.trueTime()
	default:
		if !p.press(w, &ev) {
			command("feel")
		}
	}
	w.note("%s: %s %s%s%s", p.id, ev.ID, kindName[ev.Kind], ev.Name, ev.Text)
	h := &happening{Event: ev, born: w.trueTime()}
	p.events = append(p.events, h)
	w.counts.Events++
	w.hand(h)
}

var kindName = map[dialog.Kind]string{dialog.Command: "/", dialog.Text: "types ", dialog.Press: "presses", dialog.Media: "sends ", dialog.Blocked: "blocks", dialog.Unblocked: "unblocks"}

// press finds a button, mostly of the last message.
func (p *person) press(w *world, ev *dialog.Event) bool {
	for try := range min(len(p.screen), 3) {
		g := p.screen[len(p.screen)-1-try]
		if len(g.msg.Choices) == 0 || w.chance(15) {
			continue
		}
		row := g.msg.Choices[w.rng.IntN(len(g.msg.Choices))]
		if w.chance(50) {
			ev.At = time.Time{} // not every platform says when
		}
		ev.Kind, ev.Data = dialog.Press, row[w.rng.IntN(len(row))].Data
		if w.chance(30) {
			ev.Screen = g.ref
			p.waived[ev.ID] = true // the next edit may take its answer's place
		}
		return true
	}
	return false
}

// hand gives an event to some host.
func (w *world) hand(h *happening) {
	n := w.nodes[w.rng.IntN(len(w.nodes))]
	h.tries++
	if h.tries > 1 {
		w.counts.Redelivered++
	}
	if w.opts.Bug == ConfirmFirst {
		w.confirm(h)
	}
	err := n.host.Take(background, h.Event, func(err error) {
		w.note("%s answers %s: %v", n.name, h.ID, err)
		if err == nil {
			w.confirm(h)
		}
	})
	if err != nil {
		w.note("%s refuses %s: %v", n.name, h.ID, err)
	}
}

func (w *world) confirm(h *happening) {
	p := w.keyed(dialog.Key(h.Person))
	p.hid = p.hid || h.Name == "hide"
	switch {
	case h.Kind == dialog.Blocked: // it may come after what was said later
		p.missed(w.trueTime())
	case h.Screen != "" && p.hid: // the bot no longer knows which messages it has sent, and may take a tap for news
		p.missed(w.trueTime())
	}
	if !h.taken {
		h.taken = true
		w.counts.Taken++
	}
}

// bring brings an event again that is not confirmed, and tells whether there is
// one. While faults go on it may be any of them; later the oldest.
func (w *world) bring() bool {
	var open []*happening
	for _, p := range w.people {
		for _, h := range p.events {
			if !h.taken {
				open = append(open, h)
			}
		}
	}
	if len(open) == 0 {
		return false
	}
	h := open[0]
	if !w.calm {
		h = open[w.rng.IntN(len(open))]
	}
	w.note("the platform brings %s again", h.ID)
	w.hand(h)
	return true
}

// again brings an event again although it was confirmed: the confirmation got lost.
func (w *world) again() {
	p := w.people[w.rng.IntN(len(w.people))]
	if len(p.events) > 0 {
		h := p.events[w.rng.IntN(len(p.events))]
		w.note("the platform brings %s again, confirmed or not", h.ID)
		w.hand(h)
	}
}

// arrive puts a message on the phone.
func (p *person) arrive(w *world, m dialog.Message) dialog.Ref {
	w.counts.Sends++
	p.arrived[m.ID]++
	p.answered[m.Hint] = true
	p.stands(w, m)
	if m.Nudge {
		w.counts.Nudges++
		p.nudged[m.Text]++
	}
	if m.Edit != "" {
		if i := slices.IndexFunc(p.screen, func(g got) bool { return g.ref == m.Edit }); i >= 0 {
			p.screen[i].msg = m
			return m.Edit
		}
	}
	ref := dialog.Ref(fmt.Sprint(w.counts.Sends))
	p.screen = append(p.screen, got{ref, m})
	if len(p.screen) > 5 {
		p.screen = p.screen[1:]
	}
	return ref
}

// stands notes that m is the last copy of its question, or would have been: from
// now on nobody owes an older one that says no more.
func (p *person) stands(w *world, m dialog.Message) { p.shown[m.Text] = w.trueTime() }

// waive notes that m may never arrive.
func (p *person) waive(w *world, m dialog.Message) {
	p.waived[m.Hint] = true
	p.stands(w, m)
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " / ") }
