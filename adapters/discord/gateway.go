package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"afterglow/dialog"
)

// Run registers the commands, connects to the gateway and hands over what people
// do until ctx ends; then it finishes what it has taken. handle returns nil only
// once an event's outcome is durable; an event that it does not take is brought
// again, in the person's order. With [Config.Lease] the gateway is connected
// while this replica holds it. An error means that going on is of no use.
func (b *Bot) Run(ctx context.Context, handle func(context.Context, dialog.Event) error) error {
	b.inbox.serve(handle)
	ctx, cancel := context.WithCancel(ctx)
	defer b.inbox.drain(b.pace.drain)
	registered := make(chan struct{})
	go func() { defer close(registered); b.keepRegistering(ctx) }()
	defer func() { cancel(); <-registered }()
	return b.lead(ctx)
}

// Drain finishes what was taken, for a bot whose Run is not used.
func (b *Bot) Drain() { b.inbox.drain(b.pace.drain) }

const leaseName = "discord gateway"

// lead stays connected while this replica has the lease. Another takes over at
// most lease + look after this one has died.
func (b *Bot) lead(ctx context.Context) error {
	if b.cfg.Lease == nil {
		return b.stay(ctx)
	}
	var sure time.Time // until then the lease is ours
	var ended chan error
	stop := func() {}
	defer func() {
		stop()
		if ended != nil {
			<-ended
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if !sure.IsZero() {
			b.cfg.Lease.Hold(ctx, leaseName, 0) // if it fails, it runs out by itself
		}
	}()
	for {
		begun := time.Now()
		hctx, cancel := context.WithTimeout(ctx, b.pace.look)
		held, err := b.cfg.Lease.Hold(hctx, leaseName, b.pace.lease)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			b.log.Warn("the lease on the gateway could not be asked for", "err", err)
		case err == nil && held:
			sure = begun.Add(b.pace.lease)
		case err == nil:
			sure = time.Time{}
		}
		ours := time.Until(sure) > b.pace.look // renewing comes in time
		if ours && ended == nil && ctx.Err() == nil {
			ended = make(chan error, 1)
			sctx, cancel := context.WithCancel(ctx)
			stop = cancel
			go func(ended chan error) { ended <- b.stay(sctx) }(ended)
		}
		if !ours && ended != nil {
			b.log.Warn("the lease on the gateway is lost; another replica goes on")
			stop()
			err := <-ended
			if ended = nil; err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			if ended = nil; err != nil {
				return err
			}
		case <-time.After(b.pace.look):
		}
	}
}

// stay keeps the gateway connected: it resumes where that is possible, begins a
// new session where not, and waits longer each time it fails.
func (b *Bot) stay(ctx context.Context) error {
	var c *connection
	var identified time.Time
	for fails := 0; ctx.Err() == nil; {
		if c == nil {
			if sleep(ctx, b.pace.identify-time.Since(identified)) != nil {
				return nil
			}
			identified = time.Now()
			var err error
			if c, err = b.newConnection(ctx); err != nil {
				return err
			}
		}
		begun := time.Now()
		err := b.open(ctx, c)
		if err == nil {
			b.log.Info("the gateway is connected")
			select {
			case <-ctx.Done():
			case <-c.lost:
			case <-b.over:
				b.online.Store(false)
				c.close()
				return b.killed()
			}
			b.online.Store(false)
			if ctx.Err() != nil {
				c.close()
				return nil
			}
			b.log.Warn("the gateway is lost", "after", time.Since(begun).Round(time.Second))
		} else if fatal := b.fatal(err); fatal != nil {
			return fatal
		} else if ctx.Err() == nil {
			b.log.Warn("the gateway could not be connected", "err", reason(err))
		}
		if time.Since(begun) > b.pace.settled {
			fails = 0
		}
		fails++
		if fails > 1 || c.flooded() {
			c = nil // what can not be resumed twice in a row is begun anew
		}
		wait := min(b.pace.backoff<<min(fails-1, 16), b.pace.backoffMax)
		sleep(ctx, wait/2+rand.N(wait/2+1))
	}
	return nil
}

// open asks how many new sessions Discord still allows today, and connects. It
// asks before resuming as well: what can not be resumed becomes a new session.
func (b *Bot) open(ctx context.Context, c *connection) error {
	body, err := b.call(ctx, request{op: "ask for the gateway", method: "GET", url: discordgo.EndpointGatewayBot})
	if err != nil {
		return err
	}
	var g discordgo.GatewayBotResponse
	if json.Unmarshal(body, &g) != nil {
		return errors.New("no readable address")
	}
	const reserve = 20
	if limit := g.SessionStartLimit; limit.Total > 0 && limit.Remaining < min(reserve, limit.Total/2) {
		wait := time.Duration(limit.ResetAfter) * time.Millisecond
		b.log.Error("too many sessions were begun today; beginning more would reset the token", "wait", wait)
		if sleep(ctx, min(wait, 24*time.Hour)) != nil {
			return ctx.Err()
		}
	}
	select {
	case <-c.lost: // of the connection before
	default:
	}
	if err := c.session.Open(); err != nil && !errors.Is(err, discordgo.ErrWSAlreadyOpen) {
		return err
	}
	b.online.Store(true)
	return nil
}

// fatal is the error to stop with, nil if trying again may help.
func (b *Bot) fatal(err error) error {
	if killed := b.killed(); killed != nil {
		return killed
	}
	var ce *websocket.CloseError
	if !errors.As(err, &ce) {
		return nil
	}
	switch ce.Code {
	case 4004:
		return errors.New("discord: the gateway refused the token\n  hint: it was reset; make a new one at discord.com/developers, your application, Bot, Reset Token")
	case 4013, 4014:
		return fmt.Errorf("discord: the gateway refused what the bot asked to hear (code %d)\n  hint: it needs no privileged intent; is this a bot's token?", ce.Code)
	case 4010, 4011, 4012:
		return fmt.Errorf("discord: the gateway refused the connection (code %d)\n  hint: is there a newer version of this program?", ce.Code)
	}
	return nil
}

// reason is err without addresses.
func reason(err error) string {
	var ue *url.Error
	var ce *websocket.CloseError
	var re *discordgo.RESTError
	switch {
	case errors.As(err, &ce):
		return fmt.Sprintf("closed with code %d", ce.Code)
	case errors.As(err, &re):
		return fmt.Sprintf("status %d", re.Response.StatusCode)
	case errors.As(err, &ue):
		return ue.Err.Error()
	}
	return err.Error()
}

// hear takes what the gateway brings. It is called in order by the one goroutine
// that reads, so it only queues. After the end nothing is taken any more: what is
// not acknowledged can be done again, and messages are read again.
func (b *Bot) hear(ctx context.Context, e *discordgo.Event) {
	if ctx.Err() != nil {
		return
	}
	switch e.Type {
	case "READY":
		b.log.Info("a new session of the gateway has begun")
		if b.cfg.Open != nil {
			b.inbox.hold()
			go b.catchUp(ctx)
		}
	case "INTERACTION_CREATE":
		b.onInteraction(e.RawData)
	case "MESSAGE_CREATE":
		b.onMessage(e.RawData, false)
	case "MESSAGE_UPDATE":
		b.onMessage(e.RawData, true)
	}
}
