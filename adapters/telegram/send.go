package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"afterglow/dialog"
)

// Send implements [dialog.Platform]. A text too long for one message becomes
// several; a try that got through some of them is continued by the next.
func (b *Bot) Send(ctx context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	chat, err := chatOf(to)
	if err != nil {
		return "", &dialog.SendError{Verdict: dialog.Never, Err: err}
	}
	calls := b.drafts(chat, m)
	if len(calls) == 0 {
		return "", &dialog.SendError{Verdict: dialog.Never, Err: errors.New("telegram: a message without anything to see")}
	}
	if m.Nudge {
		if err := b.budget(ctx); err != nil {
			return "", err
		}
	}
	if edit, ok := b.edit(chat, m, calls); ok {
		_, err := b.put(ctx, chat, edit)
		if !gone(err) {
			if err != nil {
				return "", err
			}
			return m.Edit, nil
		}
	}
	ids := b.started.get(m.ID)
	for _, d := range calls[min(len(ids), len(calls)):] {
		id, err := b.put(ctx, chat, d)
		if err != nil {
			b.started.set(m, ids)
			return "", err
		}
		ids = append(ids, id)
	}
	b.started.set(m, nil)
	return refOf(chat, ids), nil
}

// gone tells whether an edit failed because there is nothing left to edit.
func gone(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.code == 400 && f.says("message to edit not found", "can't be edited",
		"no text in the message to edit", "MESSAGE_ID_INVALID")
}

// budget holds what nobody asked for back to what Telegram lets pass, so that
// answers find room. It waits for a moment only.
func (b *Bot) budget(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if b.nudges.Wait(ctx) != nil {
		return &dialog.SendError{Verdict: dialog.Later, After: 5 * time.Second, Lane: true, Err: errors.New("telegram: too many nudges at once")}
	}
	return nil
}

// put makes the call of a draft and returns the message's id. Its error is a
// *dialog.SendError. What Telegram can not read is tried once more without looks.
func (b *Bot) put(ctx context.Context, chat int64, d draft) (int64, error) {
	if wait, lane := b.limits.wait(chat, time.Now()); wait > 0 {
		return 0, &dialog.SendError{Verdict: dialog.Later, After: wait, Lane: lane, Err: errors.New("telegram: still limited")}
	}
	id, err := b.try(ctx, d)
	if err == nil || gone(err) {
		return id, err
	}
	out := verdict(err)
	if plain, ok := d.plain(err); ok && out.Verdict == dialog.Never {
		b.Stats.Plain.Add(1)
		b.cfg.Log.Warn("telegram refused a message and is offered a plain one", "who", person(chat), "err", err)
		if id, err = b.try(ctx, plain); err == nil || gone(err) {
			return id, err
		}
		out = verdict(err)
	}
	if out.After > 0 && out.Verdict == dialog.Later && !out.Lane {
		out.Lane = b.limits.hit(chat, out.After, time.Now())
	}
	return 0, out
}

// try makes the call once. An edit that changes nothing has succeeded.
func (b *Bot) try(ctx context.Context, d draft) (int64, error) {
	var files []tgbotapi.RequestFile
	if d.file != nil {
		files = []tgbotapi.RequestFile{*d.file}
	}
	raw, err := b.call(ctx, d.method, d.params, files...)
	var f *failure
	if errors.As(err, &f) && f.code == 400 && f.says("message is not modified") {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var sent struct {
		ID int64 `json:"message_id"`
	}
	if err := json.Unmarshal(raw, &sent); err != nil || sent.ID == 0 {
		return 0, &failure{method: d.method, code: 200, reached: true, text: "the result has an unknown form"}
	}
	return sent.ID, nil
}

var tags = regexp.MustCompile(`</?b>`)

// plain is the draft without what Telegram may have stumbled over: the keyboard
// if it complained of that, the looks of the text otherwise.
func (d draft) plain(err error) (draft, bool) {
	var f *failure
	if !errors.As(err, &f) || f.code != 400 {
		return d, false
	}
	p := maps.Clone(d.params)
	if p["reply_markup"] != "" && f.says("button", "reply markup", "keyboard") {
		delete(p, "reply_markup")
		return draft{d.method, p, d.file}, true
	}
	if p["parse_mode"] == "" {
		return d, false
	}
	delete(p, "parse_mode")
	for _, name := range []string{"text", "caption"} {
		if s := p[name]; s != "" {
			p[name] = html.UnescapeString(tags.ReplaceAllString(s, ""))
		}
	}
	return draft{d.method, p, d.file}, true
}

// Typing implements [dialog.Typist].
func (b *Bot) Typing(ctx context.Context, to dialog.PersonID) error {
	chat, err := chatOf(to)
	if err != nil {
		return err
	}
	if wait, _ := b.limits.wait(chat, time.Now()); wait > 0 {
		return nil
	}
	_, err = b.call(ctx, "sendChatAction", tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "action": "typing"})
	return err
}

// maxDelete is how many messages one call may delete.
const maxDelete = 100

// Remove implements [dialog.Remover]. Telegram lets a bot delete what is younger
// than 48 hours; older messages are returned. One that is gone already counts
// as removed.
func (b *Bot) Remove(ctx context.Context, from dialog.PersonID, refs []dialog.Ref) ([]dialog.Ref, error) {
	chat, err := chatOf(from)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, ref := range refs {
		ids = append(ids, messageIDs(chat, ref)...)
	}
	kept := map[int64]bool{}
	for len(ids) > 0 {
		n := min(len(ids), maxDelete)
		if err := b.delete(ctx, chat, ids[:n], kept); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	var left []dialog.Ref
	for _, ref := range refs {
		own := messageIDs(chat, ref)
		stays := len(own) == 0
		for _, id := range own {
			stays = stays || kept[id]
		}
		if stays {
			left = append(left, ref)
		}
	}
	return left, nil
}

// delete deletes what it can and notes the rest in kept. One message that can
// not be deleted spoils the whole call, so it is looked for by halving.
func (b *Bot) delete(ctx context.Context, chat int64, ids []int64, kept map[int64]bool) error {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(id, 10)
	}
	params := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "message_ids": "[" + strings.Join(list, ",") + "]"}
	_, err := b.call(ctx, "deleteMessages", params)
	var f *failure
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &f):
		return err
	case f.code == 429:
		select {
		case <-time.After(max(f.wait, time.Second)):
			return b.delete(ctx, chat, ids, kept)
		case <-ctx.Done():
			return err
		}
	case !f.said || f.code != 400 || f.says("chat not found"):
		return err
	case len(ids) > 1:
		if err := b.delete(ctx, chat, ids[:len(ids)/2], kept); err != nil {
			return err
		}
		return b.delete(ctx, chat, ids[len(ids)/2:], kept)
	case !f.says("not found"):
		kept[ids[0]] = true
	}
	return nil
}
