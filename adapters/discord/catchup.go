package discord

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"
)

// catchUp reads what people in [Config.Open] wrote while nobody was
// connected: after a new session has begun, Discord repeats nothing. What they
// do meanwhile waits until it is known, person by person, and is then handed over
// in the order it was done: a message may be read again that is newer than a press
// which waits. Presses and commands that fell into the gap are lost; the person
// saw Discord say so, and tries again.
func (b *Bot) catchUp(ctx context.Context) {
	octx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	open, err := b.cfg.Open(octx)
	if err != nil {
		b.log.Warn("who has an open question could not be told; what was written meanwhile is not read again", "err", err)
	}
	var list []missed
	for _, dm := range open {
		user, ok := userOf(dm.Person)
		last, known := readRef(dm.Last)
		if !ok || !known && (dm.Last != "" || dm.Taken.Before(epoch)) {
			continue
		}
		if known {
			b.meet(user, last.channel, dm.Lang)
		}
		list = append(list, missed{user, func() { b.readAgain(ctx, user, last, dm.Taken) }})
	}
	b.inbox.release(list)
	if len(list) > 0 {
		b.log.Info("reading again what was missed", "people", len(list))
	}
	for _, m := range list { // who does something meanwhile is not kept waiting for the others
		if b.lim.low.Wait(ctx) != nil {
			return
		}
		b.inbox.wake(m.user)
	}
}

// skew is how far Discord's clock and ours may differ.
const skew = 5 * time.Minute

// readAgain queues the messages after the last known one, each at its time. Those
// that had been taken are recognised by their ids. What was written just before
// the bot's last message may be unknown to it: it was answering something older.
// So the reading begins when something was taken last, if that is earlier; any
// earlier than that, and what a host has long forgotten to have taken would come again.
// What is so new that the gateway may still be about to bring it is waited for: a
// press from before it may be on the same way.
func (b *Bot) readAgain(ctx context.Context, user string, last place, taken time.Time) {
	var after string
	if last.channel != "" {
		after = last.last()
	} else { // a process died before it knew where its first message stands
		var err error
		if last.channel, err = b.channel(ctx, user); err != nil {
			b.log.Warn("what was missed could not be read", "err", err)
			return
		}
	}
	if taken = taken.Add(-skew); taken.After(epoch) && (after == "" || taken.Before(when(after))) {
		after = idAt(taken)
	}
	for range 3 { // 300 messages: nobody is ignored for that long
		list, err := b.messages(ctx, last.channel, after)
		if err != nil {
			b.log.Warn("what was missed could not be read", "err", err)
			return
		}
		if len(list) > 0 {
			sleep(ctx, min(b.pace.lag, b.pace.lag-time.Since(when(list[len(list)-1].ID))))
		}
		for i := range list {
			if ev, ok := list[i].event(b.self, false); ok && ev.Person == personOf(user) {
				ev.Lang = b.langs.get(user)
				b.inbox.among(user, job{list[i].ID, func() { b.inbox.hand(ev) }})
			}
			after = list[i].ID
		}
		if len(list) < 100 {
			return
		}
	}
}

// messages are up to 100 messages of a channel after the given one, oldest first.
func (b *Bot) messages(ctx context.Context, channel, after string) ([]message, error) {
	r := request{op: "read again", method: "GET", route: "read " + channel,
		url: discordgo.EndpointChannelMessages(channel) + "?limit=100&after=" + url.QueryEscape(after)}
	for try := 0; ; try++ {
		body, err := b.call(ctx, r)
		if err != nil {
			se := verdict(err)
			if try == 3 || se.Verdict > 1 || sleep(ctx, max(se.After, b.pace.backoff<<try)) != nil {
				return nil, err
			}
			continue
		}
		var list []message
		var raw []json.RawMessage
		if json.Unmarshal(body, &raw) != nil {
			return nil, &apiError{op: r.op, sent: true}
		}
		for _, data := range raw {
			var m message
			if decode(data, &m) && isID(m.ID) {
				m.Channel = channel
				list = append(list, m)
			}
		}
		slices.SortFunc(list, func(x, y message) int { return byTime(x.ID, y.ID) })
		return list, nil
	}
}
