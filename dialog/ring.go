package dialog

import (
	"context"
	"fmt"
	"time"
)

const (
	dueBatch = 100             // people woken at once
	maxWake  = 2 * time.Minute // what waits longer is left to the store
)

// Ring looks once at who is due, wakes n of them at most, and returns how many
// there were. Run does it on its own.
func (h *Host) Ring(ctx context.Context, n int) (int, error) {
	h.Machine.Point("due")
	keys, err := h.Store.Due(ctx, 2*h.lease(), n)
	if err != nil {
		return 0, fmt.Errorf("due: %w", err)
	}
	h.Machine.Point("claimed")
	for _, key := range keys {
		// Whoever has a full queue is awake; what is due comes up again.
		_ = h.boxes.put(key, letter{ev: Event{Kind: Alarm}, ctx: h.sends})
	}
	return len(keys), nil
}

// Run wakes who is due until ctx ends, no more at a time than the budgets let
// through: whoever is claimed and then has to wait is only claimed again.
func (h *Host) Run(ctx context.Context) {
	wait := h.Machine.jitter(h.Poll) // replicas begin at different moments
	for h.Machine.Sleep(ctx, wait) == nil {
		wait = h.Poll
		h.boxes.cool()
		n := h.room()
		if n == 0 {
			wait = min(wait, 100*time.Millisecond)
			continue
		}
		got, err := h.Ring(ctx, n)
		if err != nil && ctx.Err() == nil {
			h.Log.Error("the store can not tell who is due", "err", err)
		}
		if got == n { // there are more
			wait = min(wait, 20*time.Millisecond)
		}
	}
}

// room is how many people may be woken now.
func (h *Host) room() int {
	room := 0
	for _, l := range h.lanes {
		room += l.room()
	}
	return min(room, dueBatch)
}

// plan wakes the person in this process: a reply that has to wait a little must
// not stand in the store's line, behind everybody's nudges. The store's alarm
// stays set, in case this process dies.
func (h *Host) plan(key Key, d time.Duration) {
	if d <= 0 || d > maxWake || !h.boxes.wake(key) {
		return
	}
	h.Machine.Go(func() {
		err := h.Machine.Sleep(h.sends, h.scale(d))
		h.boxes.woken(key)
		if err == nil {
			_ = h.boxes.put(key, letter{ev: Event{Kind: Alarm}, ctx: h.sends})
		}
	})
}

// scale turns time of the host's clock, which may run faster, into the machine's.
func (h *Host) scale(d time.Duration) time.Duration {
	return time.Duration(float64(d) * float64(SendLease) / float64(h.lease()))
}
