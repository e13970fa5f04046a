package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// house is a bot on the test server with one person, and a host that answers by
// a function.
type house struct {
	t   *testing.T
	s   *discordtest.Server
	p   *discordtest.Person
	bot *Bot

	stop  func() error // ends Run and returns what it returned
	mail  chan dialog.Message
	n     int
	mu    sync.Mutex
	seen  []dialog.Event
	fails int           // so many events are not taken
	slow  time.Duration // before each event is taken
	errs  []*dialog.SendError
	refs  []dialog.Ref
}

// open makes a house. answer tells what the bot says to an event; nil: what was
// understood.
func open(t *testing.T, change func(*Config, *pace), answer func(dialog.Event) []dialog.Message) *house {
	t.Helper()
	s := discordtest.New()
	s.Heartbeat = 100 * time.Millisecond
	s.AckTime = 20 * time.Second // how long it took is asked of Acks; a machine with other things to do may stop for a moment
	t.Cleanup(s.Close)
	h := &house{t: t, s: s, p: s.Person("en-US"), mail: make(chan dialog.Message, 100)}
	h.start(change, answer)
	return h
}

func (h *house) start(change func(*Config, *pace), answer func(dialog.Event) []dialog.Message) {
	h.t.Helper()
	if answer == nil {
		answer = func(ev dialog.Event) []dialog.Message { return []dialog.Message{{Text: say(ev)}} }
	}
	cfg := Config{Token: discordtest.Token, APIURL: h.s.URL(), Log: testLog(h.t), Words: english, Open: h.lastSeen}
	p := hurry
	if change != nil {
		change(&cfg, &p)
	}
	bot, err := newBot(context.Background(), cfg, p)
	if err != nil {
		h.t.Fatal(err)
	}
	h.bot = bot
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- bot.Run(ctx, h.handle(answer)) }()
	post := make(chan struct{})
	go func() {
		defer close(post)
		h.deliver(ctx)
	}()
	var once sync.Once
	var result error
	h.stop = func() error {
		once.Do(func() {
			cancel()
			result = <-over
			<-post
		})
		return result
	}
	h.t.Cleanup(func() {
		if err := h.stop(); err != nil {
			h.t.Errorf("run: %v", err)
		}
	})
}

// lastSeen is [Config.Open] for the house's person, and for two who make no sense.
func (h *house) lastSeen(context.Context) ([]OpenDM, error) {
	var last dialog.Ref
	for _, m := range h.p.Messages() {
		if m.Bot {
			last = dialog.Ref(h.p.Chat.ID + "/" + m.ID)
		}
	}
	var taken time.Time
	h.mu.Lock()
	if n := len(h.seen); n > 0 {
		taken = h.seen[n-1].At
	}
	h.mu.Unlock()
	return []OpenDM{{personOf(h.p.ID), last, taken, "de"}, {Person: "discord:no", Last: "no"}, {Person: personOf("5"), Last: "6/7"}}, nil
}

var errAway = errors.New("the store is away")

func (h *house) handle(answer func(dialog.Event) []dialog.Message) func(context.Context, dialog.Event) error {
	return func(ctx context.Context, ev dialog.Event) error {
		time.Sleep(h.slow)
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.fails > 0 {
			h.fails--
			return errAway
		}
		for _, old := range h.seen {
			if old.ID == ev.ID {
				return nil
			}
		}
		h.seen = append(h.seen, ev)
		for i, m := range answer(ev) {
			if i == 0 { // as the dialog does: Discord waits for one answer
				m.Hint = ev.Hint
			}
			h.n++
			m.ID = fmt.Sprint("m", h.n)
			h.mail <- m
		}
		return nil
	}
}

// deliver hands messages over, in order, and again when told so.
func (h *house) deliver(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-h.mail:
			for try := 0; try < 5; try++ {
				sctx, cancel := context.WithTimeout(ctx, dialog.SendTime)
				ref, err := h.bot.Send(sctx, personOf(h.p.ID), m)
				cancel()
				h.mu.Lock()
				h.refs = append(h.refs, ref)
				var se *dialog.SendError
				if errors.As(err, &se) {
					h.errs = append(h.errs, se)
				}
				h.mu.Unlock()
				if err == nil || se.Verdict > dialog.Later {
					break
				}
				sleep(ctx, min(se.After, time.Second)+time.Millisecond)
			}
		}
	}
}

// online waits for the gateway.
func (h *house) online() *house {
	h.t.Helper()
	h.wait("the gateway is connected", func() bool { return h.bot.Online() && h.s.Connected() })
	return h
}

func (h *house) wait(what string, ok func() bool) {
	h.t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatalf("it did not come to this: %s\n%s", what, h.p)
		}
	}
}

// reads waits until the chat reads like this, from the top.
func (h *house) reads(want string) { h.t.Helper(); h.readsIn(h.p.Chat, want) }

func (h *house) readsIn(c *discordtest.Chat, want string) {
	h.t.Helper()
	want = strings.TrimSpace(want)
	if !c.Wait(5*time.Second, func(chat string) bool { return strings.TrimSpace(chat) == want }) {
		h.t.Fatalf("the chat reads\n%s\nnot\n%s", c, want)
	}
}

func (h *house) do(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%v\n%s", err, h.p)
	}
}

// clean says at the end what Discord would not have taken.
func (h *house) clean() {
	h.t.Helper()
	for _, p := range h.s.Problems() {
		h.t.Errorf("Discord would not have taken this: %s", p)
	}
}

func (h *house) events() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return say(h.seen...)
}

func (h *house) verdicts() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for _, e := range h.errs {
		s := e.Verdict.String()
		if e.Lane {
			s += " lane"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}
