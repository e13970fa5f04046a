package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"log"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// pot catches what is logged.
type pot struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *pot) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func (p *pot) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

// TestNothingPrivateIsLogged: at the noisiest level, with all that can go wrong,
// neither the token nor a token of an interaction, nor a word or an id of a
// person, stands in any log, ours or the library's, or in an error.
func TestNothingPrivateIsLogged(t *testing.T) {
	var ours, theirs pot
	defer log.SetOutput(log.Writer())
	log.SetOutput(&theirs) // where the library writes
	h := open(t, func(c *Config, _ *pace) {
		c.Log = slog.New(slog.NewTextHandler(&ours, &slog.HandlerOptions{Level: slog.LevelDebug - 100}))
	}, func(ev dialog.Event) []dialog.Message {
		return []dialog.Message{{Text: "Secret words about " + dialog.Escape(ev.Text), Choices: choices("secretbutton")}}
	}).online()
	h.fails = 1
	for _, f := range []discordtest.Fault{discordtest.Lost, discordtest.Reset, discordtest.BadGateway, discordtest.BadForm, discordtest.Limited} {
		h.s.Fail(1, f)
	}
	h.p.Type("my secretword")
	h.wait("it arrives", func() bool { return strings.Contains(h.p.String(), "about my") })
	h.s.Fail(1, discordtest.Lost)
	h.do(h.p.Slash("/needs text=secretword"))
	h.wait("it arrives", func() bool { return strings.Count(h.p.String(), "Secret words") == 2 })
	h.s.Fail(2, discordtest.Closed)
	h.p.Type("secretword again")
	h.wait("it is refused", func() bool { return strings.Contains(h.verdicts(), "gone") })
	h.s.DropSockets()
	h.wait("it is resumed", func() bool { return h.s.Count("resume") == 1 })
	h.s.Offline(true)
	_, err := h.bot.Send(context.Background(), personOf(h.p.ID), dialog.Message{ID: "x", Text: "secretword", Hint: hint{reply: true, until: tomorrow, token: "token-nobody_may_print"}.String()})
	if err == nil {
		t.Error("sent to nowhere")
	}
	h.s.Offline(false)
	h.online()
	h.bot.onInteraction([]byte(`{"secretword":`))
	h.bot.onMessage([]byte(`"secretword`), false)

	all := ours.String() + theirs.String() + err.Error()
	for _, e := range h.errs {
		all += e.Error()
	}
	for _, secret := range []string{discordtest.Token, "a-secret-that-nobody-may-print", "token-nobody_may_print", "secretword", "Secret words", "secretbutton", h.p.ID, h.p.Chat.ID} {
		if strings.Contains(all, secret) {
			t.Errorf("%q stands in\n%s", secret, all)
		}
	}
	if !strings.Contains(all, "status 502") || !strings.Contains(all, "code 50035") {
		t.Errorf("too little is said\n%s", all)
	}
	if theirs.String() != "" {
		t.Errorf("the library speaks: %s", theirs.String())
	}
}

var tomorrow = when("1500000000000000000").AddDate(10, 0, 0)

func FuzzFirstField(f *testing.F) {
	f.Add([]byte(`{"errors":{"a":{"b":{"_errors":[]}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s := firstField(data); len(s) > 8*(4*32+1) || !json.Valid([]byte(`"`+strings.ReplaceAll(strings.ReplaceAll(s, `\`, ``), `"`, ``)+`"`)) {
			t.Fatalf("%q", s)
		}
	})
}
