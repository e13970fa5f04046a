package telegram

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
	"afterglow/dialog/platformtest"
)

// TestPlatform lives through the chats of every platform.
func TestPlatform(t *testing.T) {
	platformtest.Run(t, func(t testing.TB) platformtest.Subject {
		return newSubject(t, Config{})
	})
}

// TestPlatformByWebhook lives through them once more, with updates being brought.
func TestPlatformByWebhook(t *testing.T) {
	platformtest.Run(t, func(t testing.TB) platformtest.Subject {
		addr := free(t)
		s := newSubject(t, Config{Webhook: Webhook{URL: "https://bot.example/telegram", Listen: addr}})
		s.server.Proxy(addr)
		return s
	})
}

// subject is a person on the test server.
type subject struct {
	t      testing.TB
	cfg    Config
	server *telegramtest.Server
	*telegramtest.Person
}

func newSubject(t testing.TB, cfg Config) *subject {
	s := telegramtest.New()
	t.Cleanup(s.Close)
	cfg.Token, cfg.APIURL, cfg.Log = telegramtest.Token, s.URL(), testLog(t)
	return &subject{t, cfg, s, s.Person("en")}
}

func (s *subject) Name() string { return Name }

func (s *subject) Connect() (dialog.Platform, func(context.Context, func(context.Context, dialog.Event) error), error) {
	bot, err := New(context.Background(), s.cfg)
	if err != nil {
		return nil, nil, err
	}
	return bot, func(ctx context.Context, handle func(context.Context, dialog.Event) error) {
		if err := bot.Run(ctx, handle); err != nil {
			s.t.Errorf("run: %v", err)
		}
	}, nil
}

func (s *subject) Command(name string) { s.Type("/" + name) }

func (s *subject) Screens() []platformtest.Screen {
	var out []platformtest.Screen
	for _, m := range s.Messages() {
		out = append(out, platformtest.Screen{Text: m.Plain, Labels: m.Labels(), File: m.Photo + m.File})
	}
	return out
}

func (s *subject) Offline(off bool)   { s.server.Offline(off) }
func (s *subject) Lose(n int)         { s.server.Fail(n, telegramtest.Lost) }
func (s *subject) Page(n int)         { s.server.Fail(n, telegramtest.BadGateway) }
func (s *subject) Limit(n int)        { s.server.Fail(n, telegramtest.Limited) }
func (s *subject) Twice()             { s.server.Twice() }
func (s *subject) Problems() []string { return s.server.Problems() }

// testLog writes into the test's own log, and only if it fails.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(lines{t}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type lines struct{ testing.TB }

func (l lines) Write(p []byte) (int, error) {
	l.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}
