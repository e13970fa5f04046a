package discord

import (
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// TestAcknowledgedFirst: what the host is handed Discord has been told of.
func TestAcknowledgedFirst(t *testing.T) {
	var h *house
	h = open(t, nil, func(ev dialog.Event) []dialog.Message {
		if done := len(h.s.Acks()); done < len(h.seen) {
			t.Errorf("%d events are handed over, %d acknowledged", len(h.seen), done)
		}
		return oneButton(ev)
	}).online()
	h.do(h.p.Slash("/needs"))
	h.reads("< command needs [on]")
	for range 20 {
		h.do(h.p.Press("on"))
	}
	h.wait("all is taken", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return len(h.seen) == 21 })
	h.clean()
}

// TestAcknowledgementFails: what Discord does not take, or does not answer, is
// handed over all the same, and answered once.
func TestAcknowledgementFails(t *testing.T) {
	hung := func(d time.Duration) func(*Config, *pace) {
		return func(_ *Config, p *pace) { p.hung, p.unanswered = d, 2*time.Second }
	}
	for _, c := range []struct {
		name   string
		n      int
		fault  discordtest.Fault
		change func(*Config, *pace)
		acks   int
	}{
		{"refused", 1, discordtest.Unknown, nil, 0},
		{"lost on the way back", 1, discordtest.Lost, nil, 1},
		{"lost on the way there", 1, discordtest.Reset, nil, 1},
		{"a bad gateway", 2, discordtest.BadGateway, nil, 1},
		{"hung", 1, discordtest.Hung, hung(200 * time.Millisecond), 1},
		{"late: the answer is there already", 2, discordtest.Hung, hung(600 * time.Millisecond), 1},
		{"never", 100, discordtest.Hung, hung(300 * time.Millisecond), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, c.change, oneButton).online()
			h.s.AckTime = 3 * time.Second
			h.s.FailAck(c.n, c.fault)
			begun := time.Now()
			said := make(chan error, 1)
			go func() { said <- h.p.Slash("/needs") }()
			h.wait("it is taken", func() bool { return h.events() == "command needs" })
			if took := time.Since(begun); took > h.bot.pace.hung+2*time.Second {
				t.Errorf("taken after %v", took)
			}
			if err := <-said; (err == nil) != (c.acks > 0) {
				t.Error(err)
			}
			h.reads("< command needs [on]")
			if got := len(h.s.Acks()); got != c.acks {
				t.Errorf("acknowledged %d times", got)
			}
			h.clean()
		})
	}
}
