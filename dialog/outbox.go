package dialog

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Entry is a message that waits until the platform has taken it. It is
// committed together with whatever caused it, so no reply is lost; and it tells
// before the call who is trying until when, so that a restart knows which one
// delivery is in doubt.
type Entry struct {
	ID     uint64
	Msg    Message
	Screen bool      // it carries the open question
	Tries  int       // how often a sender took it on
	Fails  int       // calls that did not end well
	Doubts int       // of these, how many may or may not have arrived
	Until  time.Time // somebody is trying until then; zero: nobody
	After  time.Time // not before then
	Latest time.Time // of no use after this; zero: always of use
}

const (
	// SendTime is how long one delivery may take, and SendLease how long its
	// sender is left alone with it: the deadline always ends first.
	SendTime  = 10 * time.Second
	SendLease = 15 * time.Second
	// lateArrival is how long after its sender's death a message may still arrive.
	lateArrival = time.Second
	// maxDoubts is when a message that may have arrived that often is given up.
	maxDoubts = 5
)

func (c *Coder) entry(e *Entry) {
	c.Uint64(&e.ID)
	c.Bool(&e.Screen)
	c.Count(&e.Tries)
	c.Count(&e.Fails)
	c.Count(&e.Doubts)
	c.Time(&e.Until)
	c.Time(&e.After)
	c.Time(&e.Latest)
	m := &e.Msg
	c.String(&m.ID)
	c.String(&m.Text)
	List(c, &m.Choices, func(c *Coder, row *[]Choice) { List(c, row, (*Coder).choice) })
	c.Bool(&m.Many)
	c.ref(&m.Edit)
	c.file(&m.Picture)
	c.file(&m.File)
	c.Bool(&m.Quiet)
	c.Bool(&m.Nudge)
	c.String(&m.Hint)
}

func (c *Coder) choice(x *Choice) {
	c.String(&x.Label)
	c.String(&x.Data)
	c.Bool(&x.On)
	c.Bool(&x.Nav)
	c.String(&x.URL)
	c.String(&x.Share)
}

func (c *Coder) file(f **File) {
	has := *f != nil
	c.Bool(&has)
	if !has {
		*f = nil
		return
	}
	if c.reading {
		*f = new(File)
	}
	bytes := string((*f).Bytes)
	c.String(&(*f).Name)
	c.String(&(*f).Type)
	c.String(&bytes)
	if c.reading {
		(*f).Bytes = []byte(bytes)
	}
}

func (e *Entry) due() time.Time {
	if !e.Until.IsZero() {
		return e.Until
	}
	return e.After
}

// post puts a message in the outbox.
func (s *State) post(e Entry, now time.Time) {
	e.ID = s.rand() ^ s.salt
	e.Msg.ID = strconv.FormatUint(e.ID, 36)
	if e.After.IsZero() {
		e.After = now
	}
	s.Outbox = slices.DeleteFunc(s.Outbox, func(old Entry) bool { // nobody is trying it, and the new one takes its place
		return e.renews(&old) || e.Msg.Edit != "" && old.Msg.Edit == e.Msg.Edit && old.Until.IsZero()
	})
	s.Outbox = append(s.Outbox, e)
	for len(s.Outbox) > maxOutbox {
		i := slices.IndexFunc(s.Outbox, func(e Entry) bool { return e.Msg.Nudge })
		s.Outbox = slices.Delete(s.Outbox, max(i, 0), max(i, 0)+1)
	}
}

// renews tells whether e asks what old asked, as it is now, and says all that
// old said: once e is on its way nobody misses old, unless the platform waits for
// a message in that very place.
func (e *Entry) renews(old *Entry) bool {
	awaited := old.Msg.Hint != "" && old.Msg.Edit == ""
	return e.Screen && old.Screen && !old.Msg.Nudge && !awaited && old.Until.IsZero() &&
		strings.HasSuffix(e.Msg.Text, old.Msg.Text) && sameQuestion(&e.Msg, &old.Msg)
}

// renewed tells whether a newer entry waits that renews this one.
func (s *State) renewed(i int) bool {
	return slices.ContainsFunc(s.Outbox[i+1:], func(e Entry) bool { return e.renews(&s.Outbox[i]) })
}

// idle tells that it is a nudge nobody is sending: it holds up nothing behind it.
func (e *Entry) idle() bool { return e.Msg.Nudge && e.Until.IsZero() }

// claim marks what is to be delivered now and returns it. Deliveries are in
// order: nothing overtakes the first, except that replies overtake a nudge that
// has to wait. Each nudge that would go now is asked about just before, and
// dropped if it is not wanted; nil wants all of them.
func (s *State) claim(now time.Time, lease time.Duration, wanted func(*Entry) bool) []Entry {
	if lease == 0 {
		lease = SendLease
	}
	if s.Muted {
		s.Outbox = nil
	}
	var out []Entry
	for i := 0; i < len(s.Outbox); {
		e := &s.Outbox[i]
		if !e.Until.IsZero() && !now.Before(e.Until) {
			e.Until = time.Time{} // the sender died or was cut off: in doubt
			if s.doubt(e, now) {
				s.Outbox = slices.Delete(s.Outbox, i, i+1)
				continue
			}
		}
		if e.stale(now) || s.renewed(i) {
			s.Outbox = slices.Delete(s.Outbox, i, i+1)
			continue
		}
		if e.idle() && now.Before(e.After) {
			i++
			continue
		}
		if !e.Until.IsZero() || now.Before(e.After) {
			break
		}
		if e.Msg.Nudge && wanted != nil && !wanted(e) {
			s.Outbox = slices.Delete(s.Outbox, i, i+1)
			continue
		}
		e.Tries++
		e.Until = now.Add(lease)
		out = append(out, *e)
		i++
	}
	return out
}

