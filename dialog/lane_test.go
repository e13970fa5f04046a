package dialog_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
)

// A platform that limits the whole bot is left alone by everybody until it says.
func TestLimitedBotIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhones()
		begun := time.Now()
		var calls []time.Duration
		p.fail = func(dialog.PersonID, dialog.Message) error {
			calls = append(calls, time.Since(begun))
			if len(calls) == 1 {
				return &dialog.SendError{Verdict: dialog.Later, After: 3 * time.Second, Lane: true}
			}
			return nil
		}
		h := newHost(t, dialog.NewMemoryStore(time.Now), p)
		insist(t, h, noteEvent(someone(1), 0))
		h.Settle(someone(1))
		insist(t, h, noteEvent(someone(2), 0)) // waits in the lane
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(calls) != 3 || calls[1] < 3*time.Second {
			t.Errorf("the platform was called at %v", calls)
		}
		if len(p.of(someone(1)))+len(p.of(someone(2))) != 2 {
			t.Error("somebody got no answer")
		}
	})
}

// A chat that is limited holds up nobody else, and is tried again in time,
// without the store's line.
func TestLimitedChatWaitsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhones()
		p.fail = func(to dialog.PersonID, _ dialog.Message) error {
			if to == someone(1) && time.Now().Second() < 5 { // the virtual clock begins at midnight
				return &dialog.SendError{Verdict: dialog.Later, After: 5 * time.Second}
			}
			return nil
		}
		h := newHost(t, dialog.NewMemoryStore(time.Now), p) // nobody runs it: nothing comes from the store
		insist(t, h, noteEvent(someone(1), 0))
		insist(t, h, noteEvent(someone(2), 0))
		h.Settle(someone(2))
		if len(p.of(someone(2))) != 1 {
			t.Error("somebody else had to wait")
		}
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if len(p.of(someone(1))) != 1 {
			t.Error("the limited chat was not tried again")
		}
	})
}

// outbox commits a state whose outbox holds these entries.
func outbox(t *testing.T, store dialog.Store, p dialog.PersonID, entries ...dialog.Entry) {
	s := dialog.NewState(p, 1)
	s.Outbox = entries
	if err := store.Commit(context.Background(), dialog.Key(p), dialog.Tag{}, dialog.Tag{1}, s.Encode(), time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
}

// A nudge that becomes useless while it waits behind slow sends is dropped.
func TestNudgeTooLateInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := dialog.NewMemoryStore(time.Now)
		p := newPhones()
		p.slow = 2 * time.Second
		now := time.Now()
		outbox(t, memory, someone(1),
			dialog.Entry{ID: 1, Msg: dialog.Message{ID: "a"}, After: now},
			dialog.Entry{ID: 2, Msg: dialog.Message{ID: "b", Nudge: true}, After: now, Latest: now.Add(time.Second)})
		h := newHost(t, memory, p)
		if n, err := h.Ring(t.Context(), 10); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		h.Settle(someone(1))
		if got := p.of(someone(1)); len(got) != 1 || h.Stats.Late.Load() != 1 {
			t.Errorf("%d messages came, %d were dropped", len(got), h.Stats.Late.Load())
		}
	})
}

// Messages that were claimed together and go slowly are not sent after their
// lease: another host could be sending them by then.
func TestSlowSendsStayInTheirLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := dialog.NewMemoryStore(time.Now)
		p := newPhones()
		p.slow = 4 * time.Second
		now := time.Now()
		var entries []dialog.Entry
		for i := range 6 {
			entries = append(entries, dialog.Entry{ID: uint64(i + 1), Msg: dialog.Message{ID: string(rune('a' + i))}, After: now})
		}
		outbox(t, memory, someone(1), entries...)
		hosts := []*dialog.Host{newHost(t, memory, p), newHost(t, memory, p)}
		for range 60 {
			for _, h := range hosts {
				h.Ring(t.Context(), 10)
			}
			time.Sleep(time.Second)
		}
		order := ""
		for _, m := range p.of(someone(1)) {
			order += m.ID
		}
		if order != "abcdef" || p.most > 1 {
			t.Errorf("arrived: %q, %d at once", order, p.most)
		}
	})
}

// Replies do not wait behind a nudge that may not go out yet.
func TestRepliesOvertakeIdleNudges(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	p := newPhones()
	outbox(t, memory, someone(1), dialog.Entry{ID: 1, Msg: dialog.Message{ID: "n", Nudge: true}, After: time.Now().Add(time.Hour)})
	h := newHost(t, memory, p)
	insist(t, h, noteEvent(someone(1), 0))
	h.Settle(someone(1))
	if got := p.of(someone(1)); len(got) != 1 || got[0].Nudge {
		t.Errorf("arrived: %v", got)
	}
	rec, _ := memory.Load(t.Context(), dialog.Key(someone(1)))
	if s, err := dialog.DecodeState(rec.Blob); err != nil || len(s.Outbox) != 1 || !s.Alarm().Equal(s.Outbox[0].After) {
		t.Errorf("the nudge does not wait: %+v, %v", s, err)
	}
}
