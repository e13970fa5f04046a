package discord

import (
	"context"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

// TestDoneIsTaken: what Discord shows as done has been taken, by the gateway and
// by HTTP. Were it acknowledged first, it would be lost with a process that dies
// in between, and the person would not know.
func TestDoneIsTaken(t *testing.T) {
	for name, http := range map[string]bool{"gateway": false, "HTTP": true} {
		t.Run(name, func(t *testing.T) {
			h := open(t, patient, oneButton).online()
			if http {
				h.s.Endpoint = endpoint(t, h)
			}
			h.slow = 50 * time.Millisecond
			h.do(h.p.Slash("/needs"))
			if got := h.events(); got != "command needs" {
				t.Errorf("done, and taken is %q", got)
			}
			h.reads("< command needs [on]")
			h.do(h.p.Press("on"))
			if got := h.events(); !strings.HasPrefix(got, "command needs; press on ") {
				t.Errorf("done, and taken is %q", got)
			}
			h.reads("< pressed [on]")
			h.clean()
		})
	}
}

// TestNotTakenInTime: what nobody could take in a second is acknowledged and
// tried on, as long as the process lives.
func TestNotTakenInTime(t *testing.T) {
	h := open(t, func(_ *Config, p *pace) { p.ack = 200 * time.Millisecond }, oneButton).online()
	h.mu.Lock()
	h.fails = 1 << 20
	h.mu.Unlock()
	begun := time.Now()
	h.do(h.p.Slash("/needs"))
	if took := time.Since(begun); took < 200*time.Millisecond {
		t.Errorf("acknowledged after %v, though not taken", took)
	}
	h.mu.Lock()
	h.fails = 0
	h.mu.Unlock()
	h.reads("< command needs [on]")
	h.clean()
}

// TestAnswerBeforeTheEnd: an answer that is there before the handler returns does
// not wait for it.
func TestAnswerBeforeTheEnd(t *testing.T) {
	var h *house
	h = open(t, patient, func(ev dialog.Event) []dialog.Message {
		if _, err := h.bot.Send(context.Background(), ev.Person, dialog.Message{ID: "a", Text: "Here.", Hint: ev.Hint}); err != nil {
			t.Error(err)
		}
		return nil
	}).online()
	h.do(h.p.Slash("/needs"))
	h.reads("< Here.")
	if took := h.s.Acks()[0]; took > 10*time.Second {
		t.Errorf("acknowledged after %v", took)
	}
	h.clean()
}

// patient waits for longer than any test does until it acknowledges what nobody took.
func patient(_ *Config, p *pace) { p.ack = 15 * time.Second }
