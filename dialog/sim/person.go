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
	leases  map[uint64]time.Duration // until when a message belongs to its sender, in true time

	excused  int             // second copies that a fault explains
	sends    map[string]int  // by message id: calls
	arrived  map[string]int  // by message id: copies
	nudged   map[string]int  // by what was planned: copies
	answered map[string]bool // events that got an answer
	waived   map[string]bool // events that may have none
	unwanted time.Time       // muted at least until then
	dropped  time.Time       // the last failover that forgot something of theirs
}

type happening struct {
	dialog.Event
	born  time.Time
	taken bool // confirmed to the platform
	tries int
}

type got struct {
	ref dialog.Ref
	msg dialog.Message
}

func newPerson(i int) *person {
	id := dialog.PersonID(fmt.Sprint("sim:", i))
	return &person{id: id, key: dialog.Key(id), leases: map[uint64]time.Duration{}, sends: map[string]int{}, arrived: map[string]int{}, nudged: map[string]int{}, answered: map[string]bool{}, waived: map[string]bool{}}
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
	case x < 16:
		command("note")
	case x < 22:
		command("remind")
	case x < 34:
		command("feel")
	case x < 46:
		command("plan")
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
	w.note("%s: %s %s%s%s", p.id, ev.ID, kindName(ev.Kind), ev.Name, ev.Text)
	h := &happening{Event: ev, born: w.trueTime()}
	p.events = append(p.events, h)
	w.counts.Events++
	w.hand(h)
}

func kindName(k dialog.Kind) string {
	return map[dialog.Kind]string{dialog.Command: "/", dialog.Text: "types ", dialog.Press: "presses", dialog.Media: "sends ", dialog.Blocked: "blocks", dialog.Unblocked: "unblocks"}[k]
}

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
	if h.Kind == dialog.Blocked { // it may come after what was said later
		w.keyed(dialog.Key(h.Person)).missed(w.trueTime())
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

// excuse explains a second copy of each message that is being sent just now.
func (p *person) excuse(w *world) {
	if w.quiet {
		return
	}
	n := len(w.store.find(p.key).flying)
	// What is committed a moment from now may be in flight as well.
	for _, t := range w.tasks {
		if t.op.kind == opCall {
			n++
		}
	}
	p.excused += n
}

// excuseUntil explains second copies of what was in flight for too long.
func (p *person) excuseUntil(w *world, now time.Time) {
	if w.quiet {
		return
	}
	for _, until := range w.store.find(p.key).flying {
		if !until.After(now) {
			p.excused++
		}
	}
}

// missed notes that the bot could not reach the person at that time.
func (p *person) missed(at time.Time) {
	if at.After(p.unwanted) {
		p.unwanted = at
	}
}

// forgotten notes that a failover has undone something.
func (p *person) forgotten(w *world) {
	p.dropped = w.trueTime()
	p.excuse(w)
}

// judge looks whether every promise was kept, once the world has come to rest.
func (w *world) judge() {
	for _, p := range w.people {
		w.judgePerson(p)
	}
}

func (w *world) judgePerson(p *person) {
	r := w.store.find(p.key)
	copies := 0
	for id, n := range p.arrived {
		if n > 1 {
			copies += n - 1
			w.note("%s has %d copies of %s", p.id, n, id)
		}
	}
	w.counts.Copies += copies
	if copies > p.excused {
		w.breaks("%s has %d second copies, and faults explain %d", p.id, copies, p.excused)
	}
	for what, n := range p.nudged {
		if n > 1 && p.dropped.IsZero() {
			w.breaks("%s was nudged %d times by %s", p.id, n, what)
		}
	}
	if r.Blob == nil {
		w.judgeAbsent(p, r)
		return
	}
	s, err := dialog.DecodeState(r.Blob)
	if err != nil {
		w.breaks("%s: %v", p.id, err)
		return
	}
	w.counts.Poison += len(s.Parked)
	life := s.Since
	for _, tm := range s.Timers {
		if !tm.At(s.Zone).After(w.trueTime()) {
			w.breaks("%s: a timer was due at %v and is still there", p.id, tm.At(s.Zone))
		}
	}
	if !life.IsZero() && !slices.ContainsFunc(p.events, func(h *happening) bool {
		return !h.born.Before(life) && h.Kind != dialog.Press && h.Kind != dialog.Blocked && h.Kind != dialog.Unblocked
	}) {
		w.breaks("%s was forgotten at %v and is back without having said a word", p.id, life)
	}
	counts := map[string]int{}
	for _, id := range dialog.Part[ledger](s, ledgerPart).ids {
		counts[id]++
		if counts[id] > 1 {
			w.breaks("%s: event %s was applied twice", p.id, id)
		}
	}
	for _, h := range p.events {
		switch known := w.knows(r.Blob, &s, h.Event); {
		case !h.taken:
			w.breaks("%s: event %s was never taken", p.id, h.ID)
		case h.born.Truncate(time.Millisecond).Equal(life): // in the same moment; either is right
		case !h.born.After(life):
			if counts[h.ID] > 0 {
				w.breaks("%s: event %s came back after all was forgotten", p.id, h.ID)
			}
		case !p.dropped.IsZero() && !h.born.After(p.dropped):
		case h.Kind == dialog.Blocked || h.Kind == dialog.Unblocked:
		case !known && (h.Kind != dialog.Press || life.IsZero()):
			w.breaks("%s: event %s was confirmed and is lost", p.id, h.ID)
		case h.Name == "note" && h.Kind == dialog.Command && counts[h.ID] == 0:
			w.breaks("%s: event %s was confirmed and is not in the state", p.id, h.ID)
		case !p.answered[h.ID] && !p.waived[h.ID] && h.born.After(p.unwanted) && (h.Kind != dialog.Press || life.IsZero()):
			w.breaks("%s: event %s was confirmed and never answered", p.id, h.ID)
		}
	}
}

// knows tells whether the step takes the event for a repetition. s is the state
// in blob; it is read anew if it was changed.
func (w *world) knows(blob []byte, s **dialog.State, ev dialog.Event) (known bool) {
	defer func() {
		if recover() != nil || !known {
			known = false
			*s, _ = dialog.DecodeState(blob)
		}
	}()
	return w.script.Step(*s, ev, w.trueTime()).Repeat
}

// judgeAbsent judges a record that is not there: somebody has asked for that, or
// nothing has been said yet that could have made it.
func (w *world) judgeAbsent(p *person, r *record) {
	for _, h := range p.events {
		if h.Kind == dialog.Blocked || h.Kind == dialog.Unblocked {
			continue
		}
		late := !p.dropped.IsZero() && !h.born.After(p.dropped)
		fenced := !r.Erased.IsZero() && (!h.born.After(r.Erased) || h.Kind == dialog.Press)
		if !late && !fenced && h.Name != "forget" {
			w.breaks("%s: event %s was confirmed and is lost", p.id, h.ID)
		}
	}
}

// arrive puts a message on the phone.
func (p *person) arrive(w *world, m dialog.Message) dialog.Ref {
	w.counts.Sends++
	p.arrived[m.ID]++
	p.answered[m.Hint] = true
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

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " / ") }
