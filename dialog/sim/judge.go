package sim

import (
	"maps"
	"slices"
	"strings"
	"time"

	"afterglow/dialog"
)

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

// erase notes that the person's record goes, with all that was taken before,
// even if it was said after they had wished for that. What of it the platform
// brings again is news, and so is the nudge it asks for.
func (p *person) erase(w *world, blob []byte) {
	p.forgot, p.erased = w.trueTime(), p.erased+1
	s, _ := dialog.DecodeState(blob)
	if s != nil {
		for _, x := range dialog.Part[talk](s, wordsPart).heard {
			p.lost[x.text()] = true
		}
	}
	for _, h := range p.events {
		if h.taken || s != nil && w.knows(blob, &s, h.Event) {
			h.gone++
		}
	}
}

// judge looks whether every promise was kept, once the world has come to rest.
func (w *world) judge() {
	for _, p := range w.people {
		w.judgePerson(p)
	}
	if len(w.people) == 2 {
		a, b := w.people[0], w.people[1]
		w.judgeTalk(a, b, w.state(a), w.state(b))
		w.judgeTalk(b, a, w.state(b), w.state(a))
	} else if s := w.state(w.people[0]); s != nil {
		w.judgeLeft(w.people[0], s)
	}
}

// state is what is kept of somebody; nil: nothing.
func (w *world) state(p *person) *dialog.State {
	s, _ := dialog.DecodeState(w.store.find(p.key).Blob)
	return s
}

func (w *world) judgePerson(p *person) {
	r := w.store.find(p.key)
	copies := 0
	for _, id := range slices.Sorted(maps.Keys(p.arrived)) {
		if n := p.arrived[id]; n > 1 {
			copies += n - 1
			w.note("%s has %d copies of %s", p.id, n, id)
		}
	}
	w.counts.Copies += copies
	if copies > p.excused {
		w.breaks("%s has %d second copies, and faults explain %d", p.id, copies, p.excused)
	}
	for _, h := range p.events {
		if n := p.nudged["nudge "+h.ID]; n > 1+h.gone && p.dropped.IsZero() {
			w.breaks("%s was nudged %d times by %s", p.id, n, h.ID)
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
	for _, parked := range s.Parked {
		if w.counts.Crashes < 3 && !p.failing(parked.Kind) { // hosts that race for an alarm count each other's tries: see docs/reliability.md
			w.breaks("%s: an event of kind %d was set aside, and nothing had failed", p.id, parked.Kind)
		}
	}
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
		case h.gone > 0:
		case !p.dropped.IsZero() && !h.born.After(p.dropped):
		case h.Kind == dialog.Blocked || h.Kind == dialog.Unblocked:
		case !known && (h.Kind != dialog.Press || life.IsZero()):
			w.breaks("%s: event %s was confirmed and is lost", p.id, h.ID)
		case h.Name == "note" && h.Kind == dialog.Command && counts[h.ID] == 0:
			w.breaks("%s: event %s was confirmed and is not in the state", p.id, h.ID)
		case !p.answered[h.ID] && !p.waived[h.ID] && !p.renewed(h) && h.born.After(p.unwanted) && (h.Kind != dialog.Press || life.IsZero()):
			w.breaks("%s: event %s was confirmed and never answered", p.id, h.ID)
		}
	}
}

// renewed tells whether the answer to h was a question, and came later with all
// that it said: the newest copy is enough.
func (p *person) renewed(h *happening) bool {
	text, ok := p.asked[h.ID]
	for later, at := range p.shown {
		if ok && strings.HasSuffix(later, text) && !at.Before(h.born) {
			return true
		}
	}
	return false
}

// failing tells whether the person did what the bot panics on, so that an event
// of a kind may be set aside.
func (p *person) failing(kind dialog.Kind) bool {
	return slices.ContainsFunc(p.events, func(h *happening) bool {
		return kind == dialog.Command && h.Name == "boom" || kind == dialog.Alarm && h.Name == "fuse"
	})
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
		fenced := !r.Erased.IsZero() && (!h.born.After(r.Erased) || h.Kind == dialog.Press) || h.gone > 0
		if !late && !fenced && h.Name != "forget" {
			w.breaks("%s: event %s was confirmed and is lost", p.id, h.ID)
		}
	}
}
