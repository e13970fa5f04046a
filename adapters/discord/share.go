package discord

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"afterglow/dialog"
)

// Sharing posts one of the lines of [Config.Share] in the chat where the command
// was used. The person sees it first, alone; nothing of it is remembered: which
// line is shown stands in the buttons.

const (
	optionText = "text"
	optionDo   = "do"
	valueShare = "share"

	idPost = "~post."
	idNext = "~next."
)

// isShare tells whether the interaction is about sharing. In the bot's own direct
// messages there is nobody to share with: there the command is an event like any other.
func isShare(in *interaction) bool {
	switch in.Type {
	case kindCommand:
		return !in.private() && in.argument(optionDo) == valueShare
	case kindComponent:
		return strings.HasPrefix(in.Data.ID, idPost) || strings.HasPrefix(in.Data.ID, idNext)
	}
	return false
}

func (b *Bot) share(in *interaction) reply {
	var lines []string
	if b.cfg.Share != nil {
		lines = b.cfg.Share(in.lang())
	}
	lines = slices.DeleteFunc(slices.Clone(lines), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(lines) == 0 {
		return reply{now: b.elsewhere(in.lang())}
	}
	if in.Type == kindCommand {
		first := int(when(in.ID).UnixMilli() % int64(len(lines))) // any one; the clock is chance enough
		return reply{now: callback{sayMessage, b.preview(in.lang(), lines, max(first, 0))}}
	}
	at := slices.IndexFunc(lines, func(s string) bool { return mark(s) == in.Data.ID[len(idPost):] })
	if strings.HasPrefix(in.Data.ID, idNext) || at < 0 {
		return reply{now: callback{sayUpdate, b.preview(in.lang(), lines, at+1)}}
	}
	done := b.private(in.lang(), "posted")
	open := payload{Content: pieces(lines[at], maxContent)[0], Components: []component{}, Mentions: noMentions, Flags: flagNoPreview}
	return reply{now: callback{sayUpdate, done}, open: &open}
}

// preview shows a line to the person alone, with the choice to post it.
func (b *Bot) preview(lang string, lines []string, at int) payload {
	line := lines[at%len(lines)]
	p := b.private(lang, "preview")
	room := maxContent - units(p.Content) - 2
	p.Content += "\n\n" + pieces(line, room)[0]
	row := []component{{Type: typeButton, Style: blue, Label: or(b.word(lang, "post", maxLabel), "…"), ID: idPost + mark(line)}}
	if len(lines) > 1 {
		row = append(row, component{Type: typeButton, Style: grey, Label: or(b.word(lang, "another", maxLabel), "…"), ID: idNext + mark(line)})
	}
	p.Components = inRows([][]component{row})
	return p
}

// private is one of our sentences, for the person's eyes only.
func (b *Bot) private(lang, key string) payload {
	return payload{
		Content: or(b.word(lang, key, 500), "…"), Components: []component{}, Mentions: noMentions, Flags: flagEphemeral | flagNoPreview,
	}
}

// mark names a line in a button without showing it.
func mark(line string) string {
	h := fnv.New64a()
	h.Write([]byte(line))
	return strconv.FormatUint(h.Sum64(), 36)
}

// postOpenly sends what the person has seen and chosen. It is never tried again
// when in doubt: others would see it twice. Our acknowledgement may still be
// under way on another connection; that is no doubt. On a server that the bot was
// not added to, and whose members may not show what their own apps say, Discord
// takes it and shows it to the person alone.
func (b *Bot) postOpenly(in *interaction, p *payload) {
	ctx, cancel := context.WithTimeout(context.Background(), dialog.SendTime)
	defer cancel()
	b.headStart(ctx, in.Token)
	r := request{op: "post openly", method: "POST", free: true, url: discordgo.EndpointWebhookToken(b.app, in.Token), body: p}
	body, err := b.call(ctx, r)
	if has(err, codeUnknownWebhook) && sleep(ctx, 300*time.Millisecond) == nil {
		body, err = b.call(ctx, r)
	}
	var m message
	if err == nil && !(decode(body, &m) && m.Flags&flagEphemeral != 0) {
		return
	}
	b.log.Warn("a line could not be posted", "who", personOf(in.User.ID), "err", err)
	sorry := b.private(in.lang(), "post_failed")
	sorry.Flags = 0
	ctx, cancel = context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	b.call(ctx, request{op: "say so", method: "PATCH", free: true,
		url: discordgo.EndpointWebhookMessage(b.app, in.Token, "@original"), body: sorry}) // the person sees for themselves that nothing appeared
}
