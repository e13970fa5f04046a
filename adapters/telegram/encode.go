package telegram

import (
	"encoding/json"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"afterglow/dialog"
)

// draft is one call that puts something into a chat.
type draft struct {
	method string
	params tgbotapi.Params
	file   *tgbotapi.RequestFile
}

// drafts is a message as calls, in order. The choices stand on the last one.
func (b *Bot) drafts(chat int64, m dialog.Message) []draft {
	var out []draft
	text := m.Text
	for _, up := range []struct {
		method, field string
		file          *dialog.File
	}{{"sendPhoto", "photo", m.Picture}, {"sendDocument", "document", m.File}} {
		if up.file == nil {
			continue
		}
		d := draft{up.method, b.params(chat, m), &tgbotapi.RequestFile{
			Name: up.field,
			Data: tgbotapi.FileBytes{Name: up.file.Name, Bytes: up.file.Bytes},
		}}
		if caption := render(text, maxCaption); len(caption) == 1 {
			d.params["caption"], d.params["parse_mode"] = caption[0], "HTML"
			text = ""
		}
		out = append(out, d)
	}
	for _, html := range render(text, maxText) {
		d := draft{"sendMessage", b.params(chat, m), nil}
		d.params["text"], d.params["parse_mode"] = html, "HTML"
		d.params["link_preview_options"] = `{"is_disabled":true}`
		out = append(out, d)
	}
	if keys := b.keyboard(m.Choices); keys != "" && len(out) > 0 {
		out[len(out)-1].params["reply_markup"] = keys
	}
	return out
}

func (b *Bot) params(chat int64, m dialog.Message) tgbotapi.Params {
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10)}
	p.AddBool("disable_notification", m.Quiet)
	p.AddBool("protect_content", b.cfg.Protect && asks(m))
	return p
}

// asks tells whether a message is a question: nobody means to forward one. What
// is given to keep or to pass on has no buttons to answer with, or a file.
func asks(m dialog.Message) bool {
	if m.Picture != nil || m.File != nil {
		return false
	}
	answers := false
	for _, row := range m.Choices {
		for _, c := range row {
			if c.Share != "" {
				return false
			}
			answers = answers || c.Data != ""
		}
	}
	return answers
}

// edit is the call that changes a message in place, or false if that can not be
// done: it was several messages, or is going to be, or carries a file.
func (b *Bot) edit(chat int64, m dialog.Message, calls []draft) (draft, bool) {
	ids := messageIDs(chat, m.Edit)
	if len(ids) != 1 || len(calls) != 1 || calls[0].method != "sendMessage" {
		return draft{}, false
	}
	p := tgbotapi.Params{"message_id": strconv.FormatInt(ids[0], 10)}
	for _, name := range []string{"chat_id", "text", "parse_mode", "link_preview_options", "reply_markup"} {
		p.AddNonEmpty(name, calls[0].params[name])
	}
	return draft{"editMessageText", p, nil}, true
}

// Telegram's limits of a keyboard; those in number and width are not documented.
const (
	maxRow   = 8
	maxData  = 64  // bytes
	maxShare = 256 // runes of an inline query, and of what a button copies
	mark     = "✓ "
)

type keyboard struct {
	Rows [][]key `json:"inline_keyboard"`
}

type key struct {
	Text  string  `json:"text"`
	URL   string  `json:"url,omitempty"`
	Data  string  `json:"callback_data,omitempty"`
	Share *share  `json:"switch_inline_query_chosen_chat,omitempty"`
	Copy  *copied `json:"copy_text,omitempty"`
}

// share opens a chat with one person: what is private does not slip into a group.
type share struct {
	Query string `json:"query"`
	Users bool   `json:"allow_user_chats"`
}

type copied struct {
	Text string `json:"text"`
}

// keyboard is the choices as JSON, "" if there are none.
func (b *Bot) keyboard(rows [][]dialog.Choice) string {
	k := keyboard{make([][]key, 0, len(rows))}
	for _, row := range rows {
		keys := make([]key, 0, len(row))
		for _, c := range row {
			if key, ok := b.key(c); ok {
				keys = append(keys, key)
			}
		}
		for len(keys) > maxRow {
			k.Rows, keys = append(k.Rows, keys[:maxRow]), keys[maxRow:]
		}
		if len(keys) > 0 {
			k.Rows = append(k.Rows, keys)
		}
	}
	if len(k.Rows) == 0 {
		return ""
	}
	raw, _ := json.Marshal(k) // strings and a bool always can be
	return string(raw)
}

// key is one choice; false if Telegram has nothing to show for it.
func (b *Bot) key(c dialog.Choice) (key, bool) {
	k := key{Text: strings.TrimSpace(strings.ToValidUTF8(c.Label, ""))}
	if c.On {
		k.Text = mark + k.Text
	}
	switch {
	case k.Text == "":
		return k, false
	case strings.HasPrefix(c.URL, dialog.StartURL):
		k.URL = "https://t.me/" + b.Username + "?start=" + c.URL[len(dialog.StartURL):]
	case c.URL != "":
		k.URL = c.URL
	case c.Share != "" && b.inline:
		k.Share = &share{cut(c.Share, maxShare), true}
	case c.Share != "":
		k.Copy = &copied{cut(c.Share, maxShare)}
	case c.Data != "" && len(c.Data) <= maxData:
		k.Data = c.Data
	default:
		return k, false
	}
	return k, true
}

func cut(text string, runes int) string {
	n := 0
	for i := range text {
		if n++; n > runes {
			return text[:i]
		}
	}
	return text
}

// A Ref is "chat:message", or "chat:message:message…" where a text was too long for one.

func refOf(chat int64, ids []int64) dialog.Ref {
	buf := strconv.AppendInt(nil, chat, 10)
	for _, id := range ids {
		buf = strconv.AppendInt(append(buf, ':'), id, 10)
	}
	return dialog.Ref(buf)
}

// messageIDs reads a Ref; none if it is of another chat or not one of ours.
func messageIDs(chat int64, ref dialog.Ref) []int64 {
	first, rest, ok := strings.Cut(string(ref), ":")
	if !ok || first != strconv.FormatInt(chat, 10) {
		return nil
	}
	var ids []int64
	for part := range strings.SplitSeq(rest, ":") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || id <= 0 {
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}
