package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"afterglow/adapters/console"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// chatCmd is the same bot in a terminal: the engine, the host and the embedded
// store of the real thing, and a person at the keyboard.
type chatCmd struct {
	Warp   float64 `help:"Let the clock run N times faster." default:"1" placeholder:"N"`
	Record string  `help:"Write the conversation to FILE as a transcript that is a test." placeholder:"FILE" type:"path"`
}

func (c *chatCmd) Run(ctx context.Context, w *world) error {
	cfg, err := loadConfig(w.flags.Config, w.getenv)
	if err != nil {
		return err
	}
	dir, err := cfg.dataDir(w.flags.Data)
	if err != nil {
		return err
	}
	clock, err := newClock(c.Warp)
	if err != nil {
		return err
	}
	opts := console.Options{Folder: dir}
	if f, ok := w.out.(*os.File); ok {
		opts.Width, opts.Fancy = console.Terminal(f)
		if in, ok := w.in.(*os.File); opts.Fancy && ok {
			_, opts.Fancy = console.Terminal(in)
		}
	}
	var store dialog.Store
	var keyOf func(dialog.PersonID) dialog.Key
	var ring *seal.Keyring
	if c.Record != "" { // a transcript begins with a stranger, and keeps nothing
		store = dialog.NewMemoryStore(clock.Now)
		f, err := os.OpenFile(c.Record, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return hint(fmt.Errorf("record: %w", err), "name a file in a folder that you may write to")
		}
		defer f.Close()
		opts.Record = f
		defer store.Close()
	} else {
		cfg.Store.URL = chatStore(dir)
		sealed, house, err := openSealed(ctx, cfg, dir, besides(cfg.storeFile(dir)), clock, slog.New(slog.DiscardHandler), w.say)
		if err != nil {
			return err
		}
		defer house.open(ctx)()
		store, keyOf, ring = sealed, sealed.KeyOf, house.ring
	}
	if ring == nil {
		if ring, err = seal.NewKeyring(time.Now()); err != nil {
			return err
		}
	}
	_, script, err := loadScript(cfg, ring)
	if err != nil {
		return err
	}
	return talk(ctx, w.in, script, store, keyOf, console.New(w.out, opts), clock)
}

// talk holds the conversation until stdin ends or the program is asked to.
func talk(ctx context.Context, in io.Reader, script *dialog.Script, store dialog.Store, keyOf func(dialog.PersonID) dialog.Key, platform *console.Console, clock *clock) error {
	script.Lease = clock.scale(dialog.SendLease)
	seed := rand.Uint64()
	platform.Begin(clock.Now(), seed, "/start")
	host := &dialog.Host{
		Script: script, Store: store, KeyOf: keyOf, Now: clock.Now, Alone: true,
		Platforms: map[string]dialog.Platform{"console": platform},
		Poll:      max(20*time.Millisecond, time.Duration(float64(time.Second)/clock.warp)),
		Log:       slog.New(slog.DiscardHandler),
		Seed:      func() uint64 { return seed },
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	host.Start(context.WithoutCancel(ctx))
	hello, err := greeting(ctx, host, clock)
	if err != nil {
		return err
	}
	go host.Run(ctx)
	if err := host.Handle(ctx, hello); err != nil {
		return err
	}
	settle := func() { host.Settle(console.Person) }
	settle()
	err = platform.Run(ctx, in, host.Handle, settle)
	cancel()
	drain, done := context.WithTimeout(context.Background(), 5*time.Second)
	defer done()
	return errors.Join(err, host.Drain(drain))
}

// greeting is the event that opens the conversation: the first meeting for a
// stranger, the open question again for somebody who comes back. The clock is
// set on, if a faster one was ahead of it.
func greeting(ctx context.Context, host *dialog.Host, clock *clock) (dialog.Event, error) {
	ev := dialog.Event{Person: console.Person, Kind: dialog.Command, Name: "start"}
	rec, err := host.Store.Load(ctx, host.KeyOf(console.Person))
	if err != nil {
		return ev, fmt.Errorf("your conversation: %w", err)
	}
	if rec.Blob == nil {
		return ev, nil
	}
	s, err := dialog.DecodeState(rec.Blob)
	if err != nil {
		return ev, hint(fmt.Errorf("your conversation: %w", err), "it is kept as it is; a newer version may read it, or use another folder with --data")
	}
	clock.setOn(s.Clock)
	ev.Name = dialog.WelcomeBack
	return ev, nil
}
