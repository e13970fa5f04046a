package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"afterglow/dialog"
)

// runCmd is the bot at work: every platform that has a token, one store.
type runCmd struct {
	Warp float64 `help:"Let the clock run N times faster; for trying things out." default:"1" placeholder:"N"`
}

// drainTime is how long what was taken may still be answered once the bot is asked to stop.
const drainTime = 20 * time.Second

// messenger is a platform that runs.
type messenger interface {
	dialog.Platform
	Run(ctx context.Context, handle func(context.Context, dialog.Event) error) error
}

func (c *runCmd) Run(ctx context.Context, w *world) error {
	cfg, err := loadConfig(w.flags.Config, w.getenv)
	if err != nil {
		return err
	}
	level, err := cfg.level()
	if err != nil {
		return err
	}
	people := &aliases{now: time.Now}
	log := slog.New(aliasing{slog.NewTextHandler(w.err, &slog.HandlerOptions{Level: level}), people})
	if cfg.Telegram.Token == "" && cfg.Discord.Token == "" {
		return hint(errors.New("run: there is no platform to run on"), "set TELEGRAM_TOKEN or DISCORD_TOKEN, or talk here with \"bot chat\"")
	}
	dir, err := cfg.dataDir(w.flags.Data)
	if err != nil {
		return err
	}
	clock, err := newClock(c.Warp)
	if err != nil {
		return err
	}
	place, err := keysFor(cfg, w.getenv, cfg.storeFile(dir))
	if err != nil {
		return err
	}
	store, house, err := openSealed(ctx, cfg, dir, place, clock, log, w.say)
	if err != nil {
		return err
	}
	people.know(store.KeyOf)
	defer house.open(ctx)()
	book, script, err := loadScript(cfg, house.ring)
	if err != nil {
		return err
	}
	workers := newWorkers()
	defer workers.Release()
	wires := wiring{cfg: cfg, book: book, script: script, store: store, house: house, workers: workers, log: log}
	platforms, err := wires.connect(ctx)
	if err != nil {
		return err
	}
	script.Lease = clock.scale(dialog.SendLease)
	host := &dialog.Host{
		Script: script, Store: store, KeyOf: store.KeyOf, Now: clock.Now, Alone: house.alone, Log: log,
		Platforms: map[string]dialog.Platform{}, Budgets: budgets, Strangers: strangers, Linger: map[string]time.Duration{},
		Poll:    max(20*time.Millisecond, time.Duration(float64(time.Second)/clock.warp)),
		Machine: dialog.Machine{Go: workers.Go},
	}
	for name, p := range platforms {
		host.Platforms[name] = p
		if !cfg.spread(name) {
			host.Linger[name] = linger
		}
	}
	return serve(ctx, w.again, host, clock.timed(host.Handle), platforms, log)
}

// serve runs until ctx ends or a platform refuses the bot; then it takes nothing
// new and answers what was taken. A signal then stops at once. The error tells of
// every platform that failed, also as the bot was asked to stop, and of what may
// have been cut off.
func serve(ctx context.Context, again <-chan os.Signal, host *dialog.Host, handle func(context.Context, dialog.Event) error, platforms map[string]messenger, log *slog.Logger) error {
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	host.Start(life)
	taking, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { host.Run(taking) })
	failed := make(chan error, len(platforms))
	for name, p := range platforms {
		running.Go(func() {
			log.Info("running", "platform", name)
			err := p.Run(taking, handle)
			if ended := taking.Err(); err != nil && (ended == nil || !errors.Is(err, ended)) {
				failed <- fmt.Errorf("%s: %w", name, err)
				stop()
			}
		})
	}
	<-taking.Done()
	log.Info("stopping: what was taken is still answered; a second signal stops at once")
	drain, done := context.WithTimeout(life, drainTime)
	defer done()
	go func() {
		select {
		case <-again:
			done()
			kill()
		case <-drain.Done():
		}
	}()
	running.Wait()
	err := host.Drain(drain)
	close(failed)
	for why := range failed {
		err = errors.Join(err, why)
	}
	return err
}
