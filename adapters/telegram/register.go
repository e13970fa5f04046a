package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Register shows Telegram the menu of commands and what the bot says of itself,
// in each of langs; the first is also for people of any other language. What is
// shown already is left alone: these calls are few a day.
func (b *Bot) Register(ctx context.Context, langs ...string) error {
	shown := map[string]bool{}
	for i, lang := range langs {
		code := ""
		if i > 0 {
			code, _, _ = strings.Cut(lang, "-") // Telegram knows languages, not their kinds
		}
		if shown[code] {
			continue
		}
		shown[code] = true
		if err := b.registerIn(ctx, lang, code); err != nil {
			return fmt.Errorf("register in %q: %w", lang, b.explain(err))
		}
	}
	return nil
}

func (b *Bot) registerIn(ctx context.Context, lang, code string) error {
	ctx, cancel := context.WithTimeout(ctx, 6*callTime)
	defer cancel()
	if err := b.registerCommands(ctx, lang, code); err != nil {
		return err
	}
	for _, about := range []struct{ get, set, field, word string }{
		{"getMyDescription", "setMyDescription", "description", "telegram.description"},
		{"getMyShortDescription", "setMyShortDescription", "short_description", "telegram.short"},
	} {
		word := b.cfg.Words(lang, about.word)
		if word == "" {
			continue
		}
		p := tgbotapi.Params{}
		p.AddNonEmpty("language_code", code)
		var now map[string]string
		if err := b.ask(ctx, about.get, p, &now); err != nil {
			return err
		}
		if now[about.field] == word {
			continue
		}
		p[about.field] = word
		if _, err := b.call(ctx, about.set, p); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) registerCommands(ctx context.Context, lang, code string) error {
	var want []tgbotapi.BotCommand
	for _, name := range b.cfg.Commands {
		if word := b.cfg.Words(lang, "telegram.command."+name); word != "" {
			want = append(want, tgbotapi.BotCommand{Command: name, Description: word})
		}
	}
	if len(want) == 0 {
		return nil
	}
	p := tgbotapi.Params{"scope": `{"type":"all_private_chats"}`}
	p.AddNonEmpty("language_code", code)
	var now []tgbotapi.BotCommand
	if err := b.ask(ctx, "getMyCommands", p, &now); err != nil {
		return err
	}
	if slices.Equal(now, want) {
		return nil
	}
	raw, err := json.Marshal(want)
	if err != nil {
		return err
	}
	p["commands"] = string(raw)
	_, err = b.call(ctx, "setMyCommands", p)
	return err
}
