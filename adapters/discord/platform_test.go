package discord

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
	"afterglow/dialog/platformtest"
)

// TestPlatform lives through the chats of every platform.
func TestPlatform(t *testing.T) {
	platformtest.Run(t, func(t testing.TB) platformtest.Subject { return newSubject(t) })
}

// TestPlatformByHTTP lives through them once more, with interactions by HTTP. What
// is typed still comes by the gateway: Discord brings it no other way.
func TestPlatformByHTTP(t *testing.T) {
	platformtest.Run(t, func(t testing.TB) platformtest.Subject {
		s := newSubject(t)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := s.front.Load()
			if h == nil {
				panic(http.ErrAbortHandler) // no program runs
			}
			(*h).ServeHTTP(w, r)
		}))
		t.Cleanup(front.Close)
		s.server.Endpoint = front.URL
		return s
	})
}

// subject is a person on the test server.
type subject struct {
	t      testing.TB
	server *discordtest.Server
	front  atomic.Pointer[http.Handler] // of the running program
	*discordtest.Person
}

func newSubject(t testing.TB) *subject {
	s := discordtest.New()
	s.Heartbeat = 200 * time.Millisecond
	s.AckTime = 20 * time.Second // a machine with other things to do may stop for a moment
	t.Cleanup(s.Close)
	return &subject{t: t, server: s, Person: s.Person("en-US")}
}

func (s *subject) Name() string { return Name }

func (s *subject) Connect() (dialog.Platform, func(context.Context, func(context.Context, dialog.Event) error), error) {
	bot, err := newBot(context.Background(), Config{
		Token: discordtest.Token, APIURL: s.server.URL(), Log: testLog(s.t), Words: mute, Open: s.open,
	}, hurry)
	if err != nil {
		return nil, nil, err
	}
	return bot, func(ctx context.Context, handle func(context.Context, dialog.Event) error) {
		front := bot.Handler(handle)
		s.front.Store(&front)
		context.AfterFunc(ctx, func() { s.front.CompareAndSwap(&front, nil) })
		if err := bot.Run(ctx, handle); err != nil {
			s.t.Errorf("run: %v", err)
		}
		for end := time.Now().Add(time.Second); s.server.Connected() && time.Now().Before(end); {
			time.Sleep(time.Millisecond) // Discord has yet to read the farewell
		}
	}, nil
}

// open is what a host knows: the last message of the bot in this chat.
func (s *subject) open(context.Context) ([]OpenDM, error) {
	last := dialog.Ref("")
	for _, m := range s.Messages() {
		if m.Bot {
			last = dialog.Ref(s.Chat.ID + "/" + m.ID)
		}
	}
	return []OpenDM{{Person: personOf(s.Person.ID), Last: last}}, nil
}

// again does what people do when Discord says "this interaction failed", as it
// does while no bot is connected: they try once more.
func (s *subject) again(do func() error) error {
	err := do()
	if err != discordtest.ErrFailed {
		return err
	}
	go func() {
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && do() == discordtest.ErrFailed; {
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return nil
}

func (s *subject) Command(name string) {
	if err := s.again(func() error { return s.Slash(name) }); err != nil {
		s.t.Error(err)
	}
}

func (s *subject) Press(label string) error {
	return s.again(func() error { return s.Person.Press(label) })
}

func (s *subject) Screens() []platformtest.Screen {
	var out []platformtest.Screen
	for _, m := range s.Messages() {
		if !m.Bot || m.Thinking {
			continue
		}
		screen := platformtest.Screen{Text: m.Text, Labels: m.Labels()}
		for _, f := range m.Files {
			screen.File += f.Name
		}
		out = append(out, screen)
	}
	return out
}

func (s *subject) Offline(off bool)   { s.server.Offline(off) }
func (s *subject) Lose(n int)         { s.server.Fail(n, discordtest.Lost) }
func (s *subject) Page(n int)         { s.server.Fail(n, discordtest.BadGateway) }
func (s *subject) Limit(n int)        { s.server.Fail(n, discordtest.Limited) }
func (s *subject) Twice()             { s.server.Twice() }
func (s *subject) Problems() []string { return s.server.Problems() }
