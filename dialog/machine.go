package dialog

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"time"
)

// Machine is what a [Host] asks of the machine it runs on, beside the time of
// day. A nil field means the real thing. A simulator puts its own in their
// place, and the host runs as it does elsewhere.
type Machine struct {
	Go    func(task func())                                                          // begins a task of its own
	Clock func() time.Duration                                                       // runs evenly, whatever the time of day does
	Sleep func(context.Context, time.Duration) error                                 // returns early, and why, if the context ends
	Limit func(context.Context, time.Duration) (context.Context, context.CancelFunc) // ends a call that takes longer
	Rand  func([]byte)                                                               // fills with chance nobody can foresee
	Point func(name string)                                                          // told of each place where dying would matter; nil: nobody asks
}

func (m *Machine) complete() {
	if m.Go == nil {
		m.Go = func(task func()) { go task() }
	}
	if m.Clock == nil {
		begun := time.Now()
		m.Clock = func() time.Duration { return time.Since(begun) }
	}
	if m.Sleep == nil {
		m.Sleep = sleep
	}
	if m.Limit == nil {
		m.Limit = context.WithTimeout
	}
	if m.Rand == nil {
		m.Rand = func(b []byte) { crand.Read(b) }
	}
	if m.Point == nil {
		m.Point = func(string) {}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *Machine) number() uint64 {
	var b [8]byte
	m.Rand(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func (m *Machine) tag() (t Tag) {
	m.Rand(t[:])
	return t
}

// jitter is between half of d and d, so that those who failed together do not
// come back together.
func (m *Machine) jitter(d time.Duration) time.Duration {
	return d/2 + time.Duration(m.number()%uint64(d/2+1))
}
