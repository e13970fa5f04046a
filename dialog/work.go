package dialog

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// outcome is what a turn leaves to do once it is committed.
type outcome struct {
	began   time.Duration // when it began, by the machine's clock: claims count from there
	deliver []Entry
	words   []Word
	refused error // why the letter, a word from somebody else, was not taken though the turn went well
	remove  []Ref
	last    bool          // the person is forgotten: deliver from memory, note nothing
	hold    time.Duration // before that: others may be sending until then
	wake    time.Duration // look again after that; 0: no need
}

// work is one person's goroutine: a turn for each letter, and one for what the
// deliveries came to. If a letter waits by then, one turn does for both.
func (h *Host) work(box *mailbox) {
	var notes []Event       // what deliveries came to, not written yet
	var worth time.Duration // after that nobody needs them: the lease has ended
	for tries := 0; ; {
		l, ok := h.boxes.take(box, len(notes) > 0)
		if !ok {
			return
		}
		if l.ctx != nil && l.ctx.Err() != nil { // nobody waits any more
			l.answer(l.ctx.Err())
			if l = (letter{}); len(notes) == 0 {
				continue
			}
		}
		if box.person == "" { // an alarm opened the mailbox
			box.person = l.ev.Person
		}
		linger := h.Linger[platformOf(box.person)]
		box.home = linger > 0
		out, err := h.turn(box, notes, l)
		h.Machine.Point("acknowledge")
		l.answer(cmp.Or(err, out.refused))
		switch {
		case err == nil:
			tries = 0
			h.plan(box.key, out.wake)
			notes, worth = append(h.tell(box, out), h.deliver(box, out)...), out.began+SendLease
			if linger > 0 && harmless(out, notes) {
				h.boxes.rest(h.calls, box, linger, h.Machine.Sleep)
			}
		case len(notes) > 0 && h.Machine.Clock() < worth:
			if tries++; h.Machine.Sleep(h.calls, h.Machine.jitter(100*time.Millisecond<<min(tries, 5))) != nil {
				notes = nil
			}
		default:
			if len(notes) > 0 {
				h.Log.Error("deliveries could not be noted; they are in doubt", "who", box.key, "count", len(notes), "err", err)
			}
			notes = nil
		}
	}
}

// harmless tells that nothing but edits was delivered, and all arrived: if that
// were forgotten they would be made again, and change nothing.
func harmless(out outcome, notes []Event) bool {
	if len(notes) != len(out.deliver) {
		return false
	}
	for i := range notes {
		if out.deliver[i].Msg.Edit == "" || !notes[i].Receipt.OK {
			return false
		}
	}
	return len(notes) > 0
}

// turn applies the notes and the letter one after the other and commits the
// outcome once. What it returns an error for has not happened.
func (h *Host) turn(box *mailbox, notes []Event, l letter) (outcome, error) {
	ctx, cancel := h.Machine.Limit(h.calls, storeTime)
	defer cancel()
	events := notes
	if l.ev.Kind != 0 {
		events = append(slices.Clip(notes), l.ev)
	}
	box.patience = 0
	switch {
	case l.ev.Kind == Partner && box.known != nil && box.known.Blob == nil, // to tell that nobody is there takes a fresh look
		box.warm && !byPerson(&l.ev): // and other hosts may have done what nobody waits for
		box.known, box.state = nil, nil
	}
	var refused error
	tries, park := 1, -1
	if h.careful(&l.ev) {
		if tries = h.mark(ctx, box, &l.ev, 0); tries > maxTries {
			park = len(events) - 1
		}
	}
	for conflicts := 0; ; {
		out, err := h.attempt(ctx, box, events, park)
		var bad *defect
		switch {
		case errors.Is(err, ErrConflict):
			h.Stats.Conflicts.Add(1)
			if last := len(events) - 1; events[last].Kind == Alarm {
				events = events[:last] // whoever was faster has set the alarm anew
				if len(events) == 0 {
					return outcome{}, nil
				}
			}
			if conflicts++; conflicts > maxConflicts {
				return outcome{}, err
			}
			if err := h.Machine.Sleep(ctx, h.Machine.jitter(20*time.Millisecond<<conflicts)); err != nil {
				return outcome{}, err
			}
		case errors.As(err, &bad):
			if park >= 0 { // even parking fails: nothing is changed
				return outcome{}, err
			}
			h.Log.Error("an event could not be handled", "who", box.key, "kind", events[bad.at].Kind, "try", tries, "err", err)
			if bad.stuck {
				h.Stats.Stuck.Add(1)
			}
			if tries >= maxTries || bad.stuck { // a step that hangs would only hang again
				park = bad.at
				continue
			}
			tries = max(tries+1, h.mark(ctx, box, &events[bad.at], tries))
		case errors.Is(err, ErrUnreadable):
			if l.ev.Kind == 0 {
				return outcome{refused: refused}, nil // nothing can be noted, now or later
			}
			told := h.unreadable(box, &l.ev, err)
			if l.ev.Kind == Partner {
				refused = err
			}
			if told.refused = refused; len(notes) == 0 {
				return told, nil
			}
			events, l = notes, letter{} // perhaps the letter alone is what can not be read on
		default:
			out.refused = cmp.Or(out.refused, refused)
			return out, err
		}
	}
}

// defect is an event that the step fails on, and its place in the turn.
type defect struct {
	at    int
	stuck bool
	err   error
}

func (d *defect) Error() string { return d.err.Error() }
