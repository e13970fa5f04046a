package dialog_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/dialog"
)

// A host that is alone takes up at once what a dead process was sending, but not
// what it has just tried itself: that is in doubt once, and what it gave back
// untried is not in doubt at all. Neither writing a try down nor a commit that
// failed makes it forget which is which.
func TestOwnDeliveriesAreDoubtedOnce(t *testing.T) {
	for name, breaks := range map[string]bool{"a try is written down": false, "a commit fails": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory := dialog.NewMemoryStore(time.Now)
				store := &deaf{Store: memory}
				p := newPhones()
				var tries []time.Duration
				begun, now := time.Now(), time.Now()
				p.fail = func(_ dialog.PersonID, m dialog.Message) error {
					if m.ID != "reply" {
						return nil
					}
					tries = append(tries, time.Since(begun))
					if len(tries) > 1 {
						return nil
					}
					time.Sleep(2 * time.Second) // the event below comes meanwhile
					store.off.Store(breaks)
					return errAway
				}
				outbox(t, memory, someone(1),
					dialog.Entry{ID: 1, Msg: dialog.Message{ID: "reply"}, After: now},
					dialog.Entry{ID: 2, Msg: dialog.Message{ID: "nudge", Nudge: true}, After: now})
				h := newHost(t, store, p, func(h *dialog.Host) { h.Alone = true })
				h.Ring(t.Context(), 1)
				time.Sleep(time.Second)
				go func() {
					time.Sleep(1500 * time.Millisecond)
					store.off.Store(false)
				}()
				ev := noteEvent(someone(1), 1)
				ev.At = time.Time{} // it may be from before this host
				insist(t, h, ev)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if len(tries) != 2 || tries[1]-tries[0] > 4*time.Second {
					t.Errorf("the reply was tried at %v", tries)
				}
				if got := p.of(someone(1)); len(got) != 3 || p.most != 1 {
					t.Errorf("of reply, nudge and answer arrived: %v", got)
				}
			})
		})
	}
}

// A question that waits to be sent again gives way to a newer copy of itself,
// which then waits for nothing: so a screen is never far behind, and what a
// person has done meanwhile does not come as so many screens.
func TestNewestQuestionStands(t *testing.T) {
	k := begin(t, trip(t))
	k.type_("2") // the hills
	k.type_("1") // old boots
	now := k.now
	do := func(ev dialog.Event) []dialog.Entry {
		t.Helper()
		now = now.Add(10 * time.Millisecond)
		next, out, err := k.s.Apply(k.blob, "test:p", 1, ev, now)
		if err != nil {
			t.Fatal(err)
		}
		k.blob = next
		return out.Deliver
	}
	tap := func(option string) dialog.Event {
		return dialog.Event{ID: option, Kind: dialog.Press, Data: k.button(option), Screen: "1"}
	}
	fail := func(e dialog.Entry) {
		t.Helper()
		if again := do(dialog.Event{Kind: dialog.Sent, Receipt: &dialog.Receipt{Entry: e.ID, Try: e.Tries}}); len(again) != 0 {
			t.Fatalf("what is in doubt is sent again at once: %v", again)
		}
	}
	one := func(sent []dialog.Entry, edit dialog.Ref, ticked string) dialog.Entry {
		t.Helper()
		if len(sent) != 1 {
			t.Fatalf("%d messages are sent", len(sent))
		}
		on := ""
		for _, row := range sent[0].Msg.Choices {
			for _, c := range row {
				if c.On {
					on += " " + c.Label[strings.LastIndexByte(c.Label, '.')+1:]
				}
			}
		}
		if sent[0].Msg.Edit != edit || on != ticked {
			t.Errorf("sent: edit %q, ticked%s, want edit %q, ticked%s", sent[0].Msg.Edit, on, edit, ticked)
		}
		return sent[0]
	}
	fail(one(do(tap("hat")), "1", " hat"))
	fail(one(do(dialog.Event{ID: "own", Kind: dialog.Text, Text: "zebra"}), "", " hat zebra"))
	e := one(do(tap("map")), "", " hat map zebra") // below what was typed
	if again := do(tap("rope")); len(again) != 0 {
		t.Fatalf("something overtakes what is being sent: %v", again)
	}
	e = one(do(dialog.Event{Kind: dialog.Sent, Receipt: &dialog.Receipt{Entry: e.ID, Try: e.Tries}}), "", " hat map rope zebra")
	if s, err := dialog.DecodeState(k.blob); err != nil || len(s.Outbox) != 1 || s.Outbox[0].ID != e.ID {
		t.Errorf("waiting: %v, %v", s, err)
	}
}

