package dialog

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"sync"
	"time"
)

// carefulTime is how long after its start a host suspects that an event from
// before is what its predecessor died of.
const carefulTime = 10 * time.Second

// raceTime is how soon after a try nobody can have died of it and begun anew: a
// second try within it is another host's, at work on the same event.
const raceTime = 200 * time.Millisecond

// apply steps, or parks the event. A panic, and a step that does not end in
// time, come back as a *defect. Go can not end a goroutine: a step that hangs is
// left behind, what it would have changed is thrown away, and the host goes on.
func (h *Host) apply(blob []byte, person PersonID, ev *Event, park bool) ([]byte, Outcome, error) {
	type result struct {
		next []byte
		out  Outcome
		err  error
	}
	seed, now, step := h.Seed(), h.Now(), h.Script.Apply
	if park {
		step = h.Script.Park
	}
	do := func() (r result) {
		r.next, r.out, r.err = step(blob, person, seed, *ev, now)
		if panicked := (*PanicError)(nil); errors.As(r.err, &panicked) {
			r.err = &defect{err: r.err}
		}
		return r
	}
	if h.StepTime < 0 {
		r := do()
		return r.next, r.out, r.err
	}
	done := make(chan result, 1)
	h.Machine.Go(func() { done <- do() })
	watch := time.NewTimer(h.StepTime)
	defer watch.Stop()
	for range 2 { // the second wait is for a machine that was asleep itself
		select {
		case r := <-done:
			return r.next, r.out, r.err
		case <-watch.C:
			watch.Reset(h.StepTime / 4)
		}
	}
	return nil, Outcome{}, &defect{stuck: true, err: errors.New("step: does not end; its goroutine is left behind, restart soon")}
}

// careful tells whether trying the event has to be written down before: only
// then does the count survive if the process does not.
func (h *Host) careful(ev *Event) bool {
	return (ev.ID != "" || ev.Kind == Alarm) && (ev.At.IsZero() || ev.At.Before(h.opened)) && h.Machine.Clock()-h.begun < carefulTime
}

// mark writes down that the event is about to be tried, after so many tries
// known already, and returns which one this is. It does its best: if the store
// does not take it the count is kept in memory alone.
func (h *Host) mark(ctx context.Context, box *mailbox, ev *Event, tries int) int {
	rec, err := h.load(ctx, box)
	if err != nil || fenced(rec, ev) {
		return tries + 1
	}
	s := NewState(box.person, h.Seed())
	switch {
	case rec.Blob != nil:
		if s, err = DecodeState(rec.Blob); err != nil || ev.Kind == Alarm && s.early(h.Now()) > 0 {
			return tries + 1
		}
	case !byPerson(ev) || !h.crowd.room(): // a crowd must not fill the store with notes of this kind
		return tries + 1
	case !rec.Erased.IsZero():
		s.Since = rec.Erased
	}
	if s.knows(ev) {
		return 1 // nobody has died of it
	}
	name, now := triedName(ev), h.Now()
	if s.Tried.Event == name {
		switch since := now.Sub(s.Tried.At).Abs(); {
		case since < raceTime && tries < s.Tried.Count:
			return s.Tried.Count
		case since < time.Hour:
			tries = max(tries, s.Tried.Count)
		}
	}
	s.Tried = Tried{Event: name, Count: tries + 1, At: now}
	if err := h.commit(ctx, box, rec.Tag, s.Encode(), s.Alarm()); err != nil {
		h.Log.Warn("a try could not be written down", "who", box.key, "err", err)
	}
	return tries + 1
}

// triedName is what [Tried] calls an event.
func triedName(ev *Event) uint64 { return hash64(ev.ID + "#" + strconv.Itoa(int(ev.Kind))) }

// unreadable refuses an event. The person is asked to wait, in words that need
// no state, and the operator told; each once in an hour.
func (h *Host) unreadable(box *mailbox, ev *Event, err error) outcome {
	h.Stats.Unreadable.Add(1)
	now := h.Machine.Clock()
	if h.told.first("log "+string(box.key), now) {
		h.Log.Error("a person's record can not be read; it is kept as it is", "who", box.key, "err", err)
	}
	words := h.Script.variants(ev.Lang, "engine.unreadable")
	if !byPerson(ev) || len(words) == 0 || !h.told.first("tell "+string(box.key), now) {
		return outcome{}
	}
	m := Message{ID: strconv.FormatUint(h.Machine.number(), 36), Text: words[0], Hint: ev.Hint}
	return outcome{last: true, deliver: []Entry{{Msg: m}}}
}

// notices remembers what was said within the last hour.
type notices struct {
	mu   sync.Mutex
	said map[string]time.Duration
	full int // sweep at that size
}

// first tells whether what has not been said within the hour before now.
func (n *notices) first(what string, now time.Duration) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at, ok := n.said[what]; ok && now-at < time.Hour {
		return false
	}
	if len(n.said) >= n.full {
		maps.DeleteFunc(n.said, func(_ string, at time.Duration) bool { return now-at >= time.Hour })
		n.full = max(1000, 2*len(n.said))
	}
	if n.said == nil {
		n.said = map[string]time.Duration{}
	}
	n.said[what] = now
	return true
}
