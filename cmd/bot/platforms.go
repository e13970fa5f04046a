package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"afterglow/adapters/telegram"
	"afterglow/dialog"
	"afterglow/prompts"
)

// connect reaches every platform that has a token and tells it about the commands.
func connect(ctx context.Context, cfg Config, book *prompts.Book, script *dialog.Script, log *slog.Logger) (map[string]messenger, error) {
	platforms := map[string]messenger{}
	commands := slices.Sorted(maps.Keys(script.Commands))
	if cfg.Telegram.Token != "" {
		bot, err := telegram.New(ctx, telegram.Config{
			Token: cfg.Telegram.Token, APIURL: cfg.Telegram.APIURL, Log: log.With("platform", "telegram"),
			Webhook: telegram.Webhook(cfg.Telegram.Webhook),
			Words:   book.Word, Commands: commands, Protect: cfg.Telegram.Protect,
			Inline: func(lang, query string) []telegram.InlineResult { return starters(book, lang, query) },
		})
		if err != nil {
			return nil, err
		}
		if err := bot.Register(ctx, book.Langs...); err != nil {
			log.Warn("telegram: the menu of commands could not be set", "err", err)
		}
		platforms["telegram"] = bot
	}
	return platforms, nil
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
