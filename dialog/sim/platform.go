package sim

import (
	"context"
	"errors"
	"strconv"
	"time"

	"afterglow/dialog"
)

// platform is the network between hosts and phones.
type platform struct{ w *world }

var errCut = errors.New("unexpected end of the connection")

// Send has every outcome a call over a network can have.
func (pl *platform) Send(_ context.Context, to dialog.PersonID, m dialog.Message) (ref dialog.Ref, err error) {
	w := pl.w
	p := w.keyed(dialog.Key(to))
	begun, since, name := w.now, w.trueTime(), w.cur.node.name
	id, _ := strconv.ParseUint(m.ID, 36, 64)
	if until, claimed := p.leases[id]; claimed && !w.jumps && w.now > until {
		w.breaks("%s begins to send %s after its lease", name, m.ID)
	}
	p.sends[m.ID]++
	if p.sends[m.ID] >= 4 {
		p.waive(w, m) // it may be given up
	}
	arrive := func(w *world) {
		w.late(p, m, min(w.now, begun+dialog.SendTime))
		ref = p.arrive(w, m)
	}
	fail := func(v dialog.Verdict, after time.Duration, what string) error {
		w.note("%s sends %s to %s: %s", name, m.ID, to, what)
		if v == dialog.Unknown {
			w.counts.Unknown++
			p.excused++
		}
		return &dialog.SendError{Verdict: v, After: after}
	}
	err = w.call(arrive, func(w *world) error {
		x := w.rng.IntN(100)
		over := w.now-begun >= dialog.SendTime
		switch {
		case over && x < 50:
			return fail(dialog.Unknown, 0, "timeout, not arrived")
		case over:
			arrive(w)
			return fail(dialog.Unknown, 0, "timeout, arrived")
		case p.blocked:
			p.missed(since)
			return fail(dialog.Gone, 0, "gone")
		case w.calm || !w.badSend || x < 62:
			arrive(w)
			w.note("%s sends %s to %s: %s", name, m.ID, to, oneLine(m.Text))
			return nil
		case x < 66:
			p.waive(w, m)
			return fail(dialog.Never, 0, "never")
		case x < 76:
			return fail(dialog.Later, time.Duration(w.rng.IntN(5))*time.Second, "later")
		case x < 84:
			return fail(dialog.Unknown, 0, "timeout, not arrived")
		case x < 90:
			arrive(w)
			return fail(dialog.Unknown, 0, "timeout, arrived")
		case x < 95:
			arrive(w)
			return fail(dialog.Unknown, 0, "5xx, arrived")
		case x < 96:
			p.missed(since)
			return fail(dialog.Gone, 0, "gone")
		default:
			if x%2 == 0 {
				arrive(w)
			}
			w.counts.Unknown++
			p.excused++
			w.note("%s sends %s to %s: the connection ends", name, m.ID, to)
			return errCut
		}
	})
	return ref, err
}

// late looks whether a message of a life that was forgotten still arrives when
// nobody can be sending it any more.
func (w *world) late(p *person, m dialog.Message, at time.Duration) {
	r := w.store.find(p.key)
	if !r.Erased.IsZero() && p.dropped.IsZero() && m.Text != lastWords && epoch.Add(at).Sub(p.forgot) > dialog.SendLease {
		w.breaks("%s was forgotten at %v and still got a message at %v", p.id, p.forgot, epoch.Add(at))
	}
}

// Remove takes messages back, or does not.
func (pl *platform) Remove(_ context.Context, _ dialog.PersonID, refs []dialog.Ref) (left []dialog.Ref, err error) {
	err = pl.w.call(nil, func(w *world) error {
		if !w.calm && w.badSend && w.chance(20) {
			return errCut
		}
		left = refs[:len(refs)/2]
		return nil
	})
	return left, err
}
