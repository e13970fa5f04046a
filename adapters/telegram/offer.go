package telegram

import (
	"context"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"afterglow/dialog"
)

// slow is when a person is shown that something is going on.
const slow = 500 * time.Millisecond

// offer brings an update's event to the handler. first says that it has not
// been offered before by this process.
func (b *Bot) offer(ctx context.Context, h happening, handle Handler, first bool) error {
	if first && h.tap != "" {
		b.answerTap(h.tap)
	}
	ev := h.event
	if ev == nil {
		return nil
	}
	if h.album != "" && ev.Text == "" && b.albums.has(string(ev.Person)+h.album, time.Hour, time.Now()) {
		return nil // one picture of the album has been answered
	}
	if ev.Kind <= dialog.Media {
		typing := time.AfterFunc(slow, func() {
			b.beside(func(ctx context.Context) { b.Typing(ctx, ev.Person) }) // for the look of it only
		})
		defer typing.Stop()
	}
	err := handle(ctx, *ev)
	if err == nil && h.album != "" {
		b.albums.add(string(ev.Person)+h.album, time.Hour, time.Now())
	}
	return err
}

// answerTap stops the turning of a tapped button. It does not wait for the
// handler: after a while Telegram takes no answer, and the tap counts anyway.
func (b *Bot) answerTap(id string) {
	b.beside(func(ctx context.Context) {
		_, err := b.call(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": id})
		if f, ok := err.(*failure); ok && !f.says("query is too old", "query ID is invalid") {
			b.cfg.Log.Debug("a tap could not be answered", "err", err)
		}
	})
}

// aside does what an update asks for beside the conversations; nothing of it is
// worth a second try.
func (b *Bot) aside(h happening) {
	switch {
	case h.poison:
		b.Stats.Poison.Add(1)
		b.cfg.Log.Warn("an update could not be decoded and was passed over")
	case h.inline != nil:
		b.beside(func(ctx context.Context) { b.answerInline(ctx, h.inline) })
	case h.group != nil:
		b.point(h.group)
	case h.leave != 0:
		b.beside(func(ctx context.Context) {
			b.call(ctx, "leaveChat", tgbotapi.Params{"chat_id": strconv.FormatInt(h.leave, 10)})
		})
	case h.event == nil && h.tap == "":
		b.Stats.Ignored.Add(1)
	}
}

// groupPause is how long one group waits for the next line.
const groupPause = time.Minute

// point says in a group where the bot is to be found. Nothing of the group is
// kept but, for a minute, that it has been told.
func (b *Bot) point(m *message) {
	lang := ""
	if m.From != nil {
		lang = m.From.Lang
	}
	line := b.cfg.Words(lang, "telegram.group")
	if line == "" || !b.groups.add(m.Chat.ID, groupPause, time.Now()) {
		return
	}
	p := tgbotapi.Params{
		"chat_id":              strconv.FormatInt(m.Chat.ID, 10),
		"text":                 line,
		"disable_notification": "true",
		"reply_parameters":     `{"message_id":` + strconv.FormatInt(m.ID, 10) + `,"allow_sending_without_reply":true}`,
	}
	p.AddNonEmpty("reply_markup", b.keyboard([][]dialog.Choice{{{
		Label: b.cfg.Words(lang, "telegram.open"),
		URL:   "https://t.me/" + b.Username,
	}}}))
	b.beside(func(ctx context.Context) {
		if wait, _ := b.limits.wait(m.Chat.ID, time.Now()); wait == 0 {
			if _, err := b.call(ctx, "sendMessage", p); err != nil {
				b.cfg.Log.Debug("a group could not be told where to go", "err", err)
			}
		}
	})
}
