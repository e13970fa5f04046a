// Package discord lets people talk to the bot on Discord: its direct messages,
// buttons, menus, forms and slash commands become [dialog.Event]s, and each
// [dialog.Message] becomes what Discord can show. It translates and no more.
//
// What it promises: an interaction is acknowledged before anything is loaded, so
// Discord's three seconds hold however slow the store is; a message is tried once,
// and named, so that a repeat within Discord's window is the same message; nothing
// that happens outside the bot's own direct messages becomes an event; neither a
// token nor a word of a person is ever logged.
//
// What it can not: get back a press, a command or a form that came while no bot was
// connected, or whose process died between acknowledging and storing it (Discord
// offers it once), or remove what a person has written.
package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"afterglow/dialog"
)

// Name is the part of a [dialog.PersonID] before the colon.
const Name = "discord"

// Config is what a Bot needs. Token and Words are required; the zero value of
// everything else works.
type Config struct {
	Token     string // of the bot, without "Bot "
	PublicKey string // hexadecimal; checks what comes to Handler; empty: as Discord names it
	APIURL    string // another server in Discord's place, up to and without /v9, for tests; empty: Discord

	Log *slog.Logger // nil: silence; never sees tokens, words, names or ids

	// Words is the sentence under key ("discord.elsewhere") in a language ("de",
	// "pt-br"; ""), or in the default one; "" if nobody has it.
	Words func(lang, key string) string
	Langs []string // that commands are described in; the first is the default

	Commands []Command
	AgeLabel bool // commands carry Discord's age label: only adults who switched such commands on see them
	NoText   bool // no gateway runs, so typed messages never arrive: every question gets a button to write

	// Share gives lines that may be posted openly after a preview, none of them
	// personal. Nil: none.
	Share func(lang string) []string
	// Open lists the people who may have written unheard, the most urgent first: their
	// direct messages are read again after a time without a connection. Nil: nobody.
	Open func(ctx context.Context) ([]OpenDM, error)
	// Lease keeps the gateway with one replica. Nil: this is the only one.
	Lease Lease

	// Rate is how many requests a second this replica may make in the long run, and
	// a fifth of them at once; answers to interactions are not counted. Discord
	// allows a bot 50 in any second. 0: 40.
	Rate float64
}

// Command is one slash command.
type Command struct {
	Name  string // as in [dialog.Event].Name
	Text  bool   // takes a text, as in "/needs sleep"
	Share bool   // has the choice to post one of Config.Share where it is used
}

// OpenDM is somebody who may have written unheard: with an open question, or here lately.
type OpenDM struct {
	Person dialog.PersonID
	Last   dialog.Ref // a message of the bot in their direct messages; what is newer is read. "": none is known; they are opened
	Taken  time.Time  // when something they did was taken last; what they wrote since is read as well. Zero: unknown
	Lang   string     // that they are talked to in; messages that are typed do not tell. "": unknown
}

// Lease is a right that one of several replicas has at a time.
type Lease interface {
	// Hold takes or keeps the named right for ttl and tells whether the caller
	// has it. A ttl of 0 or less gives it back.
	Hold(ctx context.Context, name string, ttl time.Duration) (bool, error)
}

// Bot is the way to and from Discord. All methods may be called at once.
type Bot struct {
	cfg  Config
	log  *slog.Logger
	rest *discordgo.Session // never opened: REST only
	http *transport
	lim  *limits
	key  ed25519.PublicKey
	app  string // application id
	self string // user id

	inbox *inbox
	dms   *recent  // person → channel of their direct messages
	used  *recent  // interaction → the message that answered it
	langs *recent  // person → the language of their client
	fresh sync.Map // token of an interaction that was answered by HTTP → when Discord has read that
	pace  pace

	online atomic.Bool
	dead   atomic.Pointer[error] // why nothing works any more
	over   chan struct{}         // closed then
}

var (
	_ dialog.Platform = (*Bot)(nil)
	_ dialog.Typist   = (*Bot)(nil)
	_ dialog.Remover  = (*Bot)(nil)
)

// pace is every waiting time, in one place so that tests can hurry.
type pace struct {
	idle       time.Duration // of the gateway: longer than one heartbeat (41 s)
	writes     int           // to the gateway in a minute; a lively connection needs 8
	backoff    time.Duration // between two connections, at first
	backoffMax time.Duration
	settled    time.Duration // a connection that lasted this long begins the backoff anew
	lease      time.Duration // how long the gateway is held at a time
	look       time.Duration // how often the lease is renewed or asked for
	hung       time.Duration // an acknowledgement without an answer is made again, and waited for no longer
	retry      time.Duration // before an event is handed over again, at first
	headStart  time.Duration // Discord reads what it is answered by HTTP, before it is told more by other ways
	lag        time.Duration // the gateway may bring something this much later than it can be read
	giveUp     time.Duration // an event that nobody could take by then is let go
	unanswered time.Duration // "thinking" without an answer is taken away
	drain      time.Duration // what was taken is finished within
	reopen     time.Duration // between two openings of direct messages
	identify   time.Duration // between two new sessions of the gateway
}

