package dialog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Hosts divide a platform's budget among themselves through one record of the
// store, since nothing else is common to them. Each of them writes there how
// much it uses and that it lives. The parts in the record never add up to more
// than the whole: who wants more waits until somebody has written that they use
// less, and who uses less does so before writing it. A host that could not write
// for a while stops sending before the others take its part over; all of that
// goes by each machine's even clock, never by the time of day. How long somebody
// has been silent stands in the record as well, so that hosts which do not live
// long themselves find out together that one is dead.
//
// The bound holds as long as the store keeps what it has acknowledged. After a
// failover that forgot some of it the parts may overlap for one beat.
const (
	beatTime  = 2 * time.Second        // how often a host writes
	hurryTime = 250 * time.Millisecond // how often while it has less than its part
	validTime = 10 * time.Second       // how long a host may send after it wrote
	deadTime  = 15 * time.Second       // how long it has to be silent for others to take its part
	wholePart = 1 << 20
)

// share is this host's part of one budget.
type share struct {
	lane *lane
	key  Key
	id   uint64

	mu    sync.Mutex
	mine  int
	until time.Duration // the part is ours, by the machine's clock
	left  bool
	seen  map[uint64]sighting
}

// sighting is a beat of another host, and since when at least there was none after it.
type sighting struct {
	beat  uint64
	since time.Duration // by the machine's clock
}

func newShare(l *lane, name string) *share {
	return &share{lane: l, key: l.h.KeyOf(PersonID("budget:" + name)), id: l.h.Machine.number(), seen: map[uint64]sighting{}}
}

// parts is the record.
type parts struct{ list []aPart }

type aPart struct {
	host uint64
	beat uint64
	part int // of wholePart
	mute int // ms that it has been silent for at least, as others have seen
}

func (p *parts) Code(c *Coder) {
	List(c, &p.list, func(c *Coder, a *aPart) {
		c.Uint64(&a.host)
		c.Uint(&a.beat)
		c.Count(&a.part)
		c.Count(&a.mute)
	})
}

const partsMagic = "B2"

func decodeParts(blob []byte) (p parts, err error) {
	if len(blob) == 0 {
		return p, nil
	}
	if len(blob) < len(partsMagic) || string(blob[:len(partsMagic)]) != partsMagic {
		return p, fmt.Errorf("budget: no record of parts: %w", ErrUnreadable)
	}
	if err := Decode(string(blob[len(partsMagic):]), &p); err != nil {
		return p, fmt.Errorf("budget: %w: %w", err, ErrUnreadable)
	}
	return p, nil
}

// keep holds on to the part until ctx ends.
func (s *share) keep(ctx context.Context) {
	h := s.lane.h
	failed := false
	for {
		content, err := s.beat(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil || errors.Is(err, ErrConflict):
			failed = false
		case !failed:
			failed = true
			h.Log.Error("the send budget can not be shared; nothing is sent until it can", "err", err)
		}
		wait := hurryTime
		if err == nil && content {
			wait = beatTime
		}
		if h.Machine.Sleep(ctx, h.Machine.jitter(wait)) != nil {
			return
		}
	}
}

// beat writes that this host lives and what it uses, and takes up or gives off
// what has changed. It tells whether the host has its part.
func (s *share) beat(ctx context.Context) (content bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.lane.h
	begun := h.Machine.Clock()
	if s.left {
		return true, nil
	}
	rec, p, err := s.read(ctx)
	if err != nil {
		return false, err
	}
	now := h.Machine.Clock()
	others, n, beat := 0, 1, uint64(0)
	var alive []aPart
	for _, a := range p.list {
		if a.host == s.id {
			beat = a.beat
			continue
		}
		silence := s.silence(a, now)
		if silence >= deadTime {
			continue
		}
		a.mute = int(silence / time.Millisecond)
		alive = append(alive, a)
		others, n = others+a.part, n+1
	}
	if beat == 0 { // we are not in it, or not any more
		s.use(0)
	}
	want := wholePart / n
	mine := max(0, min(want, wholePart-others))
	if mine < s.mine {
		s.use(mine)
	}
	p.list = append(alive, aPart{host: s.id, beat: beat + 1, part: mine})
	if err := h.Store.Commit(ctx, s.key, rec.Tag, h.Machine.tag(), Encode([]byte(partsMagic), &p), time.Time{}); err != nil {
		return false, fmt.Errorf("budget: %w", err)
	}
	s.until = begun + validTime
	s.use(mine)
	return mine == want, nil
}

// silence is how long another host has written nothing, at least: as long as the
// record says, which was so when it was read, or as we have watched it.
func (s *share) silence(a aPart, now time.Duration) time.Duration {
	since := now - time.Duration(a.mute)*time.Millisecond
	if was, known := s.seen[a.host]; known && was.beat == a.beat {
		since = min(since, was.since)
	}
	s.seen[a.host] = sighting{a.beat, since}
	return now - since
}

// leave gives the part back.
func (s *share) leave(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.lane.h
	s.left = true
	s.use(0)
	for range 3 {
		rec, p, err := s.read(ctx)
		if err != nil {
			return
		}
		p.list = slices.DeleteFunc(p.list, func(a aPart) bool { return a.host == s.id })
		err = h.Store.Commit(ctx, s.key, rec.Tag, h.Machine.tag(), Encode([]byte(partsMagic), &p), time.Time{})
		if !errors.Is(err, ErrConflict) {
			return // if it failed, the others wait until we are silent long enough
		}
	}
}

func (s *share) read(ctx context.Context) (Record, parts, error) {
	rec, err := s.lane.h.Store.Load(ctx, s.key)
	if err != nil {
		return rec, parts{}, fmt.Errorf("budget: %w", err)
	}
	p, err := decodeParts(rec.Blob)
	return rec, p, err
}

func (s *share) use(part int) {
	s.mine = part
	s.lane.allow(float64(part)/wholePart, s.until)
}
