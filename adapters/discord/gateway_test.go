package discord

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// run starts a bot and returns what Run returns.
func run(t *testing.T, s *discordtest.Server, change func(*Config, *pace)) (*Bot, <-chan error, context.CancelFunc) {
	t.Helper()
	cfg := Config{Token: discordtest.Token, APIURL: s.URL(), Log: testLog(t), Words: mute}
	p := hurry
	if change != nil {
		change(&cfg, &p)
	}
	b, err := newBot(context.Background(), cfg, p)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- b.Run(ctx, func(context.Context, dialog.Event) error { return nil }) }()
	return b, over, cancel
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not come to this: %s", what)
		}
	}
}

func TestFatalCloses(t *testing.T) {
	for code, hint := range map[int]string{4004: "make a new one", 4014: "privileged", 4013: "privileged", 4012: "newer version"} {
		s := discordtest.New()
		s.SendAway(code)
		_, over, cancel := run(t, s, nil)
		select {
		case err := <-over:
			if err == nil || !strings.Contains(err.Error(), "\n  hint: ") || !strings.Contains(err.Error(), hint) {
				t.Errorf("%d: %v", code, err)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%d: it goes on", code)
		}
		cancel()
		s.Close()
	}
}

func TestPassingCloses(t *testing.T) {
	s := discordtest.New()
	defer s.Close()
	s.Heartbeat = 100 * time.Millisecond
	s.SendAway(4000)
	b, over, cancel := run(t, s, nil)
	time.Sleep(100 * time.Millisecond)
	s.SendAway(0)
	within(t, "it connects", b.Online)
	cancel()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

// TestTokenReset: a token that is refused stops everything at the first word.
func TestTokenReset(t *testing.T) {
	s := discordtest.New()
	defer s.Close()
	s.Heartbeat = 100 * time.Millisecond
	b, over, cancel := run(t, s, nil)
	defer cancel()
	within(t, "it connects", b.Online)
	s.Fail(1, discordtest.Fault{Status: 401, Code: 40001})
	p := s.Person("de")
	b.dms.put(p.ID, p.Chat.ID)
	for range 3 {
		_, err := b.Send(context.Background(), personOf(p.ID), dialog.Message{ID: "1", Text: "x"})
		if se := verdict(err); se.Verdict != dialog.Later || !se.Lane {
			t.Errorf("%+v", se)
		}
	}
	if s.Invalid() != 1 {
		t.Errorf("%d requests with a token that was refused", s.Invalid())
	}
	if err := <-over; err == nil || !strings.Contains(err.Error(), "hint: it was reset") {
		t.Error(err)
	}
}

// TestBudget: when few new sessions are left, it waits rather than lose the token.
func TestBudget(t *testing.T) {
	s := discordtest.New()
	defer s.Close()
	s.Budget(5)
	b, over, cancel := run(t, s, nil)
	time.Sleep(200 * time.Millisecond)
	if s.Count("identify") != 0 || b.Online() {
		t.Errorf("%d introductions", s.Count("identify"))
	}
	cancel()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

// TestStray: a gateway that sends every introduction back is not asked for ever.
func TestStray(t *testing.T) {
	s := discordtest.New()
	defer s.Close()
	s.Heartbeat = 100 * time.Millisecond
	s.Stray(true)
	s.Budget(120)
	b, over, cancel := run(t, s, func(_ *Config, p *pace) { p.writes = usual.writes })
	within(t, "it is cut off", func() bool { return s.Count("identify") > 20 })
	time.Sleep(2 * time.Second)
	n := s.Count("identify")
	if n > 110 {
		t.Errorf("%d introductions", n)
	}
	s.Budget(1000)
	s.Stray(false)
	t.Logf("%d introductions", n)
	_ = b
	cancel()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

// lease is one for two replicas, with a clock of its own.
type lease struct {
	mu     sync.Mutex
	holder *replica
	until  time.Time
}

// replica is one of those who want it.
type replica struct {
	*lease
	away bool
}

func (r *replica) Hold(ctx context.Context, name string, ttl time.Duration) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return false, errors.New("the store is away")
	}
	if r.holder != nil && r.holder != r && time.Now().Before(r.until) {
		return false, nil
	}
	if ttl <= 0 {
		r.holder = nil
		return false, nil
	}
	r.holder, r.until = r, time.Now().Add(ttl)
	return true, nil
}

func (r *replica) set(away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = away
}

func TestLease(t *testing.T) {
	if usual.lease+usual.look > 30*time.Second || usual.look*2 > usual.lease {
		t.Error("another replica has to take over within 30 s, and renewing has to come in time")
	}
	s := discordtest.New()
	defer s.Close()
	s.Heartbeat = 100 * time.Millisecond
	both := &lease{}
	one, two := &replica{lease: both}, &replica{lease: both}
	a, aOver, aStop := run(t, s, func(c *Config, _ *pace) { c.Lease = one })
	within(t, "the first connects", a.Online)
	b, bOver, bStop := run(t, s, func(c *Config, _ *pace) { c.Lease = two })
	time.Sleep(300 * time.Millisecond)
	if b.Online() || !a.Online() {
		t.Fatal("two hold the gateway, or none")
	}

	one.set(true) // the first can not renew; it lets go before the second takes over
	within(t, "the second takes over", func() bool {
		if a.Online() && b.Online() {
			t.Fatal("two hold the gateway")
		}
		return b.Online()
	})
	one.set(false)
	time.Sleep(300 * time.Millisecond)
	if a.Online() {
		t.Fatal("two hold the gateway")
	}

	bStop() // a proper end gives it back
	if err := <-bOver; err != nil {
		t.Error(err)
	}
	begun := time.Now()
	within(t, "the first takes over", a.Online)
	if time.Since(begun) > hurry.lease {
		t.Errorf("the lease was not given back: %v", time.Since(begun))
	}
	aStop()
	if err := <-aOver; err != nil {
		t.Error(err)
	}
}

func TestCommands(t *testing.T) {
	s := discordtest.New()
	defer s.Close()
	cfg := Config{
		Token: discordtest.Token, APIURL: s.URL(), Log: testLog(t), Langs: []string{"en", "pt", "de"},
		Commands: []Command{{Name: "needs", Text: true}, {Name: "starters", Share: true}},
		Share:    lines3,
		Words: func(lang, key string) string {
			if lang == "pt" && key == "discord.about.needs" {
				return "O que te faz bem"
			}
			if lang == "de" && key == "discord.name.needs" {
				return "Was guttut"
			}
			return english(lang, key)
		},
	}
	register := func(cfg Config) {
		b, err := newBot(context.Background(), cfg, hurry)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Register(context.Background()); err != nil {
			t.Fatal(err, s.Problems())
		}
	}
	register(cfg)
	for _, want := range []string{
		`"contexts":[0,1,2]`, `"integration_types":[0,1]`, `"nsfw":false`, `"pt-BR":"O que te faz bem"`, `"de":"was-guttut"`,
		`"name":"needs"`, `"value":"share"`, `"max_length":1000`,
	} {
		if !strings.Contains(s.Commands(), want) {
			t.Errorf("%s is missing in %s", want, s.Commands())
		}
	}
	register(cfg)
	if s.Count("commands") != 1 {
		t.Error("registered though nothing changed")
	}
	cfg.AgeLabel = true
	register(cfg)
	if s.Count("commands") != 2 || !strings.Contains(s.Commands(), `"nsfw":true`) {
		t.Error("not registered though something changed")
	}
	for _, p := range s.Problems() {
		t.Error(p)
	}
}

func TestNew(t *testing.T) {
	s := discordtest.New()
	defer s.Close()
	good := Config{Token: discordtest.Token, APIURL: s.URL(), Words: mute}
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no token", func(c *Config) { c.Token = " " }, "no token"},
		{"a wrong one", func(c *Config) { c.Token = "wrong" }, "the token was refused"},
		{"a key of nothing", func(c *Config) { c.PublicKey = "abc" }, "public key"},
		{"nowhere", func(c *Config) { c.APIURL = "http://127.0.0.1:1/api" }, "check the network"},
		{"an address of nothing", func(c *Config) { c.APIURL = "discord" }, "the address of the API is none"},
	} {
		cfg := good
		c.change(&cfg)
		_, err := New(context.Background(), cfg)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "\n  hint: ") || strings.Contains(err.Error(), discordtest.Token) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, token := range []string{discordtest.Token, "Bot " + discordtest.Token, discordtest.Token + "\n"} {
		good.Token = token
		b, err := New(context.Background(), good)
		if err != nil || b.InstallURL() != "https://discord.com/oauth2/authorize?client_id="+discordtest.AppID+"&integration_type=1&scope=applications.commands" {
			t.Error(err)
		}
	}
}
