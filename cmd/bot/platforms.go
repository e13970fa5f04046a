package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"afterglow/adapters/discord"
	"afterglow/adapters/telegram"
	"afterglow/dialog"
	"afterglow/prompts"
)

// budgets are how many messages a second nobody asked for all processes together
// send. Telegram calls about 30 a second bulk and does not count replies among
// them; Discord allows 50 requests in all, which its adapter keeps to as well.
var budgets = map[string]dialog.Rate{telegram.Name: {PerSecond: 25, Bulk: true}, discord.Name: {PerSecond: 20, Bulk: true}}

// linger is how long an edit may wait to be noted together with the person's
// next tap: about as long as somebody needs who taps fast.
const linger = 300 * time.Millisecond

// spread tells that a person's events may go to any of several processes.
// Otherwise one process takes all of them: the one that polls, or holds the gateway.
func (c *Config) spread(platform string) bool {
	switch platform {
	case telegram.Name:
		return c.Telegram.Webhook.URL != ""
	case discord.Name:
		return c.Discord.InteractionsListen != ""
	}
	return true
}

// strangers are how many things all people together who are not through the door
// yet may do, in each process: some four newcomers a second in the long run, and
// a hundred who come at once. Those who are through it are not counted.
var strangers = dialog.Rate{PerSecond: 20, Burst: 500}

// wiring is what the platforms are connected with.
type wiring struct {
	cfg     Config
	book    *prompts.Book
	script  *dialog.Script
	store   dialog.Store
	house   *upkeep
	workers workers
	log     *slog.Logger
}

// connect reaches every platform that has a token.
func (w *wiring) connect(ctx context.Context) (map[string]messenger, error) {
	cfg, book, script, store, log := w.cfg, w.book, w.script, w.store, w.log
	platforms := map[string]messenger{}
	commands := slices.Sorted(maps.Keys(script.Commands))
	if cfg.Telegram.Token != "" {
		bot, err := telegram.New(ctx, telegram.Config{
			Token: cfg.Telegram.Token, APIURL: cfg.Telegram.APIURL, Log: log.With("platform", "telegram"),
			Webhook: telegram.Webhook(cfg.Telegram.Webhook), Go: w.workers.Go,
			Words: book.Word, Commands: commands, Protect: cfg.Telegram.Protect,
			Inline: func(lang, query string) []telegram.InlineResult { return starters(book, lang, query) },
		})
		if err != nil {
			return nil, err
		}
		if err := bot.Register(ctx, book.Langs...); err != nil {
			log.Warn("telegram: the menu of commands could not be set", "err", err)
		}
		platforms[telegram.Name] = bot
	}
	if cfg.Discord.Token != "" {
		c := discord.Config{
			Token: cfg.Discord.Token, PublicKey: cfg.Discord.PublicKey, APIURL: cfg.Discord.APIURL,
			Log: log.With("platform", "discord"), Words: book.Word, Langs: book.Langs, AgeLabel: cfg.Discord.AgeLabel,
			NoText: cfg.Discord.InteractionsListen != "",
			Share:  func(lang string) []string { return shared(book, lang) },
			Open:   func(ctx context.Context) ([]discord.OpenDM, error) { return openDMs(ctx, w.house.inner, store) },
		}
		if !w.house.alone {
			c.Lease = newLeases(store, w.house.store.KeyOf)
		}
		for _, name := range commands {
			c.Commands = append(c.Commands, discord.Command{Name: name, Share: name == "starters", Text: name == "partner"})
		}
		bot, err := discord.New(ctx, c)
		if err != nil {
			return nil, err
		}
		platforms[discord.Name] = bot
		if listen := cfg.Discord.InteractionsListen; listen != "" {
			platforms[discord.Name] = &interactions{Bot: bot, listen: listen}
		}
	}
	return platforms, nil
}

// interactions is Discord by HTTP in the gateway's place.
type interactions struct {
	*discord.Bot
	listen string
}

// Run serves until ctx ends and finishes what it has taken.
func (i *interactions) Run(ctx context.Context, handle func(context.Context, dialog.Event) error) error {
	if err := i.Register(ctx); err != nil {
		return err
	}
	defer i.Drain()
	srv := &http.Server{
		Addr: i.listen, Handler: i.Handler(handle),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err := <-failed:
		return hint(fmt.Errorf("interactions: %w", err), "another address can be set in [discord] interactions_listen")
	case <-ctx.Done():
		// A connection that has said nothing yet is waited for five seconds.
		last, done := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer done()
		return srv.Shutdown(last)
	}
}

// openDMs are the people on Discord with an open question, and those without who
// were here within a day of whoever was here last. Who did something last comes
// first: what they typed while nobody was connected is read again. Only for a first
// question whose sender died a chat has to be opened; other chats are left alone.
func openDMs(ctx context.Context, inner, store dialog.Store) ([]discord.OpenDM, error) {
	walker, ok := inner.(dialog.Walker)
	if !ok {
		return nil, nil
	}
	var all, idle []discord.OpenDM
	var last time.Time
	for key, err := range walker.Keys(ctx) {
		if err != nil {
			return nil, err
		}
		rec, err := store.Load(ctx, key)
		if err != nil || rec.Blob == nil {
			continue // unreadable, erased, or gone meanwhile: nobody to ask for
		}
		s, err := dialog.DecodeState(rec.Blob)
		if err != nil || len(s.Runs) == 0 && s.Screen == "" || !strings.HasPrefix(string(s.Person), "discord:") {
			continue
		}
		dm := discord.OpenDM{Person: s.Person, Last: s.Screen, Taken: s.Clock, Lang: s.Lang}
		if dm.Taken.After(last) {
			last = dm.Taken
		}
		if len(s.Runs) == 0 {
			idle = append(idle, dm)
		} else {
			all = append(all, dm)
		}
	}
	for _, dm := range idle {
		if last.Sub(dm.Taken) <= idleRead {
			all = append(all, dm)
		}
	}
	slices.SortFunc(all, func(x, y discord.OpenDM) int { return y.Taken.Compare(x.Taken) })
	return all[:min(len(all), maxOpen)], nil
}

// maxOpen is how many people are asked for after a start: at Discord's 50
// requests a second they take 200 seconds.
const maxOpen = 10000

// idleRead is how long somebody without an open question is asked for.
const idleRead = 24 * time.Hour

// shared are starters that may be posted openly; nothing personal goes into them.
func shared(book *prompts.Book, lang string) []string {
	cards := book.Cards[lang]
	if len(cards) == 0 {
		cards = book.Cards[prompts.Default]
	}
	var list []string
	for _, c := range cards {
		list = append(list, c.Text)
	}
	return list
}

// starters are conversation starters to send into another chat: those that have
// the words of the query, or any. Nothing of the person goes into the choice.
func starters(book *prompts.Book, lang, query string) []telegram.InlineResult {
	const most = 20
	cards := book.Cards[lang]
	if len(cards) == 0 {
		cards = book.Cards[prompts.Default]
	}
	var list []telegram.InlineResult
	for _, c := range cards {
		all := dialog.Fold(c.Group + " " + c.Tone + " " + strings.Join(c.For, " ") + " " + c.Text)
		if len(list) < most && strings.Contains(all, dialog.Fold(query)) {
			list = append(list, telegram.InlineResult{ID: c.ID, Title: dialog.Shorten(c.Text, 60), Text: dialog.Escape(c.Text)})
		}
	}
	return list
}
