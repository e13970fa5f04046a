package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	pollTime  = 50 * time.Second // how long Telegram holds a question for updates; its own limit
	pollBatch = 100
	// fullAnswer is the size of an answer that may have been cut: Telegram stops
	// at 4 MiB, however few updates that is.
	fullAnswer = 3 << 20
	// pace is how soon Telegram is asked again while something is still being
	// handled. Under half a second it would answer with one update only.
	pace    = 600 * time.Millisecond
	maxWait = 30 * time.Second // between tries of a call that fails
)

// poll is the receiving loop. An update is confirmed by asking for what comes
// after it, so the offset stays at the first one that is not handled yet.
func (b *Bot) poll(ctx context.Context, handle Handler) error {
	f := newFeed(b, handle)
	defer f.close()
	wait := time.Second
	for hooked := true; ctx.Err() == nil; {
		err := error(nil)
		if hooked { // a webhook left from before shuts polling out
			if _, err = b.call(ctx, "deleteWebhook", nil); err == nil {
				hooked = false
			}
		}
		var raws []json.RawMessage
		offset := f.offset()
		asked := time.Now()
		if err == nil {
			raws, err = b.updates(ctx, offset, pollTime)
		}
		var bad *failure
		switch {
		case err == nil:
			wait = time.Second
			f.confirmed(offset)
			if f.take(raws) == 0 && time.Since(asked) < pace { // nothing to do but what is known
				sleep(ctx, pace)
			}
			f.rest(ctx, pace)
			continue
		case ctx.Err() != nil:
			continue
		case errors.As(err, &bad) && bad.dead():
			return b.explain(err)
		case errors.As(err, &bad) && bad.wait > wait:
			wait = bad.wait
		}
		b.cfg.Log.Warn("updates could not be fetched", "err", b.explain(err), "again", wait.String())
		sleep(ctx, wait)
		wait = min(2*wait, maxWait)
	}
	f.close()
	// Confirm what was handled meanwhile; without it, it comes again and is recognised.
	if offset := f.offset(); offset != 0 {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		b.updates(last, offset, 0)
	}
	return nil
}

// updates asks once for what has happened, and confirms all that came before
// offset. 0 asks for the first that is not confirmed: an offset is named only
// while there is something to confirm, so ids that start anew somewhere else
// (after a quiet week they do) make nobody deaf.
func (b *Bot) updates(ctx context.Context, offset int64, hold time.Duration) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, hold+callTime)
	defer cancel()
	p := tgbotapi.Params{
		"timeout":         strconv.Itoa(int(hold / time.Second)),
		"limit":           strconv.Itoa(pollBatch),
		"allowed_updates": allowed,
	}
	p.AddNonZero64("offset", offset)
	var raws []json.RawMessage
	if err := b.ask(ctx, "getUpdates", p, &raws); err != nil {
		return nil, err
	}
	return raws, nil
}

// idOf finds the id of an update that is malformed otherwise; 0 if it has none.
func idOf(raw []byte) int64 {
	var u struct {
		ID int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &u) != nil {
		return 0
	}
	return u.ID
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
