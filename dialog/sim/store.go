package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"afterglow/dialog"
)

// store keeps records as any [dialog.Store] does. It also knows what no store
// does: where each record came from, and what an alarm would have to be.
type store struct {
	w       *world
	records map[dialog.Key]*record
	journal []change           // for failovers: what the last writes replaced
	late    []lateWrite        // their callers were told nothing, and they land some time
	lineage map[dialog.Tag]int // which content a tag was handed out with
	version map[dialog.Tag]int // what a counter would say instead of a tag
	serial  int                // of contents
}

type record struct {
	dialog.Record
	alarm  time.Time
	serial int
	flying []time.Time // when the leases of what is being sent end
}

type lateWrite struct {
	key dialog.Key
	do  func() error
}

type change struct {
	key dialog.Key
	was *record
}

func (s *store) init(w *world) {
	*s = store{w: w, records: map[dialog.Key]*record{}, lineage: map[dialog.Tag]int{}, version: map[dialog.Tag]int{}}
}

// find is the record under key; never nil.
func (s *store) find(key dialog.Key) *record {
	if r := s.records[key]; r != nil && (r.Erased.IsZero() || s.w.trueTime().Sub(r.Erased) < dialog.TombstoneLife) {
		return r
	}
	return &record{}
}

func (s *store) commit(key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	state, err := dialog.DecodeState(blob)
	if err != nil {
		s.w.breaks("a record was committed that nobody can read: %v", err)
		return err
	}
	if !fits(state, alarm) {
		s.w.breaks("the alarm is %v, and that is not what is planned first: %+v %+v", alarm, state.Timers, state.Outbox)
	}
	if len(state.Outbox) >= fullOutbox { // the oldest replies give way from here on
		s.w.keyed(key).unwanted = s.w.trueTime()
	}
	r := &record{Record: dialog.Record{Blob: blob, Tag: next}, alarm: alarm}
	switch s.w.opts.Bug {
	case OutboxAfter:
		state.Outbox = nil
	case WordsAfter:
		state.Words = nil
	}
	if s.w.opts.Bug >= OutboxAfter {
		r.Blob, r.alarm = state.Encode(), state.Alarm()
	}
	if s.w.opts.Trace {
		s.w.note("  %s waits: %s", key, waiting(state))
	}
	p := s.w.keyed(key)
	for i := range state.Outbox {
		e := &state.Outbox[i]
		if !e.Until.IsZero() {
			r.flying = append(r.flying, e.Until)
			p.leases[e.ID] = max(p.leases[e.ID], e.Until.Sub(epoch))
		}
	}
	if err := s.replace(key, old, r); err != nil {
		return err
	}
	if p.met.IsZero() {
		p.met = s.w.trueTime()
	}
	for i := range state.Outbox {
		if e := &state.Outbox[i]; e.Screen {
			p.asked[e.Msg.Hint] = e.Msg.Text
		}
	}
	return nil
}

const fullOutbox = 20

// waiting tells an outbox (who each message answers, and its tries and doubts), and words.
func waiting(s *dialog.State) string {
	var b strings.Builder
	for _, e := range s.Outbox {
		fmt.Fprintf(&b, "%s(%d,%d %s e=%s after %s", e.Msg.Hint, e.Tries, e.Doubts, e.Msg.ID, e.Msg.Edit, e.After.Sub(epoch))
		if !e.Until.IsZero() {
			b.WriteString(" flying")
		}
		b.WriteString(") ")
	}
	for _, x := range s.Words {
		fmt.Fprintf(&b, "word %.4s(%d tries, after %s, until %s) ", x.ID, x.Tries, x.After.Sub(epoch), x.Until.Sub(epoch))
	}
	return b.String()
}

// fits tells whether the alarm is what a reader of the state would set: the
// earliest thing that is planned to the moment, or a clean-up, which has a day.
func fits(s *dialog.State, alarm time.Time) bool {
	var exact, leisure time.Time
	at := func(least *time.Time, t time.Time) {
		if least.IsZero() || t.Before(*least) {
			*least = t
		}
	}
	for i := range s.Timers {
		at(&exact, s.Timers[i].At(s.Zone))
	}
	for _, e := range s.Outbox {
		if e.Until.IsZero() {
			at(&exact, e.After)
		} else {
			at(&exact, e.Until)
		}
		if !e.Msg.Nudge || !e.Until.IsZero() {
			break
		}
	}
	if first := firstWord(s.Words); !first.IsZero() {
		at(&exact, first)
	}
	for _, p := range s.Parked {
		at(&leisure, p.At.Add(7*24*time.Hour))
	}
	for _, t := range s.Trail {
		at(&leisure, t.At.Add(48*time.Hour))
	}
	const day = 24 * time.Hour
	if alarm.Equal(exact) {
		return leisure.IsZero() || !exact.IsZero() && exact.Before(leisure.Add(day))
	}
	return !leisure.IsZero() && !alarm.Before(leisure) && alarm.Before(leisure.Add(day)) && (exact.IsZero() || alarm.Before(exact))
}

