package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"afterglow/dialog"
)

// Send implements [dialog.Platform]. A message that answers a command takes the
// place of "thinking"; one that changes another is an edit, while the press that
// caused it is fresh by way of that; everything else is posted with a nonce.
func (b *Bot) Send(ctx context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	user, ok := userOf(to)
	if !ok {
		return "", never("not a person on Discord")
	}
	h := readHint(m.Hint)
	lang := h.lang
	if lang == "" {
		lang = b.langs.get(user)
	}
	word := func(key string, max int) string { return b.word(lang, key, max) }
	for _, f := range []*dialog.File{m.Picture, m.File} {
		if f != nil && len(f.Bytes) > maxFile {
			return "", never("a file is larger than 10 MiB")
		}
	}
	ref, err := b.put(ctx, user, encode(m, word, b.cfg.NoText), m, h)
	if has(err, codeInvalidForm) {
		b.log.Error("discord refused the form of a message; it goes out plain", "who", personOf(user), "err", err)
		ref, err = b.put(ctx, user, encode(plain(m), word, false), m, h)
	}
	if err != nil {
		return "", verdict(err)
	}
	return ref, nil
}

func never(why string) *dialog.SendError {
	return &dialog.SendError{Verdict: dialog.Never, Err: errors.New(why)}
}

// put hands the pieces over, the first where an older message stands or is
// awaited, if there is one.
func (b *Bot) put(ctx context.Context, user string, parts []payload, m dialog.Message, h hint) (dialog.Ref, error) {
	if last := parts[len(parts)-1]; last.Content == "" && len(last.files) == 0 {
		return "", never("a message without words")
	}
	var at place
	var err error
	for i := range parts {
		var one place
		p := &parts[i]
		old, editable := readRef(m.Edit)
		switch {
		case i == 0 && editable:
			one, err = b.edit(ctx, user, old, p, h, m.Nudge)
		case i == 0 && h.reply && h.alive(time.Now()) && b.used.first(h.token, "by "+m.ID) == "by "+m.ID:
			one, err = b.answer(ctx, user, p, h, m.Nudge)
		default:
			one, err = b.post(ctx, user, p, m.Nudge)
		}
		if err != nil {
			return "", err
		}
		at.channel = one.channel
		at.messages = append(at.messages, one.messages...)
	}
	return at.ref(), nil
}

// edit changes a message of ours, or posts a new one if that one is gone.
func (b *Bot) edit(ctx context.Context, user string, old place, p *payload, h hint, low bool) (place, error) {
	if h.screen == old.last() && !h.reply && h.alive(time.Now()) {
		at, err := b.original(ctx, p, h)
		if err == nil || !missing(err) {
			return at, err
		}
	}
	at, err := b.message(ctx, request{
		op: "edit", method: "PATCH", low: low, route: "edit " + old.channel,
		url: discordgo.EndpointChannelMessage(old.channel, old.last()),
	}, p.edited())
	if missing(err) {
		return b.post(ctx, user, p, low)
	}
	return at, err
}

// answer puts the message where "thinking" is shown. It may be shown later than
// that, if our acknowledgement was late.
func (b *Bot) answer(ctx context.Context, user string, p *payload, h hint, low bool) (place, error) {
	at, err := b.original(ctx, p, h)
	if missing(err) {
		b.used.put(h.token, "message")
		return b.post(ctx, user, p, low)
	}
	return at, err
}

// original changes the message that an interaction is about. Our acknowledgement
// may still be under way on another connection, so what is missing at first is
// looked for again.
func (b *Bot) original(ctx context.Context, p *payload, h hint) (place, error) {
	b.headStart(ctx, h.token)
	r := request{
		op: "answer", method: "PATCH", free: true, route: "token " + h.token,
		url: discordgo.EndpointWebhookMessage(b.app, h.token, "@original"),
	}
	at, err := b.message(ctx, r, p.edited())
	for wait := 100 * time.Millisecond; missing(err) && wait < 300*time.Millisecond; wait *= 2 {
		if time.Until(h.until) < tokenLife-5*time.Second || sleep(ctx, wait) != nil {
			break
		}
		at, err = b.message(ctx, r, p.edited())
	}
	return at, err
}

