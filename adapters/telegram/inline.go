package telegram

import (
	"context"
	"encoding/json"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// InlineResult is one text that a person may carry into another chat.
type InlineResult struct {
	ID    string // 1 to 64 bytes
	Title string
	Text  string // light markup as in [dialog.Message]; what does not fit one message is cut off
}

const maxResults = 50

type article struct {
	Type    string   `json:"type"`
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Content sendable `json:"input_message_content"`
}

type sendable struct {
	Text  string `json:"message_text"`
	Looks string `json:"parse_mode"`
}

// answerInline answers an inline query, by nothing if there is nothing. The
// answer is kept by nobody on the way: neither for others nor for a while.
func (b *Bot) answerInline(ctx context.Context, q *inline) {
	list := []article{} // an absent list would go out as null
	if b.cfg.Inline != nil {
		for _, r := range b.cfg.Inline(strings.ToLower(q.From.Lang), q.Query) {
			html := render(r.Text, maxText)
			if len(html) > 0 && r.ID != "" && r.Title != "" && len(list) < maxResults {
				list = append(list, article{"article", r.ID, r.Title, sendable{html[0], "HTML"}})
			}
		}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return // strings always can be
	}
	_, err = b.call(ctx, "answerInlineQuery", tgbotapi.Params{
		"inline_query_id": q.ID,
		"results":         string(raw),
		"cache_time":      "0",
		"is_personal":     "true",
	})
	if err != nil {
		b.cfg.Log.Debug("an inline query could not be answered", "err", err)
	}
}