func (s *store) replace(key dialog.Key, old dialog.Tag, r *record) error {
	was := s.find(key)
	switch {
	case was.Tag == r.Tag:
		return nil
	case was.Tag == old:
	case s.w.opts.Bug == Counters && s.version[was.Tag] == s.version[old]:
	default:
		return dialog.ErrConflict
	}
	if s.lineage[old] != was.serial {
		s.w.breaks("a record was overwritten by somebody who had never seen it")
	}
	s.w.keyed(key).flies(s.w, was.Blob)
	s.serial++
	r.serial = s.serial
	s.lineage[r.Tag] = r.serial
	s.version[r.Tag] = s.version[old] + 1
	s.journal = append(s.journal, change{key, s.records[key]})
	s.w.note("  content %d follows %d", r.serial, was.serial)
	s.records[key] = r
	s.w.keyed(key).excuseUntil(s.w, s.w.latest()) // it may have come so late that its leases have ended
	s.w.counts.Commits++
	return nil
}

// failover forgets the last few writes, although they were acknowledged.
func (s *store) failover() {
	n := min(1+s.w.rng.IntN(4), len(s.journal))
	if n == 0 {
		return
	}
	s.w.counts.Failovers++
	s.w.note("a failover drops the last %d commits", n)
	for range n {
		c := s.journal[len(s.journal)-1]
		s.journal = s.journal[:len(s.journal)-1]
		s.w.keyed(c.key).excuse(s.w) // nobody knows any more what was in flight
		if c.was == nil {
			delete(s.records, c.key)
		} else {
			s.records[c.key] = c.was
		}
		s.w.keyed(c.key).forgotten(s.w)
	}
}

// land carries out a write that somebody has given up.
func (s *store) land() {
	if len(s.late) > 0 {
		s.w.note("a write lands that was given up")
		write := s.late[0]
		s.late = s.late[1:]
		_ = write.do()
	}
}

func (s *store) settle() {
	for len(s.late) > 0 {
		s.land()
	}
}

// next is the earliest alarm.
func (s *store) next() (at time.Time, ok bool) {
	for _, p := range s.w.people {
		if r := s.records[p.key]; r != nil && !r.alarm.IsZero() && (!ok || r.alarm.Before(at)) {
			at, ok = r.alarm, true
		}
	}
	return at, ok
}

// door is the store as one host sees it: every call takes time and may fail.
type door struct{ w *world }

var errAway = errors.New("the store is away")

// storeTime is when a host has given a call up.
const storeTime = 8 * time.Second

// write asks for a write. Its answer may be lost, it may not happen at all, and
// it may happen later.
func (d *door) write(key dialog.Key, what string, do func() error) error {
	w := d.w
	asked, name := w.now, w.cur.node.name
	effect := func(*world) { do() }
	return w.call(effect, func(w *world) error {
		x := w.rng.IntN(100)
		gone := w.now-asked >= storeTime
		if w.calm || !gone && (!w.badStore || x < 88) {
			err := do()
			w.note("%s %s: %v", name, what, err)
			return err
		}
		w.keyed(key).excuse(w)
		if w.quiet {
			x = x % 2
		}
		switch {
		case x%3 == 0:
			w.note("%s %s: nothing happened, and no answer", name, what)
		case x%3 == 1:
			w.counts.LostReplies++
			w.note("%s %s: done, and no answer", name, what)
			do()
		default:
			w.counts.LostReplies++
			w.note("%s %s: no answer yet", name, what)
			w.store.late = append(w.store.late, lateWrite{key, do})
		}
		return errAway
	})
}

func (d *door) Commit(_ context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	return d.write(key, "commits", func() error { return d.w.store.commit(key, old, next, blob, alarm) })
}

func (d *door) Delete(_ context.Context, key dialog.Key, old, next dialog.Tag, at time.Time) error {
	return d.write(key, "erases", func() error {
		was := d.w.store.find(key)
		err := d.w.store.replace(key, old, &record{Record: dialog.Record{Tag: next, Erased: at}})
		if err == nil && was.Tag != next {
			d.w.counts.Erasures++
			d.w.keyed(key).erase(d.w, was.Blob)
		}
		return err
	})
}

func (d *door) Load(_ context.Context, key dialog.Key) (rec dialog.Record, err error) {
	w := d.w
	err = w.call(nil, func(w *world) error {
		if !w.calm && w.badStore && w.chance(5) {
			return errAway
		}
		rec = w.store.find(key).Record
		return nil
	})
	return rec, err
}

func (d *door) Due(_ context.Context, lease time.Duration, n int) (due []dialog.Key, err error) {
	w := d.w
	claim := func(w *world) {
		due = nil
		for _, p := range w.people {
			if r := w.store.records[p.key]; r != nil && !r.alarm.IsZero() && !r.alarm.After(w.trueTime()) && len(due) < n {
				r.alarm = w.trueTime().Add(lease)
				due = append(due, p.key)
			}
		}
	}
	err = w.call(claim, func(w *world) error {
		claim(w)
		if !w.calm && w.badStore && w.chance(5) {
			due = nil
			return errAway
		}
		return nil
	})
	return due, err
}

func (d *door) Close() error { return nil }