// edited is the payload without what an edit may not have.
func (p *payload) edited() *payload {
	q := *p
	q.Nonce, q.Enforce = "", false
	q.Flags &= flagNoPreview
	return &q
}

// post sends a new message into the person's direct messages. A channel that
// Discord says it does not know is opened anew, once.
func (b *Bot) post(ctx context.Context, user string, p *payload, low bool) (place, error) {
	for try := 0; ; try++ {
		channel, err := b.channel(ctx, user)
		if err != nil {
			return place{}, err
		}
		at, err := b.message(ctx, request{
			op: "send", method: "POST", low: low, route: "post " + channel,
			url: discordgo.EndpointChannelMessages(channel),
		}, p)
		if try == 0 && has(err, codeMissingAccess, codeUnknownChannel) {
			b.dms.drop(user)
			continue
		}
		return at, err
	}
}

// message makes a request whose answer is a message.
func (b *Bot) message(ctx context.Context, r request, p *payload) (place, error) {
	r.body, r.files = p, p.uploads()
	body, err := b.call(ctx, r)
	if err != nil {
		return place{}, err
	}
	var m struct {
		ID      string `json:"id"`
		Channel string `json:"channel_id"`
	}
	if json.Unmarshal(body, &m) != nil || !isID(m.ID) || !isID(m.Channel) {
		return place{}, &apiError{op: r.op, sent: true, err: errors.New("no readable answer")}
	}
	return place{m.Channel, []string{m.ID}}, nil
}

// channel is where the person's direct messages are. Every event tells it; only
// for people not heard of since the start, and not in [Config.Open], it is
// opened, and that slowly: Discord takes many openings for spam.
func (b *Bot) channel(ctx context.Context, user string) (string, error) {
	if c := b.dms.get(user); c != "" {
		return c, nil
	}
	r := request{op: "open", method: "POST", url: discordgo.EndpointUserChannels("@me"), route: "open",
		body: map[string]string{"recipient_id": user}}
	if wait, _ := b.lim.closed(r, time.Now()); wait == 0 && !b.lim.open.Allow() {
		return "", &apiError{op: r.op, after: b.pace.reopen, err: errWait}
	}
	body, err := b.call(ctx, r)
	if err != nil {
		if has(err, codeOpeningTooFast) {
			b.lim.shut(r.route, openPause)
		}
		return "", err
	}
	var c struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &c) != nil || !isID(c.ID) {
		return "", &apiError{op: r.op, err: errors.New("no readable answer")} // nothing was sent yet
	}
	b.dms.put(user, c.ID)
	return c.ID, nil
}

// Typing implements [dialog.Typist]. Where no channel is known nothing is shown.
func (b *Bot) Typing(ctx context.Context, to dialog.PersonID) error {
	user, ok := userOf(to)
	channel := b.dms.get(user)
	if !ok || channel == "" {
		return nil
	}
	if _, err := b.call(ctx, request{op: "typing", method: "POST", low: true, route: "typing " + channel,
		url: discordgo.EndpointChannelTyping(channel)}); err != nil {
		return verdict(err)
	}
	return nil
}

// Remove implements [dialog.Remover]: the bot's own messages, of any age, one by
// one. What is gone already counts as removed.
func (b *Bot) Remove(ctx context.Context, from dialog.PersonID, refs []dialog.Ref) (left []dialog.Ref, err error) {
	for i, ref := range refs {
		p, ok := readRef(ref)
		if !ok {
			left = append(left, ref)
			continue
		}
		for _, id := range p.messages {
			_, err := b.call(ctx, request{op: "remove", method: "DELETE", route: "remove " + p.channel,
				url: discordgo.EndpointChannelMessage(p.channel, id)})
			var ae *apiError
			switch {
			case err == nil, errors.As(err, &ae) && ae.status == http.StatusNotFound:
			case ae != nil && ae.status == http.StatusForbidden && ae.code != 0:
				left = append(left, ref)
			default:
				return append(left, refs[i:]...), verdict(err)
			}
			if ae != nil && ae.status == http.StatusForbidden {
				break
			}
		}
	}
	return left, nil
}
