package telegram

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

// Nothing that is logged, at any level and whatever goes wrong, holds the token
// or anything of a person: not what they write, not what is written to them, not
// who they are.
func TestLogsTellNothing(t *testing.T) {
	t.Parallel()
	const word, said = "marshmallow", "chrysanthemum"
	var out locked
	s := telegramtest.New()
	in := &inbox{}
	mira := s.Person("en")
	in.refuse = func(ev dialog.Event) bool { return len(out.String()) < 2000 && ev.Text == word }
	b, stop := run(t, s, Config{
		Log:    slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Inline: func(lang, query string) []InlineResult { return []InlineResult{{ID: "1", Title: said, Text: said}} },
		Words:  func(lang, key string) string { return said },
	}, in)
	mira.Type(word)
	s.Raw(`"message":{"message_id":"` + word + `"}`)
	s.FailOn("answer", 3, telegramtest.Internal, 0)
	mira.Ask(word)
	s.Group("group").Say(mira, map[string]any{"text": "/start " + word})
	for _, how := range []telegramtest.Fault{telegramtest.Lost, telegramtest.BadGateway, telegramtest.Internal, telegramtest.Limited} {
		s.Fail(1, how)
		b.Send(context.Background(), person(mira.ID), dialog.Message{Text: said})
		time.Sleep(10 * time.Millisecond)
	}
	s.Refuse(2, `Bad Request: can't parse entities: unsupported start tag "`+said+`" at byte offset 1`)
	time.Sleep(1100 * time.Millisecond) // the limit above
	b.Send(context.Background(), person(mira.ID), dialog.Message{Text: said})
	mira.Tap(word)
	s.Expire()
	s.Offline(true)
	s.Wait(func() bool { return strings.Contains(out.String(), "could not be fetched") })
	b.Send(context.Background(), person(mira.ID), dialog.Message{Text: said})
	b.Register(context.Background(), "en")
	stop()
	log := out.String()
	for _, part := range []string{"could not be handled yet", "passed over", "could not be fetched", "offered a plain one"} {
		if !strings.Contains(log, part) {
			t.Errorf("the log does not even tell %q:\n%s", part, log)
		}
	}
	for _, secret := range []string{telegramtest.Token, strings.SplitN(telegramtest.Token, ":", 2)[1], word, said, strconv.FormatInt(mira.ID, 10), telegramtest.Username} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}

type locked struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
