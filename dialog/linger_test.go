package dialog_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
)

// counted is a store that counts commits.
type counted struct {
	dialog.Store
	commits atomic.Int64
}

func (c *counted) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	c.commits.Add(1)
	return c.Store.Commit(ctx, key, old, next, blob, alarm)
}

// An edit that has arrived is noted together with the next tap, or after a
// while, or when the host stops; a new message at once.
func TestEditsAreNotedTogether(t *testing.T) {
	const linger = 300 * time.Millisecond
	for _, c := range []struct {
		linger time.Duration
		want   []int64 // commits after the question, the first tap, the second, and some rest
	}{{linger: 0, want: []int64{4, 6, 8, 8}}, {linger: linger, want: []int64{3, 4, 5, 6}}} {
		t.Run(c.linger.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, store := newPhones(), &counted{Store: dialog.NewMemoryStore(time.Now)}
				h := newHost(t, store, p, func(h *dialog.Host) {
					h.Linger = map[string]time.Duration{"test": c.linger}
				})
				mira, events := someone(1), 0
				do := func(ev dialog.Event) {
					events++
					ev.ID, ev.Person, ev.At = fmt.Sprint(events), mira, time.Now().Add(time.Millisecond)
					insist(t, h, ev)
					time.Sleep(linger / 3)
					synctest.Wait()
				}
				tap := func(label string) {
					t.Helper()
					all := p.of(mira)
					for _, row := range all[len(all)-1].Choices {
						for _, choice := range row {
							if choice.Label == label {
								do(dialog.Event{Kind: dialog.Press, Data: choice.Data, Screen: "1"})
								return
							}
						}
					}
					t.Fatalf("no button %q on %+v", label, all[len(all)-1])
				}
				time.Sleep(20 * time.Second) // so old are the host and its caution
				do(dialog.Event{Kind: dialog.Command, Name: "feel"})
				tap("feel.mood.bright")
				got := []int64{store.commits.Load()}
				for _, thing := range []string{"feel.needs.talk", "feel.needs.rest"} {
					tap(thing)
					got = append(got, store.commits.Load())
				}
				time.Sleep(linger)
				synctest.Wait()
				got = append(got, store.commits.Load())
				if fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("%d commits, want %d", got, c.want)
				}
			})
		})
	}
}
