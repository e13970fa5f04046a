package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

// A platform that refuses the bot just as it is asked to stop, and what was cut
// off, are both told of.
func TestFailsAsItStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	refused := errors.New("refused")
	h := &dialog.Host{Script: &dialog.Script{}, Store: dialog.NewMemoryStore(time.Now), Platforms: map[string]dialog.Platform{}}
	again := make(chan os.Signal, 1)
	err := serve(ctx, again, h, h.Handle, map[string]messenger{
		"one": refusing(func(context.Context) error { stop(); return refused }),
		"two": refusing(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }),
		"three": refusing(func(ctx context.Context) error {
			<-ctx.Done()
			again <- os.Interrupt
			time.Sleep(100 * time.Millisecond)
			return nil
		}),
	}, quietLog)
	if !errors.Is(err, refused) || !strings.Contains(err.Error(), "cut off") || strings.Contains(err.Error(), "two") {
		t.Errorf("what ended it: %v", err)
	}
}

// refusing is a platform that does nothing but end.
type refusing func(context.Context) error

func (refusing) Send(context.Context, dialog.PersonID, dialog.Message) (dialog.Ref, error) {
	return "", nil
}

func (r refusing) Run(ctx context.Context, _ func(context.Context, dialog.Event) error) error {
	return r(ctx)
}
