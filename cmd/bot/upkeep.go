package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// upkeep is the housework beside a running bot: it takes over a changed key
// file, turns the keys where nobody else does, and has the store's files
// rewritten, so that what is erased does not lie about in them. It goes by the
// machine's clock, whatever the bot's own clock shows.
type upkeep struct {
	store  *seal.Store
	inner  dialog.Store
	ring   *seal.Keyring
	keys   keyPlace
	policy seal.Policy
	alone  bool // no other process uses the store
	log    *slog.Logger

	text      string // of the key file, when it was last looked at
	compacted int64  // erasures before the last compaction
}

const (
	keyPoll   = 15 * time.Second
	firstLook = time.Minute // after a start, when the rush is over
	eachLook  = 24 * time.Hour
	lastLook  = 10 * time.Second
	manyGone  = 100 // erasures that do not wait for the next look
)

// open begins the housework. What it returns ends it, and closes the store; it is
// to be called when nobody uses the store any more, and its ctx may be over then.
func (u *upkeep) open(ctx context.Context) (end func()) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	work.Go(func() { u.run(ctx) })
	return func() {
		stop()
		work.Wait()
		last, done := context.WithTimeout(context.Background(), lastLook)
		defer done()
		u.leave(last)
		if err := u.store.Close(); err != nil {
			u.log.Error("the store could not be closed in good order", "err", err)
		}
	}
}

// run keeps house until ctx ends.
func (u *upkeep) run(ctx context.Context) {
	var others sync.WaitGroup
	defer others.Wait()
	others.Go(func() { u.store.Run(ctx) })
	poll := time.NewTicker(keyPoll)
	defer poll.Stop()
	next := time.Now().Add(firstLook)
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
		if u.keys.path != "" && !u.keys.own {
			u.reload()
		}
		now := time.Now().Round(0) // a machine may have slept
		switch {
		case !now.Before(next):
			next = now.Add(eachLook)
			u.look(ctx, now)
		case u.store.Erasures()-u.compacted >= manyGone:
			u.compact(ctx)
		}
	}
}

// look is what one process does once a day.
func (u *upkeep) look(ctx context.Context, now time.Time) {
	if !u.store.Leads() {
		return
	}
	if u.keys.own {
		if err := u.turn(ctx, now); err != nil && ctx.Err() == nil {
			u.log.Error("the keys could not be turned; what is erased stays readable in old copies for longer than promised", "err", err)
		}
	} else if _, made := u.ring.Newest(); now.Sub(made) >= u.policy.Epoch {
		u.log.Warn(`a new key is due: "bot keys rotate", give the result to every process, later "bot keys destroy"`, "newest", made.Format(time.DateOnly))
	}
	u.compact(ctx)
}

// turn adds an epoch when the newest has had its time, and destroys those that
// nothing needs. A key is on disk before it is in use.
func (u *upkeep) turn(ctx context.Context, now time.Time) error {
	report, err := seal.Inspect(ctx, u.inner, u.ring, u.policy, now)
	if err != nil {
		return err
	}
	text, err := u.ring.Text()
	if err != nil {
		return err
	}
	next, err := seal.ParseKeyring(text)
	if err != nil {
		return err
	}
	var added seal.Epoch
	if _, made := u.ring.Newest(); now.Sub(made) >= u.policy.Epoch {
		if added, err = next.Add(now); err != nil {
			return err
		}
	}
	destroyed := 0
	for _, e := range report.Epochs {
		if e.Hold == "" {
			if err := next.Destroy(e.Epoch, now); err != nil {
				return err
			}
			destroyed++
		}
	}
	if added == 0 && destroyed == 0 {
		return nil
	}
	if err := writeKeyFile(u.keys.path, next); err != nil {
		return err
	}
	if text, err = next.Text(); err != nil {
		return err
	}
	if err := u.ring.Replace(text); err != nil {
		return err
	}
	u.log.Info("the keys were turned", "file", u.keys.path, "added", added, "destroyed", destroyed)
	return u.store.Call(ctx)
}

// reload takes over a key file that its operator has changed.
func (u *upkeep) reload() {
	text, err := readKeyFile(u.keys.path)
	if err == nil && string(text) == u.text {
		return
	}
	first := u.text == ""
	if err == nil {
		u.text = string(text)
		err = u.ring.Replace(text)
	}
	switch {
	case err != nil:
		u.log.Error("the key file can not be taken over; the keys stay as they were", "err", err)
	case !first:
		u.log.Info("the key file was read again", "file", u.keys.path)
	}
}

// compact has the store's files rewritten.
func (u *upkeep) compact(ctx context.Context) {
	gone := u.store.Erasures()
	c, ok := u.inner.(dialog.Compactor)
	if !ok {
		return
	}
	if err := c.Compact(ctx); err != nil {
		if ctx.Err() == nil {
			u.log.Error("the store's files could not be rewritten; erased bytes may still lie in them", "err", err)
		}
		return
	}
	u.compacted = gone
}

// leave is the last thing before the store is closed: what was erased since the
// last compaction is not to lie about until the next start.
func (u *upkeep) leave(ctx context.Context) {
	if u.alone && u.store.Erasures() > u.compacted {
		u.compact(ctx)
	}
}
