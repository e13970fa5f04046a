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

// callback is what Discord is told about an interaction within its three seconds.
type callback struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

const (
	sayPong, sayMessage, sayThinking, sayNothing, sayUpdate, sayChoices, sayForm = 1, 4, 5, 6, 7, 8, 9
)

// form asks for a longer text in a window of its own; what is written there does
// not stand in the chat.
type form struct {
	ID         string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []component `json:"components"`
}

// reply is all that follows from an interaction.
type reply struct {
	now    callback       // at once
	events []dialog.Event // then
	open   *payload       // or: a message for everybody to see
}

// reply decides what to tell Discord, without looking anything up. Nothing that
// happened outside the direct messages gives an event.
func (b *Bot) reply(in *interaction) (reply, bool) {
	lang := in.lang()
	switch {
	case in.Type == kindPing:
		return reply{now: callback{Type: sayPong}}, true
	case in.Type == kindComplete:
		return reply{now: callback{sayChoices, map[string][]option{"choices": {}}}}, true
	case in.Type != kindCommand && in.Type != kindComponent && in.Type != kindForm:
		return reply{}, false
	case in.Type == kindCommand && in.Data.Type > 1: // of a menu on a message or a person; we have none
		return reply{now: b.elsewhere(lang)}, true
	case isShare(in):
		return b.share(in), true
	case !in.private():
		return reply{now: b.elsewhere(lang)}, true
	case in.Type == kindComponent && in.Data.ID == idWrite:
		return reply{now: callback{sayForm, form{
			ID:    idWrite,
			Title: or(b.word(lang, "write_title", 45), "…"),
			Components: []component{{Type: typeRow, Components: []component{{
				Type: typeInput, Style: 2, ID: "text", Label: or(b.word(lang, "write_label", 45), "…"), MaxLength: 4000,
			}}}},
		}}}, true
	case in.Type == kindCommand:
		return reply{now: callback{Type: sayThinking}, events: in.events()}, true
	}
	return reply{now: callback{Type: sayNothing}, events: in.events()}, true
}

// elsewhere is one neutral line that only the person sees, and the way to the
// direct messages.
func (b *Bot) elsewhere(lang string) callback {
	p := payload{
		Content:  or(b.word(lang, "elsewhere", maxContent), "…"),
		Mentions: noMentions,
		Flags:    flagEphemeral | flagNoPreview,
	}
	p.Components = inRows([][]component{{{
		Type: typeButton, Style: link, Label: or(b.word(lang, "open", maxLabel), "…"), URL: b.profile(),
	}}})
	return callback{sayMessage, p}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// onInteraction acknowledges what the person did, if there is room for it. What
// finds none is not acknowledged: the person sees that it failed, and tries again.
func (b *Bot) onInteraction(data []byte) {
	in, ok := readInteraction(data)
	if !ok {
		b.log.Warn("an interaction could not be read")
		return
	}
	r, ok := b.reply(in)
	if !ok {
		return
	}
	if acked, ok := b.follow(in, r); ok {
		go func() { acked <- b.acknowledge(in, r.now) }()
	}
}

// follow queues what is to be done about an interaction once it is acknowledged;
// the caller acknowledges it, and tells in the channel whether Discord took that.
// What is not known in [pace].hung is not waited for: the person's things go on,
// and their answer finds out. False: there is no room.
func (b *Bot) follow(in *interaction, r reply) (chan<- bool, bool) {
	acked := make(chan bool, 1)
	switch {
	case r.open != nil:
		go func() {
			if <-acked {
				b.postOpenly(in, r.open)
			}
		}()
		return acked, true
	case len(r.events) == 0:
		return acked, true
	}
	b.meet(in.User.ID, in.Channel, in.lang())
	hung := time.After(b.pace.hung)
	return acked, b.inbox.put(in.User.ID, job{in.ID, func() {
		refused := false
		select {
		case ok := <-acked:
			refused = !ok
		case <-hung:
		}
		for _, ev := range r.events {
			if refused {
				ev.Hint = hint{lang: in.lang()}.String() // nobody waits there any more; the answer is a message
			}
			b.inbox.hand(ev)
		}
		if !refused && r.now.Type == sayThinking {
			time.AfterFunc(b.pace.unanswered, func() { b.stopThinking(in.Token) })
		}
	}})
}

// meet remembers where a person's direct messages are, and their language.
func (b *Bot) meet(user, channel, lang string) {
	if b.dms.get(user) != channel {
		b.dms.put(user, channel)
	}
	if lang != "" && b.langs.get(user) != lang {
		b.langs.put(user, lang)
	}
}

// acknowledge tells Discord that the interaction has arrived. Repeating it is
// harmless, so a lost answer is tried again while there is time.
func (b *Bot) acknowledge(in *interaction, c callback) bool {
	all, cancel := context.WithTimeout(context.Background(), 2800*time.Millisecond)
	defer cancel()
	for try := 0; ; try++ {
		ctx, cancel := context.WithTimeout(all, b.pace.hung)
		_, err := b.call(ctx, request{op: "acknowledge", method: "POST", free: true,
			url: discordgo.EndpointInteractionResponse(in.ID, in.Token), body: c})
		cancel()
		if err == nil || has(err, codeAcknowledged) {
			return true
		}
		var ae *apiError
		if errors.As(err, &ae) && ae.status/100 == 4 || sleep(all, 100*time.Millisecond<<try) != nil {
			b.log.Warn("an interaction could not be acknowledged", "who", personOf(in.User.ID), "err", err)
			return false
		}
	}
}

// stopThinking takes "thinking" away if nothing has taken its place. What was
// taken here may have been answered by another replica, so Discord is asked.
func (b *Bot) stopThinking(token string) {
	if by := b.used.first(token, "nobody"); by != "nobody" && by != "message" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialog.SendTime)
	defer cancel()
	at := discordgo.EndpointWebhookMessage(b.app, token, "@original")
	body, err := b.call(ctx, request{op: "look for thinking", method: "GET", free: true, url: at})
	var m message
	if err != nil || !decode(body, &m) || m.Flags&flagThinking == 0 {
		return // if it still stands there, Discord itself gives up in a quarter of an hour
	}
	b.call(ctx, request{op: "stop thinking", method: "DELETE", free: true, url: at})
}

// apologise says, where "thinking" is shown, that it did not work.
func (b *Bot) apologise(token, lang string) {
	line := b.word(lang, "failed", maxContent)
	if line == "" || b.used.first(token, "sorry") != "sorry" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialog.SendTime)
	defer cancel()
	p := payload{Content: line, Components: []component{}, Mentions: noMentions}
	if _, err := b.call(ctx, request{op: "apologise", method: "PATCH", free: true,
		url: discordgo.EndpointWebhookMessage(b.app, token, "@original"), body: p}); err != nil {
		b.log.Warn("an apology could not be sent", "err", err)
	}
}

// onMessage queues what a person wrote to the bot.
func (b *Bot) onMessage(data []byte, edited bool) {
	var m message
	if !decode(data, &m) {
		b.log.Warn("a message could not be read")
		return
	}
	if ev, ok := m.event(b.self, edited); ok {
		b.meet(m.Author.ID, m.Channel, "")
		ev.Lang = b.langs.get(m.Author.ID)
		b.inbox.put(m.Author.ID, job{m.ID, func() { b.inbox.hand(ev) }})
	}
}

// writeCallback answers an interaction that came by HTTP.
func writeCallback(w http.ResponseWriter, c callback) {
	body, err := json.Marshal(c)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}
