package dialog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// attempt loads, steps and commits. Nothing of it has happened if it returns an
// error that is one of the package's own; other errors leave that open.
func (h *Host) attempt(ctx context.Context, box *mailbox, events []Event, park int) (out outcome, err error) {
	out.began = h.Machine.Clock()
	rec, err := h.load(ctx, box)
	if err != nil {
		return out, err
	}
	blob, alarm := rec.Blob, time.Time{}
	state := box.state // each step takes it over
	box.state = nil
	changed, erase, wished := false, false, time.Time{}
	var counts []func()
	for i, e := range events {
		ev := &e
		if ev.Alone = h.Alone && i == 0; ev.Alone {
			ev.Mine = noted(events) // nobody is at anything else
		}
		if ev.by != 0 && h.Machine.Clock() > ev.by { // the record was loaded before: the commit fails if anything came since
			out.refused = errLate
			continue
		}
		if fenced(rec, ev) || blob == nil && !byPerson(ev) { // nobody is there
			if ev.Kind == Partner {
				out.refused = errNobody
			}
			continue
		}
		if ev.Kind == Alarm && !changed {
			if out.wake, err = h.early(blob); err != nil {
				return out, err
			}
			if out.wake != 0 {
				continue
			}
		}
		if blob == nil && !rec.Erased.IsZero() {
			blob = returning(box.person, h.Seed(), rec.Erased)
		}
		ev.State, state = state, nil
		h.Machine.Point("step")
		next, o, err := h.apply(blob, box.person, ev, i == park)
		if err != nil {
			if bad := (*defect)(nil); errors.As(err, &bad) {
				bad.at = i
			}
			return out, err
		}
		if i != park && h.crowd.passOver(&o, blob) {
			continue
		}
		counts = append(counts, func() { h.count(ev, o, i == park) })
		if o.Repeat {
			if ev.Kind == Partner && !ev.At.After(o.State.Since) {
				out.refused = errNobody // whom it was meant for was forgotten, and is back as somebody new
			}
			continue
		}
		if erase = o.Erase; erase {
			wished = ev.At
			out.hold = h.flying(blob, out.deliver)
		}
		blob, state, alarm, changed = next, o.State, o.State.Alarm(), true
		out.deliver = append(o.State.still(out.deliver), o.Deliver...)
		if out.words = append(o.State.stillTold(out.words), o.Words...); erase {
			out.words = o.Words // all else goes with the record
		}
		out.remove = append(out.remove, o.Remove...)
		out.wake = h.retry(o.State)
		box.person = o.State.Person
	}
	switch {
	case erase:
		out.last, out.wake = true, 0
		h.tellLast(ctx, box, out.words)
		out.words = nil
		err = h.erase(ctx, box, rec.Tag, wished)
	case changed:
		if err = h.commit(ctx, box, rec.Tag, blob, alarm); err == nil {
			box.state = state
		}
	}
	if err == nil {
		for _, count := range counts {
			count()
		}
	}
	return out, err
}

// noted lists the deliveries whose outcome is among the events.
func noted(events []Event) (entries []uint64) {
	for i := range events {
		if r := events[i].Receipt; r != nil {
			entries = append(entries, r.Entry)
		}
	}
	return entries
}

func (h *Host) load(ctx context.Context, box *mailbox) (Record, error) {
	if box.known != nil {
		return *box.known, nil
	}
	h.Machine.Point("load")
	rec, err := h.Store.Load(ctx, box.key)
	if err != nil {
		return rec, fmt.Errorf("load: %w", err)
	}
	box.known, box.warm = &rec, false
	return rec, nil
}

func (h *Host) commit(ctx context.Context, box *mailbox, old Tag, blob []byte, alarm time.Time) error {
	box.known, box.state = nil, nil
	next := h.Machine.tag()
	err := h.write(ctx, "commit", func() error { return h.Store.Commit(ctx, box.key, old, next, blob, alarm) })
	if err == nil {
		box.known, box.warm = &Record{Blob: blob, Tag: next}, false
	}
	return err
}

