package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"afterglow/adapters/seal"
)

// openSealed opens the store of the settings with the keys that are at place. On the very first
// run it makes these, and tells by say where they are. The upkeep is to be run
// beside the bot, and to leave before the store is closed.
func openSealed(ctx context.Context, cfg Config, dir string, place keyPlace, clock *clock, log *slog.Logger, say func(string)) (*seal.Store, *upkeep, error) {
	ring, made, err := place.loadOrMake(cfg.storeFile(dir), time.Now())
	if err != nil {
		return nil, nil, err
	}
	if made {
		say(place.takeCare())
	}
	inner, alone, err := openStore(ctx, cfg, dir, clock, log)
	if err != nil {
		return nil, nil, err
	}
	store, err := seal.Open(ctx, inner, ring, seal.Options{Log: log, Alone: alone})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("store: %w", err), inner.Close())
	}
	u := &upkeep{store: store, inner: inner, ring: ring, keys: place, policy: cfg.Keys.policy(), alone: alone, log: log}
	return store, u, nil
}
