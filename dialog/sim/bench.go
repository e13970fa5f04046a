package sim

import (
	"context"
	"fmt"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

// Bench measures how many events a host handles on a store, with a platform that
// costs nothing, beside the floor: the two bare commits that an event and its
// answer cannot do without.
func Bench(b *testing.B, open func(testing.TB) dialog.Store) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("of=host/callers=%d", callers), func(b *testing.B) {
			h := &dialog.Host{Script: Script(), Store: open(b), Platforms: map[string]dialog.Platform{"test": nobody{}}}
			h.Script.Commands["note"] = "note" // says "Done.", and keeps its trace short:
			h.Script.Actions["note"] = func(t *dialog.Turn) { t.Tell("Noted.") }
			h.Start(context.Background())
			storetest.Spread(b, callers, func(c int) func() error {
				n := 0
				return func() error {
					n++
					p := dialog.PersonID(fmt.Sprintf("test:%d of %d", n%8, c))
					return h.Handle(context.Background(), dialog.Event{ID: fmt.Sprint(n), Person: p, Kind: dialog.Command, Name: "note", At: time.Now()})
				}
			})
			if err := h.Drain(context.Background()); err != nil {
				b.Fatal(err)
			}
		})
		b.Run(fmt.Sprintf("of=commits/callers=%d", callers), func(b *testing.B) {
			store := open(b)
			s := dialog.NewState("test:1", 1)
			blob := s.Encode()
			storetest.Spread(b, callers, func(c int) func() error {
				n := uint64(0)
				var tags [8]dialog.Tag
				return func() error {
					n++
					key := dialog.Key(fmt.Sprintf("test:%d of %d", n%8, c))
					for half := range byte(2) {
						next := dialog.Tag{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), half + 1}
						if err := store.Commit(context.Background(), key, tags[n%8], next, blob, time.Time{}); err != nil {
							return err
						}
						tags[n%8] = next
					}
					return nil
				}
			})
		})
	}
}

// nobody is a platform on which everything arrives at once.
type nobody struct{}

func (nobody) Send(context.Context, dialog.PersonID, dialog.Message) (dialog.Ref, error) {
	return "1", nil
}