// Words that were said above a question are not lost with it.
func TestWordsOutliveTheirQuestion(t *testing.T) {
	k := begin(t, trip(t))
	k.now = k.now.Add(time.Second)
	send := func(id, text string) dialog.Outcome {
		t.Helper()
		next, out, err := k.s.Apply(k.blob, "test:p", 1, dialog.Event{ID: id, Kind: dialog.Text, Text: text}, k.now)
		if err != nil {
			t.Fatal(err)
		}
		k.blob = next
		return out
	}
	first := send("a", "swordfish").Deliver[0] // it is told that this is no answer
	failed := dialog.Event{Kind: dialog.Sent, Receipt: &dialog.Receipt{Entry: first.ID, Try: first.Tries}}
	next, _, err := k.s.Apply(k.blob, "test:p", 1, failed, k.now)
	if err != nil {
		t.Fatal(err)
	}
	k.blob = next
	send("b", "trombone")
	s, err := dialog.DecodeState(k.blob)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Outbox) != 2 || s.Outbox[0].ID != first.ID {
		t.Errorf("waiting: %+v", s.Outbox)
	}
}

// An answer that a platform waits for in its very place is kept for that place.
func TestAwaitedAnswerIsKept(t *testing.T) {
	k := begin(t, trip(t))
	k.type_("2")
	k.type_("1")
	do := func(ev dialog.Event) []dialog.Entry {
		t.Helper()
		next, out, err := k.s.Apply(k.blob, "test:p", 1, ev, k.now)
		if err != nil {
			t.Fatal(err)
		}
		k.blob = next
		return out.Deliver
	}
	first := do(dialog.Event{ID: "a", Kind: dialog.Text, Text: "zebra", Hint: "thinking"})[0]
	do(dialog.Event{Kind: dialog.Sent, Receipt: &dialog.Receipt{Entry: first.ID, Try: first.Tries}})
	do(dialog.Event{ID: "b", Kind: dialog.Text, Text: "trombone"})
	s, err := dialog.DecodeState(k.blob)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Outbox) != 2 || s.Outbox[0].ID != first.ID {
		t.Errorf("waiting: %+v", s.Outbox)
	}
}

// A nudge behind a reply in doubt is not handed over yet: the script, which counts
// what it lets go, is asked when the nudge goes, and once.
func TestNudgeBehindADoubtIsAskedAboutOnce(t *testing.T) {
	k := begin(t, trip(t))
	asked := 0
	k.s.Unasked = func(*dialog.Turn, *dialog.Run, *dialog.Entry) bool { asked++; return true }
	k.s.Timers = map[string]func(*dialog.Turn, dialog.Timer){"nudge": func(t *dialog.Turn, _ dialog.Timer) { t.Wait("booked", "", time.Time{}) }}
	s, err := dialog.DecodeState(k.blob)
	if err != nil {
		t.Fatal(err)
	}
	s.Outbox = []dialog.Entry{{ID: 1, Tries: 1, Until: k.now}} // whoever sent it is dead
	s.SetTimer(dialog.Timer{Name: "nudge", Wall: k.now})
	k.blob = s.Encode()
	for i, want := range []int{0, 2} {
		next, out, err := k.s.Apply(k.blob, "test:p", 1, dialog.Event{Kind: dialog.Alarm}, k.now.Add(time.Duration(i)*2*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if k.blob = next; len(out.Deliver) != want || asked != i {
			t.Errorf("alarm %d: %d messages go, the script was asked %d times", i+1, len(out.Deliver), asked)
		}
	}
}
