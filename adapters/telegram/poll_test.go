package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

// inbox is a handler that writes down what it took.
type inbox struct {
	mu     sync.Mutex
	events []dialog.Event
	refuse func(dialog.Event) bool // nil: nothing is refused
	gate   chan struct{}           // nil: nobody waits
}

func (in *inbox) handle(_ context.Context, ev dialog.Event) error {
	in.mu.Lock()
	no := in.refuse != nil && in.refuse(ev)
	gate := in.gate
	in.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if no {
		return errors.New("not now")
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.events = append(in.events, ev)
	return nil
}

func (in *inbox) set(refuse func(dialog.Event) bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.refuse = refuse
}

// texts are what was taken of one person, in order; of everybody, if p is nil.
func (in *inbox) texts(p *telegramtest.Person) []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	var out []string
	for _, ev := range in.events {
		if p == nil || ev.Person == person(p.ID) {
			out = append(out, strings.TrimSpace(ev.Name+" "+ev.Text+ev.Data))
		}
	}
	return out
}

// run starts a bot on s that hands everything to in, and returns how to stop it.
func run(t testing.TB, s *telegramtest.Server, cfg Config, in *inbox) (*Bot, func()) {
	t.Helper()
	b := open(t, s, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if err := b.Run(ctx, in.handle); err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	stop := sync.OnceFunc(func() { cancel(); <-over })
	t.Cleanup(s.Close)
	t.Cleanup(stop)
	return b, stop
}

func TestPollConfirmsOnlyWhatIsDone(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{refuse: func(dialog.Event) bool { return true }}
	_, stop := run(t, s, Config{}, in)
	mira := s.Person("en")
	mira.Type("one")
	mira.Type("two")
	time.Sleep(700 * time.Millisecond)
	stop()
	if n := s.Unconfirmed(); n != 2 {
		t.Fatalf("%d updates are unconfirmed though none was handled", n)
	}
	in.set(nil)
	_, stop = run(t, s, Config{}, in)
	if !s.Wait(func() bool { return len(in.texts(mira)) == 2 }) {
		t.Fatalf("%q", in.texts(mira))
	}
	stop() // the end confirms as well
	if n := s.Unconfirmed(); n != 0 {
		t.Errorf("%d updates are unconfirmed", n)
	}
}

// One person's updates stay in order while one of them fails; others go on.
func TestPollOrder(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	mira, noor := s.Person("en"), s.Person("en")
	in := &inbox{refuse: func(ev dialog.Event) bool { return ev.Person == person(mira.ID) }}
	b, _ := run(t, s, Config{}, in)
	for i := range 5 {
		mira.Type(fmt.Sprint(i))
		noor.Type(fmt.Sprint(i))
	}
	want := []string{"0", "1", "2", "3", "4"}
	if !s.Wait(func() bool { return slices.Equal(in.texts(noor), want) }) {
		t.Fatalf("noor: %q", in.texts(noor))
	}
	if got := in.texts(mira); got != nil || !s.Wait(func() bool { return b.Stats.Again.Load() > 1 }) {
		t.Fatalf("mira: %q", got)
	}
	in.set(nil)
	if !s.Wait(func() bool { return slices.Equal(in.texts(mira), want) }) {
		t.Fatalf("mira: %q", in.texts(mira))
	}
	if !s.Wait(func() bool { return s.Unconfirmed() == 0 }) {
		t.Errorf("%d unconfirmed", s.Unconfirmed())
	}
}

// An update that fails for ever does not shut everybody else out, not even when
// more has come than Telegram hands out at once.
func TestPollOneIsStuck(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	mira := s.Person("en")
	in := &inbox{refuse: func(ev dialog.Event) bool { return ev.Person == person(mira.ID) }}
	b, _ := run(t, s, Config{}, in)
	mira.Type("stuck")
	mira.Type("behind it")
	others := make([]*telegramtest.Person, 40)
	for i := range others {
		others[i] = s.Person("en")
	}
	for wave := range 2 {
		for _, p := range others {
			for j := range 5 {
				p.Type(fmt.Sprint(j))
			}
		}
		everybody := func() bool {
			return !slices.ContainsFunc(others, func(p *telegramtest.Person) bool { return len(in.texts(p)) != 5*(wave+1) })
		}
		if !s.Wait(everybody) {
			t.Fatalf("wave %d: only %d texts came through", wave, len(in.texts(nil)))
		}
		if n := b.Stats.Loose.Load(); n != int64(2+wave) {
			t.Errorf("wave %d: %d updates are kept in memory alone", wave, n)
		}
		mira.Type(fmt.Sprint("and ", wave))
	}
	in.set(nil)
	if !s.Wait(func() bool { return slices.Equal(in.texts(mira), []string{"stuck", "behind it", "and 0", "and 1"}) }) {
		t.Errorf("mira: %q", in.texts(mira))
	}
	if n := b.Stats.Lost.Load(); n != 0 {
		t.Errorf("%d lost", n)
	}
}

// What is moved out of the way behind an update that is still open comes again, and
// is recognised.
func TestPollLooseIsRecognised(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	t.Cleanup(s.Close)
	in := &inbox{refuse: func(ev dialog.Event) bool { return ev.Text == "stuck" }}
	f := newFeed(open(t, s, Config{}), in.handle)
	t.Cleanup(f.close)
	update := func(id int64, text string) json.RawMessage {
		return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%[1]d,"date":1,"from":{"id":%[1]d,"first_name":"x"},"chat":{"id":%[1]d,"type":"private"},"text":%q}}`, id, text)
	}
	raws := []json.RawMessage{update(1, "stuck"), update(2, "stuck")}
	for id := range int64(8) {
		raws = append(raws, update(3+id, "well"))
	}
	if n := f.take(raws); n != len(raws) {
		t.Fatalf("%d of %d are new", n, len(raws))
	}
	if !s.Wait(func() bool { return len(in.texts(nil)) == 8 }) {
		t.Fatalf("%q came through", in.texts(nil))
	}
	f.mu.Lock()
	f.known[1].tries, f.known[2].tries = 0, stuckTries
	f.mu.Unlock()
	f.loosen()
	if at := f.offset(); at != 1 {
		t.Errorf("confirmed up to %d, the first is open", at)
	}
	if n := f.take(raws); n != 0 {
		t.Errorf("%d are taken for new ones", n)
	}
}

// While nothing can be handled, Telegram keeps it all.
func TestPollAllIsStuck(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{refuse: func(dialog.Event) bool { return true }}
	b, _ := run(t, s, Config{}, in)
	for range 150 {
		s.Person("en").Type("x")
	}
	time.Sleep(2500 * time.Millisecond)
	if n, loose := s.Unconfirmed(), b.Stats.Loose.Load(); n != 150 || loose != 0 {
		t.Errorf("%d unconfirmed, %d in memory alone", n, loose)
	}
	in.set(nil)
	if !s.Wait(func() bool { return len(in.texts(nil)) == 150 && s.Unconfirmed() == 0 }) {
		t.Errorf("%d of 150, %d unconfirmed", len(in.texts(nil)), s.Unconfirmed())
	}
}

func TestPollIDsJump(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{}
	run(t, s, Config{}, in)
	mira := s.Person("en")
	for i, id := range []int64{900000000, 5, 2000000000, 17} {
		mira.Type(fmt.Sprint(i))
		if !s.Wait(func() bool { return len(in.texts(mira)) == i+1 && s.Unconfirmed() == 0 }) {
			t.Fatalf("deaf before %d: %q", id, in.texts(mira))
		}
		s.Jump(id)
	}
}

func TestPollPoison(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{}
	b, _ := run(t, s, Config{}, in)
	mira := s.Person("en")
	s.Hold()
	mira.Type("before")
	s.Raw(`"message":{"message_id":"x"}`)
	s.Raw(`"message":[1,2]`)
	s.Raw(`"telepathy":{"strength":11}`)
	mira.Type("after")
	s.Release(false)
	if !s.Wait(func() bool { return slices.Equal(in.texts(mira), []string{"before", "after"}) && s.Unconfirmed() == 0 }) {
		t.Fatalf("%q", in.texts(mira))
	}
	if p, i := b.Stats.Poison.Load(), b.Stats.Ignored.Load(); p != 2 || i != 1 {
		t.Errorf("%d poison, %d ignored", p, i)
	}
}

// The same message under two update ids has one event id; the order of arrival is kept.
func TestPollTwiceAndReversed(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{}
	run(t, s, Config{}, in)
	mira := s.Person("en")
	s.Twice()
	s.Hold()
	mira.Type("one")
	mira.Type("two")
	s.Release(true)
	if !s.Wait(func() bool { return len(in.texts(mira)) == 4 }) {
		t.Fatalf("%q", in.texts(mira))
	}
	if got := in.texts(mira); !slices.Equal(got, []string{"two", "two", "one", "one"}) {
		t.Errorf("%q", got)
	}
	if a, b := in.events[0].ID, in.events[1].ID; a != b || a == in.events[2].ID {
		t.Errorf("%s %s %s", a, b, in.events[2].ID)
	}
}

func TestPollAlbumIsOneEvent(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{}
	run(t, s, Config{}, in)
	mira := s.Person("en")
	for i, caption := range []string{"us two", "", ""} {
		f := map[string]any{"photo": []any{map[string]any{"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1}}, "media_group_id": "g7"}
		if i == 0 {
			f["caption"] = caption
		}
		mira.Send(f)
	}
	mira.Type("end")
	s.Wait(func() bool { return slices.Contains(in.texts(mira), "end") })
	if got := in.texts(mira); !slices.Equal(got, []string{"photo us two", "end"}) {
		t.Errorf("%q", got)
	}
}

// A second program, a limit, a bad gateway: the loop backs off and comes back.
func TestPollComesBack(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	s.FailOn("getUpdates", 1, telegramtest.Limited, 1)
	in := &inbox{}
	run(t, s, Config{}, in)
	mira := s.Person("en")
	mira.Type("one")
	if !s.Wait(func() bool { return len(in.texts(mira)) == 1 }) {
		t.Fatal("deaf after a limit")
	}
	other := open(t, s, Config{})
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	other.updates(ctx, 0, time.Second) // ends the first one's call with a conflict
	mira.Type("two")
	if !s.Wait(func() bool { return len(in.texts(mira)) == 2 }) {
		t.Fatal("deaf after a conflict")
	}
	s.Offline(true)
	time.Sleep(50 * time.Millisecond)
	s.Offline(false)
	mira.Type("three")
	if !s.Wait(func() bool { return len(in.texts(mira)) == 3 }) {
		t.Fatal("deaf after the network was away")
	}
}

func TestPollEndsWithoutToken(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	s.Revoke()
	if err := b.Run(context.Background(), (&inbox{}).handle); !errors.Is(err, ErrToken) {
		t.Errorf("%v", err)
	}
}

// A webhook left from before does not make the bot deaf.
func TestPollAfterWebhook(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{}
	s.Proxy("127.0.0.1:1")
	hooked := open(t, s, Config{Webhook: Webhook{URL: "https://bot.example/hook"}})
	if err := hooked.hook(context.Background()); err != nil || !s.Hooked() {
		t.Fatal(err)
	}
	run(t, s, Config{}, in)
	mira := s.Person("en")
	mira.Type("hello")
	if !s.Wait(func() bool { return len(in.texts(mira)) == 1 }) {
		t.Error("deaf")
	}
}

// Every tap is answered at once, however long the handler takes and whatever it
// says; the person sees that something is going on.
func TestTapsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{}
	b, _ := run(t, s, Config{}, in)
	mira := s.Person("en")
	mira.Type("hello")
	s.Wait(func() bool { return len(in.texts(mira)) == 1 })
	if _, err := b.Send(context.Background(), person(mira.ID), dialog.Message{Text: "Well?", Choices: ask}); err != nil {
		t.Fatal(err)
	}
	in.mu.Lock()
	in.gate = make(chan struct{})
	in.mu.Unlock()
	if err := mira.Press("Yes"); err != nil {
		t.Fatal(err)
	}
	answered := func() bool { taps := s.Taps(); return len(taps) == 1 && taps[0] == 1 }
	if !s.Wait(func() bool { return answered() && mira.Typing() == 1 }) || len(in.texts(mira)) != 1 {
		t.Errorf("answered %v, seen typing %d times, after %q", s.Taps(), mira.Typing(), in.texts(mira))
	}
	close(in.gate)
	if !s.Wait(func() bool { return len(in.texts(mira)) == 2 }) || in.texts(mira)[1] != "y" {
		t.Errorf("%q", in.texts(mira))
	}
	s.Expire()
	if err := mira.Tap("from long ago"); err != nil {
		t.Fatal(err)
	}
	s.Expire()
	if !s.Wait(func() bool { return slices.Contains(in.texts(mira), "from long ago") }) {
		t.Error("a stale tap does not count")
	}
}
