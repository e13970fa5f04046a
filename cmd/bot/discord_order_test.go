package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/discord"
	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// A tap, a form and a command are acknowledged before anything is loaded, by the
// gateway and by HTTP: while Load hangs Discord has what it waits for, and had it
// when Load was called.
func TestDiscordAcknowledgedBeforeLoad(t *testing.T) {
	t.Parallel()
	book, script, err := loadScript(defaults(), nil)
	must(t, err)
	for name, http := range map[string]bool{"gateway": false, "HTTP": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := discordtest.New()
			t.Cleanup(server.Close)
			server.AckTime = 20 * time.Second
			o := &order{t: t, server: server, http: http, words: book.Word, script: script, store: &hanging{MemoryStore: dialog.NewMemoryStore(time.Now)}}
			l := &listing{tapped: "space", discordEvening: &discordEvening{t: t, server: server, who: server.Person("en-US"), http: http}}
			o.run(func() { l.arrive(); l.touch() })
			o.hang(func() error { return l.who.Press(l.label()) }, func() { l.see("space: want") })
			o.run(func() { must(t, l.who.Press("Write it here")) })
			o.hang(func() error { return l.who.Submit("lantern") }, func() { l.see("lantern") })
			before := l.answers()
			o.hang(func() error { return l.who.Slash("/needs") }, func() { l.answered(before, "Touch.") })
			for _, problem := range server.Problems() {
				t.Errorf("Discord would have refused: %s", problem)
			}
		})
	}
}

// order is a bot whose store hangs when it is told to.
type order struct {
	t       *testing.T
	server  *discordtest.Server
	http    bool
	words   func(lang, key string) string
	script  *dialog.Script
	store   *hanging
	flushed atomic.Int64 // acknowledgements that left by HTTP
}

// hanging is a store whose Load hangs.
type hanging struct {
	*dialog.MemoryStore
	called func() // nil: it does not hang
}

func (s *hanging) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	if s.called != nil {
		s.called()
	}
	return s.MemoryStore.Load(ctx, key)
}

// run lets a new host and a new bot live for as long as do takes, so that they
// know nobody at its beginning and owe nobody anything at its end.
func (o *order) run(do func()) {
	o.t.Helper()
	bot, err := discord.New(o.t.Context(), discord.Config{Token: discordtest.Token, APIURL: o.server.URL(), Words: o.words, NoText: o.http})
	must(o.t, err)
	host := &dialog.Host{Script: o.script, Store: o.store, Platforms: map[string]dialog.Platform{discord.Name: bot}, StepTime: -1}
	host.Start(context.Background())
	if o.http {
		handler := bot.Handler(host.Handle)
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handler.ServeHTTP(flushing{w, &o.flushed}, r)
		}))
		o.server.Endpoint = srv.URL
		do()
		srv.Close()
		bot.Drain()
	} else {
		ctx, stop := context.WithCancel(o.t.Context())
		over := make(chan error, 1)
		go func() { over <- bot.Run(ctx, host.Handle) }()
		for end := time.Now().Add(patience); !bot.Online(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				o.t.Fatal("the gateway is not connected")
			}
		}
		do()
		stop()
		must(o.t, <-over)
	}
	must(o.t, host.Drain(context.Background()))
}

// acknowledged is how often Discord was told.
func (o *order) acknowledged() int {
	if o.http {
		return int(o.flushed.Load())
	}
	return len(o.server.Acks())
}

// hang has the person do something while the store hangs, and then not any more.
func (o *order) hang(do func() error, then func()) {
	o.t.Helper()
	loading, release := make(chan int, 100), make(chan struct{})
	before := o.acknowledged()
	o.store.called = func() {
		loading <- o.acknowledged() - before
		<-release
	}
	o.run(func() {
		o.t.Helper()
		must(o.t, do()) // it returns when it is acknowledged
		select {
		case n := <-loading:
			if n != 1 {
				o.t.Errorf("loaded before it is acknowledged")
			}
		case <-time.After(patience):
			o.t.Error("nothing is loaded")
		}
		close(release)
		then()
	})
	o.store.called = nil
}

// flushing is an answer that counts when it has left.
type flushing struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (f flushing) Flush() {
	f.ResponseWriter.(http.Flusher).Flush()
	f.n.Add(1)
}