// erase puts a tombstone in the record's place, even if there was none: the same
// wish may come again later, and must not reach a new life.
func (h *Host) erase(ctx context.Context, box *mailbox, old Tag, wished time.Time) error {
	box.known = nil
	next := h.Machine.tag()
	return h.write(ctx, "delete", func() error { return h.Store.Delete(ctx, box.key, old, next, wished) })
}

// write makes sure of a write whose outcome is not known, by trying again with
// the same tag. Only a few times: an answer that came too late serves nobody.
func (h *Host) write(ctx context.Context, what string, do func() error) error {
	for try := 1; ; try++ {
		h.Machine.Point("before " + what)
		err := do()
		h.Machine.Point("after " + what)
		switch {
		case err == nil:
			return nil
		case try == 3, errors.Is(err, ErrConflict), errors.Is(err, ErrRefused), errors.Is(err, ErrUnreadable):
			return fmt.Errorf("%s: %w", what, err)
		}
		if h.Machine.Sleep(ctx, h.Machine.jitter(50*time.Millisecond<<try)) != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}

// fenced tells that the event belongs to a life that was forgotten: it must not
// bring anybody back. A button never does, since it is from before by nature.
func fenced(rec Record, ev *Event) bool {
	if rec.Erased.IsZero() {
		return false
	}
	return !byPerson(ev) || ev.Kind == Press || !ev.At.IsZero() && !ev.At.After(rec.Erased)
}

// byPerson tells whether somebody said or did something and waits for a word.
func byPerson(ev *Event) bool {
	switch ev.Kind {
	case Text, Press, Command, Media, Edited:
		return true
	}
	return false
}

// returning is the state of somebody who comes back after they were forgotten.
func returning(person PersonID, seed uint64, since time.Time) []byte {
	s := NewState(person, seed)
	s.Since = since
	return s.Encode()
}

// early tells how long there is nothing to do yet, when the store's clock is
// ahead of ours. The alarm is then left to its lease and not set again, or it
// would ring without end.
func (h *Host) early(blob []byte) (time.Duration, error) {
	s, err := DecodeState(blob)
	if err != nil {
		return 0, err
	}
	return s.early(h.Now()), nil
}

func (s *State) early(now time.Time) time.Duration {
	alarm := s.Alarm()
	if !alarm.After(s.Clock) {
		return 0
	}
	return max(0, alarm.Sub(now))
}

// flying is how long another host may still be sending something to the person;
// mine is what was claimed here.
func (h *Host) flying(blob []byte, mine []Entry) (d time.Duration) {
	if blob == nil {
		return 0
	}
	if s, err := DecodeState(blob); err == nil {
		for i := range s.Outbox {
			e := &s.Outbox[i]
			if !slices.ContainsFunc(mine, func(m Entry) bool { return m.ID == e.ID }) {
				d = max(d, e.Until.Sub(h.Now()))
			}
		}
	}
	return min(d, h.lease())
}

// retry is how long the first reply has to wait until it is tried again, or 0.
func (h *Host) retry(s *State) time.Duration {
	for i := range s.Outbox {
		if e := &s.Outbox[i]; !e.idle() {
			if e.Until.IsZero() {
				return max(e.After.Sub(h.Now()), 1)
			}
			break
		}
	}
	return 0
}

func (h *Host) count(ev *Event, out Outcome, parked bool) {
	h.Stats.Late.Add(int64(out.Dropped))
	if parked && !out.Repeat {
		h.Stats.Poison.Add(1)
	}
	switch ev.Kind {
	case Sent, ToldWord:
		return
	case Partner:
		if !out.Repeat {
			h.Stats.Words.Add(1)
		}
		return
	}
	h.Stats.Events.Add(1)
	if out.Repeat {
		h.Stats.Repeats.Add(1)
	}
	if out.Full {
		h.Stats.Full.Add(1)
	}
}