var usual = pace{
	idle: 75 * time.Second, writes: 40, backoff: time.Second, backoffMax: time.Minute, settled: time.Minute,
	lease: 20 * time.Second, look: 5 * time.Second,
	hung: time.Second, retry: 250 * time.Millisecond, headStart: 50 * time.Millisecond, lag: 500 * time.Millisecond, giveUp: 10 * time.Minute,
	unanswered: 20 * time.Second, drain: 8 * time.Second, reopen: 5 * time.Second, identify: 5 * time.Second,
}

// New makes a Bot and asks Discord who it is. It connects to nothing else; see
// [Bot.Run] and [Bot.Handler].
func New(ctx context.Context, cfg Config) (*Bot, error) { return newBot(ctx, cfg, usual) }

func newBot(ctx context.Context, cfg Config, p pace) (*Bot, error) {
	switch {
	case strings.TrimSpace(cfg.Token) == "":
		return nil, errors.New("discord: no token\n  hint: copy it from discord.com/developers, your application, Bot, Reset Token")
	case cfg.Words == nil:
		return nil, errors.New("discord: no words")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if cfg.Rate <= 0 {
		cfg.Rate = usualRate
	}
	b := &Bot{cfg: cfg, log: cfg.Log, pace: p, lim: newLimits(cfg.Rate, p.reopen), over: make(chan struct{})}
	b.dms, b.used, b.langs = newRecent(1<<17), newRecent(1<<14), newRecent(1<<16)
	var err error
	if b.http, err = newTransport(cfg.APIURL); err != nil {
		return nil, err
	}
	if b.rest, err = b.session(); err != nil {
		return nil, err
	}
	b.inbox = newInbox(b)
	if err := b.whoami(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// session is the library's, with everything off that would act or print by itself.
func (b *Bot) session() (*discordgo.Session, error) {
	s, err := discordgo.New("Bot " + strings.TrimPrefix(strings.TrimSpace(b.cfg.Token), "Bot "))
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	s.LogLevel = -1 // below its errors: those carry addresses and payloads, and we see all of them ourselves
	s.Debug = false
	s.MaxRestRetries = 0
	s.ShouldRetryOnRateLimit = false
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.StateEnabled = false
	s.SyncEvents = true
	s.Compress = false
	s.Identify.Compress = false
	s.Identify.Intents = discordgo.IntentDirectMessages
	s.Client = &http.Client{
		Transport:     b.http,
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s, nil
}

// whoami learns the ids of the bot and its application, and so proves the token.
func (b *Bot) whoami(ctx context.Context) error {
	var me, app struct {
		ID  string `json:"id"`
		Key string `json:"verify_key"`
	}
	for _, q := range []struct {
		url  string
		into any
	}{{discordgo.EndpointUser("@me"), &me}, {discordgo.EndpointApplication("@me"), &app}} {
		body, err := b.call(ctx, request{op: "ask who I am", method: "GET", url: q.url})
		var ae *apiError
		switch {
		case errors.As(err, &ae) && ae.status == http.StatusUnauthorized:
			return fmt.Errorf("discord: the token was refused\n  hint: it was reset or mistyped; make a new one at discord.com/developers, your application, Bot, Reset Token")
		case err != nil:
			return fmt.Errorf("discord: %w\n  hint: check the network, and discordstatus.com", err)
		}
		if err := json.Unmarshal(body, q.into); err != nil {
			return fmt.Errorf("discord: ask who I am: no readable answer\n  hint: is the address of the API right?")
		}
	}
	if !isID(me.ID) || !isID(app.ID) {
		return errors.New("discord: ask who I am: an answer without an id\n  hint: is the address of the API right?")
	}
	b.self, b.app = me.ID, app.ID
	if b.cfg.PublicKey != "" {
		app.Key = b.cfg.PublicKey
	}
	key, err := hex.DecodeString(app.Key)
	if (err != nil || len(key) != ed25519.PublicKeySize) && b.cfg.PublicKey != "" {
		return errors.New("discord: the public key is not 64 hexadecimal digits\n  hint: copy it from discord.com/developers, your application, General Information")
	}
	if len(key) == ed25519.PublicKeySize {
		b.key = key
	}
	return nil
}

// Online tells whether the gateway is connected.
func (b *Bot) Online() bool { return b.online.Load() }

// InstallURL is where a person adds the bot to their account. It asks for nothing
// but the commands.
func (b *Bot) InstallURL() string {
	return "https://discord.com/oauth2/authorize?client_id=" + url.QueryEscape(b.app) + "&integration_type=1&scope=applications.commands"
}

// profile is a page with a button to write to the bot.
func (b *Bot) profile() string { return "https://discord.com/users/" + b.self }

// word is the sentence under "discord."+key, cut to max characters.
func (b *Bot) word(lang, key string, max int) string {
	return clip(dialog.Plain(b.cfg.Words(lang, "discord."+key)), max)
}

// kill remembers the first reason why nothing works any more.
func (b *Bot) kill(err error) {
	if b.dead.CompareAndSwap(nil, &err) {
		close(b.over)
	}
}

// killed is that reason, or nil.
func (b *Bot) killed() error {
	if err := b.dead.Load(); err != nil {
		return *err
	}
	return nil
}

// isID tells whether s could be one of Discord's ids.
func isID(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
