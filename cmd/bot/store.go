package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"afterglow/adapters/bolt"
	"afterglow/adapters/redis"
	"afterglow/dialog"
)

// openStore opens the store of the settings. alone tells that no other process
// can use it at the same time.
func openStore(ctx context.Context, cfg Config, dir string, clock *clock, log *slog.Logger) (store dialog.Store, alone bool, err error) {
	if file := cfg.storeFile(dir); file != "" {
		store, err = bolt.Open(file, bolt.Options{Now: clock.Now, Log: log})
		return store, true, err
	}
	url := cfg.Store.URL
	scheme, _, _ := strings.Cut(url, ":")
	switch scheme {
	case "redis", "rediss":
		opts := redis.Options{Prefix: cfg.Store.Prefix, Wait: cfg.Store.Wait, Log: log}
		if clock.warp != 1 {
			opts.Ahead = func() time.Duration { return time.Until(clock.Now()) }
		}
		store, err = redis.Open(ctx, url, opts)
		return store, false, err
	}
	return nil, false, hint(fmt.Errorf("store: %q is no kind of store", scheme), "\"bolt:PATH\" or \"redis://host:6379\"")
}

// storeFile is the file of the embedded store, "" for a store that is elsewhere.
func (c *Config) storeFile(dir string) string {
	if c.Store.URL == "" {
		return filepath.Join(dir, "afterglow.db")
	}
	if file, ok := strings.CutPrefix(c.Store.URL, "bolt:"); ok {
		return file
	}
	return ""
}
