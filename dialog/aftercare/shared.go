package aftercare

import (
	"bytes"
	"slices"
	"time"

	"afterglow/dialog"
)

// shared lets somebody who is linked see chosen lines. They go after a cooling-off
// in which nobody knows of it; a change made later is shared by hand, or not at all.
func (b *bot) shared(s *dialog.Script) {
	s.Actions["share.save"] = func(t *dialog.Turn) {
		l, chosen := linkOf(t), chosenLines(t)
		switch {
		case l == nil:
			t.Say("link.gone.say")
		case chosen.Empty():
			t.Say("card.empty.say")
		case t.Run.Value("sure") != "yes":
			t.Say("share.not.say")
		case !(&letter{Link: l.ID, Set: chosen}).fits():
			t.Say("share.much.say")
		case !held(t):
			l.Waits, l.Due = chosen, t.Now.Add(coolingOff)
			shareAt(t, l, l.Due)
			t.Tell(with(raw(t, "share.waits"), "when", when(t, l.Due)))
		}
	}
	s.Timers["share"] = func(t *dialog.Turn, tm dialog.Timer) {
		p := partners(t)
		i := slices.IndexFunc(p.Links, func(l Link) bool { return noteOf(l.ID) == tm.Note })
		if i < 0 || p.Links[i].Due.IsZero() {
			return
		}
		l := &p.Links[i]
		switch {
		case l.Due.After(t.Now): // the clock on the wall has been moved
			shareAt(t, l, l.Due)
		case plan(t).Hold: // what was agreed before something hard came up is not agreed any more
			stopShare(t, l)
		case send(t, l.With, "share", letter{Link: l.ID, Set: l.Waits}):
			l.Shared = l.Waits
			stopShare(t, l)
		default:
			shareAt(t, l, t.Now.Add(time.Hour))
		}
	}
}

func shareAt(t *dialog.Turn, l *Link, at time.Time) {
	t.State.SetTimer(dialog.Timer{Name: "share", Note: noteOf(l.ID), Wall: wallFrom(at, t.State.Zone)})
}

func stopShare(t *dialog.Turn, l *Link) {
	l.Waits, l.Due = Set{}, time.Time{}
	t.State.StopTimer("share", noteOf(l.ID))
}

// received is what somebody who is linked has let us see, sent, or taken back.
func (b *bot) received(s *dialog.Script) {
	from := func(do func(t *dialog.Turn, l *Link, x letter)) func(*dialog.Turn) {
		return func(t *dialog.Turn) {
			x, p := read(t), partners(t)
			if l := p.link(x.Link); l != nil && l.With == t.Event.From {
				do(t, l, x)
			} else if x.Link != "" && p.with(t.Event.From) == nil {
				// It ended, and they did not hear of it: this person erased everything while
				// they could not be reached and is back, or an old copy of a store is.
				send(t, t.Event.From, "unlinked", letter{Link: x.Link})
			}
		}
	}
	s.Actions["partner.share"] = from(func(t *dialog.Turn, l *Link, x letter) {
		set := b.readable(t, x.Set)
		if bytes.Equal(dialog.Encode(nil, &set), dialog.Encode(nil, &l.Theirs)) {
			return // the same lines again are nothing new
		}
		l.Theirs, l.Fresh = set, true
		knock(t)
	})
	s.Actions["partner.unshare"] = from(func(t *dialog.Turn, l *Link, x letter) {
		l.Theirs = Set{}
		l.Fresh = l.Fresh && len(l.Got) > 0 // so that nothing is said to be there
	})
	s.Actions["partner.kind"] = from(func(t *dialog.Turn, l *Link, x letter) {
		if !slices.Contains(kindFlows, x.Kind) {
			return
		}
		l.Got = append(l.Got, Got{Kind: x.Kind, Text: oneLine(x.Text, maxKindText), At: t.Now})
		for len(l.Got) > maxGot || gotSize(l.Got) > maxGotSize {
			l.Got = l.Got[1:]
		}
		l.Fresh = true
		knock(t)
	})
}

func gotSize(all []Got) (n int) {
	for i := range all {
		n += len(all[i].Text)
	}
	return n
}

// readable leaves out what this bot has no words for: an operator may have
// changed them between one word and the next.
func (b *bot) readable(t *dialog.Turn, set Set) Set {
	known := func(key string) bool { return raw(t, key) != "" }
	set.Needs = slices.DeleteFunc(set.Needs, func(n Need) bool {
		return !slices.Contains(areas, n.Area) || !slices.Contains(rates, n.Rate) || dialog.OwnText(n.Item) == "" && !known("needs."+n.Area+"."+n.Item)
	})
	set.Facts = slices.DeleteFunc(set.Facts, func(f Fact) bool {
		return !slices.Contains(facts, f.Key) || f.Value != "" && !known("needs."+f.Key+"."+f.Value)
	})
	set.ID = "any" // for whom else somebody has lists is theirs
	return set
}
