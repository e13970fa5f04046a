package discord

import (
	"context"
	"sync"
	"time"
)

// ack is the acknowledgement of an interaction, which Discord waits three seconds
// for and never brings again. It is due once the interaction has been taken, so
// that what Discord calls done is done, and what died with a process is shown as
// failed and tried again. A store may take longer than Discord waits: after
// [pace].ack it is due in any case.
type ack struct {
	begun time.Time
	due   chan struct{} // closed when it is
	over  chan struct{} // closed when Discord has it, or never will
	once  sync.Once     // for due
	ok    bool          // Discord took it; read after over
}

func newAck() *ack {
	return &ack{begun: time.Now(), due: make(chan struct{}), over: make(chan struct{})}
}

// now says that nothing is to be waited for any more.
func (a *ack) now() { a.once.Do(func() { close(a.due) }) }

// await returns when it is due.
func (a *ack) await(atMost time.Duration) {
	t := time.NewTimer(atMost)
	defer t.Stop()
	select {
	case <-a.due:
	case <-t.C:
	}
}

// end tells what became of it. It is called once.
func (a *ack) end(ok bool) {
	a.ok = ok
	close(a.over)
}

// taken waits for the end, and tells whether Discord took it.
func (a *ack) taken() bool {
	a.now()
	<-a.over
	return a.ok
}

// refused tells whether it is known already that Discord did not take it.
func (a *ack) refused() bool {
	select {
	case <-a.over:
		return !a.ok
	default:
		return false
	}
}

// settle makes sure that an interaction is acknowledged before it is answered. An
// answer in hand means that what it answers was taken.
func (b *Bot) settle(ctx context.Context, token string) {
	if v, ok := b.acks.Load(token); ok {
		a := v.(*ack)
		a.now()
		select {
		case <-a.over:
		case <-ctx.Done():
		}
	}
}
