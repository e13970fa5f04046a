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
	url := cfg.Store.URL
	if url == "" {
		url = "bolt:" + filepath.Join(dir, "afterglow.db")
	}
	scheme, rest, _ := strings.Cut(url, ":")
	switch scheme {
	case "bolt":
		store, err = bolt.Open(rest, bolt.Options{Now: clock.Now, Log: log})
		return store, true, err
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