// disown shortens the lease of what a process that is no more had begun to
// deliver: all that is being delivered and is not among mine. It is left alone for
// a moment, since it may still be on its way and would come to stand below what is
// said now.
func (s *State) disown(now time.Time, mine []uint64) {
	for i := range s.Outbox {
		e := &s.Outbox[i]
		if late := now.Add(lateArrival); late.Before(e.Until) && !slices.Contains(mine, e.ID) {
			e.Until = late
		}
	}
}

// arrived settles a delivery in doubt whose button has just been pressed: it has
// arrived, and a second copy would stand below the newer screen. Since all that
// show a question carry the same buttons, the button has to stand on a message
// nobody knew to have arrived, and nothing but the question may be lost with it.
func (s *State) arrived(data string, on Ref, now time.Time, question func() string) {
	known := func(t Trace) bool { return t.Ref == on }
	if data == "" || on == "" || on == s.Screen || slices.ContainsFunc(s.Trail, known) {
		return
	}
	for i := range s.Outbox {
		e := &s.Outbox[i]
		if e.Doubts > 0 && e.Msg.Edit == "" && e.carries(data) && e.Msg.Text == question() {
			s.receipt(Receipt{Entry: e.ID, OK: true, Ref: on}, now)
			return
		}
	}
}

func (e *Entry) carries(data string) bool {
	return slices.ContainsFunc(e.Msg.Choices, func(row []Choice) bool {
		return slices.ContainsFunc(row, func(c Choice) bool { return c.Data == data })
	})
}

// still lists which of these are as they were claimed: a later event of the same
// turn may have taken some out, or have told that they are in doubt.
func (s *State) still(entries []Entry) []Entry {
	return slices.DeleteFunc(entries, func(old Entry) bool {
		return !slices.ContainsFunc(s.Outbox, func(e Entry) bool { return e.ID == old.ID && e.Tries == old.Tries && !e.Until.IsZero() })
	})
}

// screenWaits tells whether a message of its own with a question waits.
func (s *State) screenWaits() bool {
	return slices.ContainsFunc(s.Outbox, func(e Entry) bool { return e.Screen && e.Msg.Edit == "" })
}

func (e *Entry) stale(now time.Time) bool {
	return e.Until.IsZero() && !e.Latest.IsZero() && now.After(e.Latest)
}

// doubt decides on a delivery that may or may not have arrived: what nobody
// asked for is dropped, all else is sent again, since its buttons make a second
// copy harmless. It tells whether to drop.
func (s *State) doubt(e *Entry, now time.Time) bool {
	e.Fails++
	e.Doubts++
	if e.Msg.Nudge || e.Doubts >= maxDoubts {
		return true
	}
	e.After = now.Add(backoff(e.Fails))
	return false
}

// backoff is 1, 4, 16 … seconds, a minute at most.
func backoff(fails int) time.Duration {
	return min(time.Second<<min(2*max(fails-1, 0), 6), time.Minute)
}

// wanted tells whether a nudge that is about to be claimed may go: its
// conversation is still open, and the script does not speak against it.
func (t *Turn) wanted(e *Entry) bool {
	if len(e.Msg.Choices) == 0 {
		return true
	}
	s := t.State
	mark, _, _, _ := readData(e.Msg.Choices[0][0].Data)
	i := s.runByMark(mark)
	if i < 0 || t.Script.Unasked == nil || t.Script.Unasked(t, &s.Runs[i], e) {
		return i >= 0
	}
	s.ended(mark)
	s.Runs = slices.DeleteFunc(s.Runs, func(r Run) bool { return r.Mark == mark })
	return false
}

// receipt settles a delivery.
func (s *State) receipt(r Receipt, now time.Time) {
	i := slices.IndexFunc(s.Outbox, func(e Entry) bool { return e.ID == r.Entry })
	if i < 0 {
		s.trace(r, now) // a second copy, or a late word: it can still be taken back
		return
	}
	e := &s.Outbox[i]
	if r.Try != 0 && r.Try != e.Tries && !r.OK { // of an earlier try; somebody else is at it now
		return
	}
	e.Until = time.Time{}
	drop := false
	switch {
	case r.OK:
		drop = true
		if e.Screen {
			s.Screen = r.Ref
		}
		if r.Ref != e.Msg.Edit {
			s.trace(r, now)
		}
	case r.Held:
		e.After = now.Add(r.After)
	case r.Verdict == Later:
		e.Fails++
		wait := r.After
		if wait <= 0 {
			wait = backoff(e.Fails)
		}
		e.After = now.Add(wait)
	case r.Verdict == Never:
		drop = true
	case r.Verdict == Gone:
		// What nobody has tried yet answers something that came since: the
		// person may be back, and is mute only if it can not be said either.
		s.Outbox = slices.DeleteFunc(s.Outbox, func(e Entry) bool { return e.Tries > 0 || e.Msg.Nudge })
		s.Muted = len(s.Outbox) == 0
		return
	default:
		drop = s.doubt(e, now)
	}
	if drop {
		s.Outbox = slices.Delete(s.Outbox, i, i+1)
	}
}

// trace remembers a message that has arrived, once.
func (s *State) trace(r Receipt, now time.Time) {
	known := func(t Trace) bool { return t.Ref == r.Ref }
	if r.OK && r.Ref != "" && !slices.ContainsFunc(s.Trail, known) {
		s.Trail = append(s.Trail, Trace{r.Ref, now})
	}
}
