package dialog

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// lastTime is how long an erasure waits for all of its last words to be taken.
const lastTime = 2 * time.Second

// Why a word was not taken.
var (
	errNobody = errors.New("there is no such person, or not any more")
	errLate   = errors.New("the time to tell it is over")
)

// tell hands words to those they are for, and waits for nobody: two people may
// be telling each other at this moment. What becomes of a word comes to the
// sender's mailbox as an event. What could not be handed over is returned, to be
// noted at once.
func (h *Host) tell(box *mailbox, out outcome) (notes []Event) {
	key, from := box.key, box.person
	for _, w := range out.words {
		told := func(how Telling) Event {
			return Event{Kind: ToldWord, Person: from, Told: &Told{Word: w.ID, Try: w.Tries, Telling: how}}
		}
		h.Machine.Point("before tell")
		err := h.hand(&w, from, out.began+SendTime/2, func(err error) {
			h.Machine.Point("after tell")
			_ = h.boxes.put(key, letter{ev: told(telling(err))}) // if it can not be put there, the lease ends and the word is told again
		})
		if err != nil {
			notes = append(notes, told(Refused))
		}
	}
	return notes
}

// hand puts a word into its receiver's mailbox. It is not taken after by, by the
// machine's clock: then others may be at it, or something said later.
func (h *Host) hand(w *Word, from PersonID, by time.Duration, done func(error)) error {
	ev := w.Event(from)
	ev.by = by
	return h.boxes.put(h.KeyOf(w.To), letter{ev: ev, ctx: h.calls, done: done})
}

// telling is what an answer to a word means.
func telling(err error) Telling {
	switch {
	case err == nil:
		return Taken
	case errors.Is(err, errNobody):
		return Nobody
	case errors.Is(err, errLate), errors.Is(err, ErrConflict), errors.Is(err, ErrUnreadable):
		return Refused
	}
	return Doubtful
}

// tellLast hands over the last words of somebody who is about to be forgotten,
// and waits until they are taken, for a while: the receivers may be waiting as
// well. Whoever could not be reached learns from their own next word that
// nobody is there.
func (h *Host) tellLast(ctx context.Context, box *mailbox, words []Word) {
	if len(words) == 0 {
		return
	}
	if box.patience == 0 {
		box.patience = h.Machine.Clock() + lastTime
	}
	for {
		words = h.tellAndWait(ctx, box, words)
		if len(words) == 0 || h.Machine.Clock() >= box.patience || h.Machine.Sleep(ctx, h.Machine.jitter(200*time.Millisecond)) != nil {
			h.Machine.Point("told last")
			return
		}
	}
}

// tellAndWait hands words over, waits for all answers as long as there is
// patience, and returns what has not been taken.
func (h *Host) tellAndWait(ctx context.Context, box *mailbox, words []Word) (left []Word) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	taken := make([]atomic.Bool, len(words))
	var open atomic.Int64
	answer := func() {
		if open.Add(-1) == 0 {
			enough()
		}
	}
	open.Store(1 + int64(len(words)))
	now := h.Machine.Clock()
	for i := range words {
		h.Machine.Point("before tell")
		err := h.hand(&words[i], box.person, now+SendTime/2, func(err error) {
			how := telling(err)
			taken[i].Store(how == Taken || how == Nobody)
			answer()
		})
		if err != nil {
			answer()
		}
	}
	if answer(); now < box.patience {
		_ = h.Machine.Sleep(ctx, box.patience-now)
	}
	for i := range words {
		if !taken[i].Load() {
			left = append(left, words[i])
		}
	}
	return left
}
