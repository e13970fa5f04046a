package dialog

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// deliver does what is left of a turn and returns what became of it, to be
// noted. Messages go out in order; what follows a failure waits for its turn.
func (h *Host) deliver(box *mailbox, out outcome) (notes []Event) {
	name := platformOf(box.person)
	if out.last {
		h.say(name, box.person, out)
	}
	if len(out.remove) > 0 {
		if left := h.remove(name, box.person, out.remove); left > 0 && !out.last {
			notes = append(notes, Event{Kind: Removed, Person: box.person, Left: left})
		}
	}
	if out.last {
		return nil
	}
	// All of them were claimed when the turn began, so that is what their time
	// counts from. What can not be begun with time to spare is given back.
	last := out.began + SendTime
	held := false
	for _, e := range out.deliver {
		r := Receipt{Held: true}
		if !held {
			r = h.send(name, box.person, &e, last)
			held = !r.OK && (r.Held || r.Verdict != Never) && (!e.Msg.Nudge || r.Verdict == Gone)
		}
		r.Entry, r.Try = e.ID, e.Tries
		notes = append(notes, Event{Kind: Sent, Person: box.person, Receipt: &r})
	}
	return notes
}

// platformOf is the part of a person's id before the colon.
func platformOf(p PersonID) string {
	name, _, _ := strings.Cut(string(p), ":")
	return name
}

// send hands one message over before the machine's clock shows last.
func (h *Host) send(name string, person PersonID, e *Entry, last time.Duration) (r Receipt) {
	platform, lane := h.Platforms[name], h.lanes[name]
	if platform == nil {
		h.Log.Error("no platform is running for a person's messages", "who", person, "platform", name)
		return Receipt{Verdict: Never}
	}
	if wait := lane.pass(e.Msg.Nudge, last-SendTime/2); wait > 0 {
		h.Stats.Waited.Add(1)
		return Receipt{Held: true, After: wait}
	}
	if h.Machine.Clock() > last-SendTime/2 {
		return Receipt{Held: true}
	}
	if h.sends.Err() != nil { // the host is stopping
		return Receipt{Held: true, After: time.Second}
	}
	if !e.Latest.IsZero() && h.Now().After(e.Latest) { // it has waited too long meanwhile
		h.Stats.Late.Add(1)
		return Receipt{Verdict: Never}
	}
	ctx, cancel := h.Machine.Limit(h.sends, last-h.Machine.Clock())
	defer cancel()
	h.Machine.Point("before send")
	h.Stats.Sends.Add(1)
	ref, err := safely(func() (Ref, error) { return platform.Send(ctx, person, e.Msg) })
	h.Machine.Point("after send")
	if err == nil {
		return Receipt{Ref: ref, OK: true}
	}
	h.Stats.Failed.Add(1)
	var se *SendError
	if errors.As(err, &se) {
		r.Verdict, r.After = se.Verdict, se.After
		if se.Lane && se.Verdict == Later {
			lane.pause(se.After)
		}
	}
	if r.Verdict == Unknown {
		h.Stats.Unknown.Add(1)
	}
	h.Log.Warn("a message could not be handed over", "who", person, "platform", name, "verdict", r.Verdict.String(), "err", err)
	return r
}

// say says the last words, from memory and at most once: there is nothing left
// that could remember whether they arrived. They come after whatever another
// host may still be sending.
func (h *Host) say(name string, person PersonID, out outcome) {
	if out.hold > 0 && h.Machine.Sleep(h.sends, h.scale(out.hold)) != nil {
		return
	}
	for _, e := range out.deliver {
		e.Msg.Edit = ""
		for range 3 {
			r := h.send(name, person, &e, h.Machine.Clock()+SendTime)
			if r.OK || !r.Held && r.Verdict != Later || r.After > time.Minute {
				break
			}
			if h.Machine.Sleep(h.sends, max(r.After, time.Second)) != nil {
				return
			}
		}
	}
}

// remove takes messages back and returns how many it could not.
func (h *Host) remove(name string, person PersonID, refs []Ref) int {
	platform, ok := h.Platforms[name].(Remover)
	if !ok {
		return len(refs)
	}
	ctx, cancel := h.Machine.Limit(h.sends, SendTime)
	defer cancel()
	h.Machine.Point("before remove")
	left, err := safely(func() ([]Ref, error) { return platform.Remove(ctx, person, refs) })
	if err != nil {
		h.Log.Warn("messages could not be taken back", "who", person, "platform", name, "err", err)
		return len(refs)
	}
	return len(left)
}

// safely turns a panic in an adapter into an error: nobody knows what it did.
func safely[T any](call func() (T, error)) (x T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the adapter panicked (%T)", p)
		}
	}()
	return call()
}
