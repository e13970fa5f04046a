// Package telegram carries conversations over Telegram's Bot API: an update
// becomes a [dialog.Event], a [dialog.Message] becomes calls. It translates and
// no more; the one thing it says by itself is a neutral line in groups, where
// nobody is listened to.
//
// It promises that an update is confirmed only after its handler returned nil,
// that one person's updates stay in order while those of others go on, that
// every failure is sorted as [dialog.Verdict] asks, and that neither the token
// nor anything a person wrote gets into an error or a log.
package telegram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/time/rate"

	"afterglow/dialog"
)

// Name is the part of a [dialog.PersonID] before the colon.
const Name = "telegram"

// Config is what a Bot needs to know. Only Token has to be set.
type Config struct {
	Token   string
	APIURL  string       // empty: https://api.telegram.org
	Log     *slog.Logger // nil: silence; never sees words, names, ids or the token
	Webhook Webhook      // its zero value: long polling

	Go func(task func()) // begins a task of its own; nil: on a new goroutine

	// Words gives the sentence under key ("telegram.group", "telegram.short", …)
	// in the language nearest to lang, or "" if there is none. Nil: no words, so
	// nothing is said in groups and nothing is registered.
	Words    func(lang, key string) string
	Commands []string // for the menu, in its order; each needs the word "telegram.command.NAME"
	Protect  bool     // questions with buttons can not be forwarded or saved

	// Inline answers an inline query. It is not told who asks. Nil: no inline mode.
	Inline func(lang, query string) []InlineResult
}

// Handler takes one event and returns nil once its outcome is durable; an event
// that it fails on is offered again. [dialog.Host.Handle] is one.
type Handler = func(context.Context, dialog.Event) error

// Bot is one bot account. Its methods may be called from many goroutines.
type Bot struct {
	ID       int64  // the account's own id
	Username string // without the @
	Stats    Stats

	cfg     Config
	api     *tgbotapi.BotAPI // never given away: printing it would show the token
	way     *http.Transport
	inline  bool // inline mode is switched on for the account
	limits  limits
	nudges  *rate.Limiter
	started progress
	albums  recent[string]
	groups  recent[int64]
	behind  sync.WaitGroup // what goes on beside the handler: answers to taps and the like
	sides   chan struct{}  // one for each of these
}

// Stats counts what a bot did. It is safe to read at any time.
type Stats struct {
	Updates atomic.Int64 // received, repeats of the same delivery not counted
	Poison  atomic.Int64 // updates that could not be decoded, and were passed over
	Ignored atomic.Int64 // updates of a kind that nobody needs
	Again   atomic.Int64 // times a handler failed and its update was to be offered again
	Loose   atomic.Int64 // updates kept in memory alone, because they held everybody else up
	Lost    atomic.Int64 // updates given up after a day, or for want of room
	Plain   atomic.Int64 // messages that were refused as malformed and tried once more without looks
	Limited atomic.Int64 // answers of 429
}

// ErrToken says that Telegram does not know the token. Trying again is of no use.
var ErrToken = errors.New("the token was refused\n  hint: copy it again from @BotFather (/mybots, API Token); a revoked token never comes back")

var (
	_ dialog.Platform = (*Bot)(nil)
	_ dialog.Typist   = (*Bot)(nil)
	_ dialog.Remover  = (*Bot)(nil)
)

var tokenForm = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{10,}$`)

// nudgeRate is how many messages a second may go to people who did not ask for
// one just now; Telegram lets about 30 pass.
const nudgeRate = 25

// New asks Telegram who the bot is. It fails with [ErrToken], or with a hint at
// the network.
func New(ctx context.Context, cfg Config) (*Bot, error) {
	if !tokenForm.MatchString(cfg.Token) {
		return nil, fmt.Errorf("telegram: the token is not of the form 123456:ABC…\n  hint: @BotFather shows it under /mybots, API Token")
	}
	if err := cfg.Webhook.check(cfg.Token); err != nil {
		return nil, err
	}
	cfg.APIURL = strings.TrimRight(cmp.Or(cfg.APIURL, "https://api.telegram.org"), "/")
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if cfg.Words == nil {
		cfg.Words = func(string, string) string { return "" }
	}
	if cfg.Go == nil {
		cfg.Go = func(task func()) { go task() }
	}
	silence()
	b := &Bot{
		cfg:    cfg,
		api:    &tgbotapi.BotAPI{Token: cfg.Token},
		way:    newWay(),
		nudges: rate.NewLimiter(nudgeRate, nudgeRate),
		sides:  make(chan struct{}, maxSides),
	}
	b.api.SetAPIEndpoint(cfg.APIURL + "/bot%s/%s")
	var me struct {
		ID       int64  `json:"id"`
		Username string `json:"username"`
		Inline   bool   `json:"supports_inline_queries"`
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := b.ask(ctx, "getMe", nil, &me); err != nil {
		return nil, b.explain(err)
	}
	b.ID, b.Username, b.inline = me.ID, me.Username, me.Inline
	return b, nil
}

// String names the bot. It keeps the token out of whatever prints a Bot.
func (b *Bot) String() string { return "@" + b.Username }

// explain adds to a failure what an operator can do about it.
func (b *Bot) explain(err error) error {
	var f *failure
	switch {
	case !errors.As(err, &f):
		return err
	case f.dead():
		return fmt.Errorf("%w: %w", err, ErrToken)
	case f.code == 0:
		return fmt.Errorf("%w\n  hint: can this machine reach %s? Look at DNS, the firewall and HTTPS_PROXY", err, b.cfg.APIURL)
	case f.code == http.StatusConflict:
		return fmt.Errorf("%w\n  hint: another program uses the same token; stop it, or give this one a token of its own", err)
	}
	return err
}

// Run takes updates to handle until ctx ends, by webhook if one is configured
// and by long polling otherwise. It returns nil after a graceful end, when
// everything that was taken is answered; an error means that Telegram refuses
// the bot as it is.
func (b *Bot) Run(ctx context.Context, handle Handler) error {
	defer b.behind.Wait()
	if b.cfg.Webhook.URL != "" {
		return b.serve(ctx, handle)
	}
	return b.poll(ctx, handle)
}

// person is the id of somebody in a private chat, whose id is the chat's as well.
func person(id int64) dialog.PersonID {
	return dialog.PersonID(Name + ":" + strconv.FormatInt(id, 10))
}

func chatOf(p dialog.PersonID) (int64, error) {
	name, id, _ := strings.Cut(string(p), ":")
	chat, err := strconv.ParseInt(id, 10, 64)
	if name != Name || err != nil || chat <= 0 {
		return 0, errors.New("telegram: the person is none of this platform")
	}
	return chat, nil
}

// beside does work that the handler does not wait for, or drops it if there is
// too much of that.
func (b *Bot) beside(work func(context.Context)) {
	select {
	case b.sides <- struct{}{}:
	default:
		return
	}
	b.behind.Add(1)
	b.cfg.Go(func() {
		defer func() { <-b.sides; b.behind.Done() }()
		ctx, cancel := context.WithTimeout(context.Background(), callTime)
		defer cancel()
		work(ctx)
	})
}

const (
	callTime = 15 * time.Second // how long one call may take where nobody set a deadline
	maxSides = 512
)
