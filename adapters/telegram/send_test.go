package telegram

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

// open makes a bot that talks to s, and fails the test at its end if the bot did
// what Telegram would not have taken.
func open(t testing.TB, s *telegramtest.Server, cfg Config) *Bot {
	t.Helper()
	cfg.Token, cfg.APIURL = telegramtest.Token, s.URL()
	if cfg.Log == nil {
		cfg.Log = testLog(t)
	}
	b, err := New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, p := range s.Problems() {
			t.Error(p)
		}
	})
	return b
}

// reached is a person who has written to the bot before.
func reached(s *telegramtest.Server) (*telegramtest.Person, dialog.PersonID) {
	p := s.Person("en")
	p.Type("/start")
	return p, person(p.ID)
}

var ask = [][]dialog.Choice{{{Label: "Yes", Data: "y"}, {Label: "No", Data: "n"}}}

func TestSendAndEdit(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	mira, id := reached(s)
	send := func(m dialog.Message) dialog.Ref {
		t.Helper()
		ref, err := b.Send(context.Background(), id, m)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	ref := send(dialog.Message{Text: "Water?", Choices: ask})
	if again := send(dialog.Message{Text: "Tea?", Choices: ask, Edit: ref}); again != ref {
		t.Errorf("%s was edited and is now %s", ref, again)
	}
	if again := send(dialog.Message{Text: "Tea?", Choices: ask, Edit: ref}); again != ref {
		t.Errorf("an edit that changes nothing made %s of %s", again, ref)
	}
	if again := send(dialog.Message{Text: "Done.", Edit: ref}); again != ref || len(mira.Screen().Buttons) != 0 {
		t.Error("the keys stay when there is nothing to choose")
	}
	photo := send(dialog.Message{Text: "Card", Picture: &dialog.File{Name: "c.png", Bytes: []byte("x")}})
	if again := send(dialog.Message{Text: "Tea?", Edit: photo}); again == photo {
		t.Error("a picture can not become a text")
	}
	long := send(dialog.Message{Text: strings.Repeat("word ", 1500)})
	if n := strings.Count(string(long), ":"); n != 2 {
		t.Errorf("%s names not two messages", long)
	}
	if again := send(dialog.Message{Text: "Short.", Edit: long}); again == long {
		t.Error("several messages can not become one")
	}
	if again := send(dialog.Message{Text: "New.", Edit: "4711:99999"}); again == "" {
		t.Error("an edit of another chat's message has to become a new one")
	}
	mira.Clear()
	if again := send(dialog.Message{Text: "New.", Edit: ref}); again == ref || mira.Screen().Text != "New." {
		t.Error("an edit of nothing has to become a new message")
	}
}

// A text of several messages that breaks off goes on where it broke off.
func TestSendGoesOn(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	mira, id := reached(s)
	m := dialog.Message{ID: "m1", Text: strings.Repeat("word ", 2000), Choices: ask}
	first := dialog.Message{ID: "m0", Text: "Hello."}
	if _, err := b.Send(context.Background(), id, first); err != nil {
		t.Fatal(err)
	}
	breaks := &breaker{Bot: b, s: s}
	ref := breaks.until(t, id, m)
	if n := len(mira.Messages()); n != 1+3 {
		t.Errorf("%d messages stand in the chat", n)
	}
	if ids := messageIDs(mira.ID, ref); len(ids) != 3 {
		t.Errorf("%s", ref)
	}
	if got := mira.Screen().Labels(); len(got) != 2 {
		t.Error("the keys belong to the last message")
	}
}

// breaker lets every second send fail with nothing happening.
type breaker struct {
	*Bot
	s *telegramtest.Server
}

func (b *breaker) until(t *testing.T, id dialog.PersonID, m dialog.Message) dialog.Ref {
	for range 5 {
		b.s.Pass(1)
		b.s.Fail(1, telegramtest.BadGateway)
		ref, err := b.Send(context.Background(), id, m)
		if err == nil {
			return ref
		}
	}
	t.Fatal("the message never arrived")
	return ""
}

// What Telegram can not read is tried once more, plainly.
func TestSendPlain(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	mira, id := reached(s)
	s.Refuse(1, "Bad Request: can't parse entities: nobody knows why")
	if _, err := b.Send(context.Background(), id, dialog.Message{Text: "*Rest* & <sleep>", Choices: ask}); err != nil {
		t.Fatal(err)
	}
	if m := mira.Screen(); m.Text != "Rest & <sleep>" || len(m.Buttons) == 0 {
		t.Errorf("%s", m.String())
	}
	s.Refuse(1, "Bad Request: BUTTON_DATA_INVALID")
	if _, err := b.Send(context.Background(), id, dialog.Message{Text: "*Rest*", Choices: ask}); err != nil {
		t.Fatal(err)
	}
	if m := mira.Screen(); m.Text != "*Rest*" || len(m.Buttons) != 0 {
		t.Errorf("%s", m.String())
	}
	s.Refuse(2, "Bad Request: message is too long")
	_, err := b.Send(context.Background(), id, dialog.Message{Text: "Rest."})
	var se *dialog.SendError
	if !errors.As(err, &se) || se.Verdict != dialog.Never || b.Stats.Plain.Load() != 3 {
		t.Errorf("%v, %d", err, b.Stats.Plain.Load())
	}
}

// Once limited, nothing more is sent before the time is over; a limit that many
// chats run into is everybody's.
func TestSendLimited(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	var lane bool
	for i := range 5 {
		_, id := reached(s)
		s.FailOn("sendMessage", 1, telegramtest.Limited, 30)
		_, err := b.Send(context.Background(), id, dialog.Message{Text: "Hello."})
		var se *dialog.SendError
		if !errors.As(err, &se) || se.Verdict != dialog.Later || se.After < 15*time.Second {
			t.Fatalf("%d: %v", i, err)
		}
		lane = se.Lane
	}
	if n := len(s.Calls("sendMessage")) + int(b.Stats.Limited.Load()); !lane || n != 3 {
		t.Errorf("lane %v; %d calls though everything is limited", lane, n)
	}
}

func TestNudgesHaveABudget(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	_, id := reached(s)
	begun := time.Now()
	for range nudgeRate + 5 {
		if _, err := b.Send(context.Background(), id, dialog.Message{Text: "Hello.", Nudge: true}); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(begun); d < 150*time.Millisecond {
		t.Errorf("%d nudges in %v", nudgeRate+5, d)
	}
	for range 20 { // many others are ahead
		b.nudges.ReserveN(time.Now(), nudgeRate)
	}
	_, err := b.Send(context.Background(), id, dialog.Message{Text: "Hello.", Nudge: true})
	var se *dialog.SendError
	if !errors.As(err, &se) || se.Verdict != dialog.Later || !se.Lane {
		t.Errorf("%v", err)
	}
	if _, err := b.Send(context.Background(), id, dialog.Message{Text: "An answer."}); err != nil {
		t.Errorf("an answer has to wait for nudges: %v", err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	mira, id := reached(s)
	var refs []dialog.Ref
	send := func(text string) {
		ref, err := b.Send(context.Background(), id, dialog.Message{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
	}
	send("old one")
	send(strings.Repeat("old two ", 1000))
	mira.Age(49 * time.Hour)
	for i := range 150 {
		send(fmt.Sprint("new ", i))
	}
	refs = append(refs, "4711:x", refOf(mira.ID, []int64{987654}))
	left, err := b.Remove(context.Background(), id, refs)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 3 || left[0] != refs[0] || left[1] != refs[1] || left[2] != "4711:x" {
		t.Errorf("%v stay", left)
	}
	if n := len(mira.Messages()); n != 3 {
		t.Errorf("%d messages stay", n)
	}
	for _, c := range s.Calls("deleteMessages") {
		if n := strings.Count(c.Params["message_ids"], ",") + 1; n > 100 {
			t.Errorf("%d messages in one call", n)
		}
	}
	s.Offline(true)
	if left, err := b.Remove(context.Background(), id, refs); err == nil || left != nil {
		t.Errorf("%v %v", left, err)
	}
}

func TestTyping(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	mira, id := reached(s)
	if err := b.Typing(context.Background(), id); err != nil || mira.Typing() != 1 {
		t.Errorf("%v, %d", err, mira.Typing())
	}
}

func TestNewTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	for _, tt := range []struct {
		name, hint string
		cfg        Config
		before     func()
	}{
		{"no token", "@BotFather", Config{}, nil},
		{"a line end in the token", "@BotFather", Config{Token: telegramtest.Token + "\n"}, nil},
		{"another bot's token", "copy it again", Config{Token: "1:" + strings.Repeat("x", 30)}, nil},
		{"webhook without https", "https", Config{Token: telegramtest.Token, Webhook: Webhook{URL: "http://x"}}, nil},
		{"a secret with blanks", "A–Z", Config{Token: telegramtest.Token, Webhook: Webhook{URL: "https://x", Secret: "a b"}}, nil},
		{"half a certificate", "both", Config{Token: telegramtest.Token, Webhook: Webhook{URL: "https://x", Cert: "c.pem"}}, nil},
		{"revoked", "copy it again", Config{Token: telegramtest.Token}, s.Revoke},
		{"nobody there", "firewall", Config{Token: telegramtest.Token}, s.Close},
	} {
		if tt.before != nil {
			tt.before()
		}
		tt.cfg.APIURL = s.URL()
		_, err := New(context.Background(), tt.cfg)
		if err == nil || !strings.Contains(err.Error(), "hint:") || !strings.Contains(err.Error(), tt.hint) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil && strings.Contains(err.Error(), strings.TrimSpace(telegramtest.Token)) {
			t.Errorf("%s: the error holds the token", tt.name)
		}
		if got := errors.Is(err, ErrToken); got != (tt.hint == "copy it again") {
			t.Errorf("%s: ErrToken is %v", tt.name, got)
		}
	}
}

// The library loses the error code of an upload; the verdict does not.
func TestUploadsFailAsWell(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	mira, id := reached(s)
	card := dialog.Message{Text: "Card", Picture: &dialog.File{Name: "c.png", Bytes: make([]byte, 1<<20)}}
	for _, tt := range []struct {
		before func()
		want   dialog.Verdict
	}{
		{func() { s.Fail(1, telegramtest.BadGateway) }, dialog.Unknown},
		{func() { s.Fail(1, telegramtest.Lost) }, dialog.Unknown},
		{func() { s.Refuse(2, "Bad Request: IMAGE_PROCESS_FAILED") }, dialog.Never},
		{func() { s.Fail(1, telegramtest.Limited) }, dialog.Later},
		{mira.Block, dialog.Later}, // still limited, so it is not even tried
	} {
		tt.before()
		_, err := b.Send(context.Background(), id, card)
		var se *dialog.SendError
		if !errors.As(err, &se) || se.Verdict != tt.want {
			t.Errorf("%v, not %v", err, tt.want)
		}
	}
	noor, other := reached(s)
	noor.Deactivate()
	_, err := b.Send(context.Background(), other, card)
	var se *dialog.SendError
	if !errors.As(err, &se) || se.Verdict != dialog.Gone {
		t.Errorf("%v", err)
	}
}

// Whoever prints a bot does not print its token.
func TestPrintingABot(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	if text := fmt.Sprintf("%v %+v %s", b, b, b); strings.Contains(text, telegramtest.Token) {
		t.Error(text)
	}
}
