package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"afterglow/adapters/bolt"
	"afterglow/adapters/redis"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// storeSite is where people are kept: in a file, or in a Redis.
type storeSite struct {
	file string // of the embedded store; "" for Redis
	url  string
}

// site reads the setting of the store. name is the embedded store's file in the
// data folder, if the setting names none.
func (c *Config) site(data, name string) (storeSite, error) {
	scheme, rest, _ := strings.Cut(c.Store.URL, ":")
	switch {
	case c.Store.URL == "":
		dir, err := c.dataDir(data)
		return storeSite{file: filepath.Join(dir, name)}, err
	case scheme == "bolt" && rest != "":
		return storeSite{file: rest}, nil
	case scheme == "redis" || scheme == "rediss":
		return storeSite{url: c.Store.URL}, nil
	}
	return storeSite{}, hint(errors.New("config: the store's URL has an unknown form"), `"bolt:PATH", "redis://HOST" or empty`)
}

// openBare opens the store as it is below the seal.
func (s storeSite) openBare(ctx context.Context, clock *clock, log *slog.Logger) (dialog.Store, error) {
	if s.file != "" {
		return bolt.Open(s.file, bolt.Options{Now: clock.Now, Log: log})
	}
	return redis.Open(ctx, s.url, redis.Options{Ahead: func() time.Duration { return time.Until(clock.Now()) }, Log: log})
}

// exists tells whether there is a store to look at, without making one.
func (s storeSite) exists() error {
	if s.file == "" {
		return nil
	}
	if _, err := os.Stat(s.file); errors.Is(err, fs.ErrNotExist) {
		return hint(fmt.Errorf("there is no store at %s yet", s.file), "start the bot once, or name its folder with --data")
	}
	return nil
}

// openSealed opens a store with its keys. On the very first run it makes these,
// and tells by say where they are. The upkeep is to be run beside the bot.
func (s storeSite) openSealed(ctx context.Context, cfg Config, getenv func(string) string, clock *clock, log *slog.Logger, say func(string)) (*seal.Store, *upkeep, error) {
	place, err := keysFor(cfg, getenv, s.file)
	if err != nil {
		return nil, nil, err
	}
	ring, made, err := place.loadOrMake(s.file, time.Now())
	if err != nil {
		return nil, nil, err
	}
	if made {
		say(place.takeCare())
	}
	inner, err := s.openBare(ctx, clock, log)
	if err != nil {
		return nil, nil, err
	}
	store, err := seal.Open(ctx, inner, ring, seal.Options{Log: log})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("store: %w", err), inner.Close())
	}
	return store, &upkeep{store: store, inner: inner, ring: ring, keys: place, policy: cfg.Keys.policy(), log: log}, nil
}
