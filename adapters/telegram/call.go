package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// call makes one call, once: whether to try again is decided by who knows what
// a second time would do. The library's own methods know neither contexts nor
// anything newer than Bot API 5.5, so everything goes through here. An error is
// a *failure.
func (b *Bot) call(ctx context.Context, method string, params tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTime)
		defer cancel()
	}
	w := &wire{ctx: ctx, way: b.way}
	api := *b.api
	api.Client = w
	var resp *tgbotapi.APIResponse
	var err error
	if len(files) > 0 {
		resp, err = api.UploadFiles(method, params, files)
	} else {
		resp, err = api.MakeRequest(method, params)
	}
	if err == nil {
		return resp.Result, nil
	}
	f := &failure{method: method, code: w.status, reached: w.reached.Load()}
	var refused *tgbotapi.Error
	switch {
	case errors.As(err, &refused):
		f.said = true
		if resp.ErrorCode != 0 { // the library leaves it out of the error of an upload
			f.code = resp.ErrorCode
		}
		f.text = quoted.ReplaceAllString(refused.Message, `"…"`)
		f.wait = time.Duration(refused.RetryAfter) * time.Second
	case w.status != 0:
		f.text = "the answer is no JSON"
	default:
		f.text = "no answer: " + err.Error()
		f.err = err
	}
	f.text = strings.ReplaceAll(f.text, b.cfg.Token, "TOKEN")
	if f.code == http.StatusTooManyRequests {
		b.Stats.Limited.Add(1)
	}
	return nil, f
}

// ask makes a call and decodes its result.
func (b *Bot) ask(ctx context.Context, method string, params tgbotapi.Params, result any) error {
	raw, err := b.call(ctx, method, params)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, result); err != nil {
		return &failure{method: method, code: http.StatusOK, reached: true, text: "the result has an unknown form"}
	}
	return nil
}

// What Telegram quotes in a description may come out of a message.
var quoted = regexp.MustCompile(`"[^"]*"`)

// failure is a call that did not succeed.
type failure struct {
	method  string
	code    int    // the Bot API's error code or else the HTTP status; 0: there was no answer
	text    string // Telegram's description; nothing of a person, no token
	said    bool   // the Bot API itself answered, not something on the way to it
	reached bool   // the request, or some of it, may have arrived
	wait    time.Duration
	err     error
}

func (f *failure) Error() string {
	if f.code == 0 {
		return fmt.Sprintf("telegram: %s: %s", f.method, f.text)
	}
	return fmt.Sprintf("telegram: %s: %d: %s", f.method, f.code, f.text)
}

func (f *failure) Unwrap() error { return f.err }

// dead tells whether Telegram no longer knows the token.
func (f *failure) dead() bool {
	return f.said && (f.code == http.StatusUnauthorized || f.code == http.StatusNotFound)
}

// says tells whether Telegram's description holds one of texts.
func (f *failure) says(texts ...string) bool {
	low := strings.ToLower(f.text)
	for _, t := range texts {
		if f.said && strings.Contains(low, strings.ToLower(t)) {
			return true
		}
	}
	return false
}

// wire is the way out of one call: it gives the library a context, and remembers
// what the library drops: the HTTP status, and whether anything was sent at all.
// It knows neither redirects, which would carry the token to wherever they
// point, nor errors that quote the address, which has the token in it.
type wire struct {
	ctx     context.Context
	way     *http.Transport
	status  int
	reached atomic.Bool
}

func (w *wire) Do(req *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{
		// net/http looks for a second connection only if nothing was written to the first.
		GetConn: func(string) { w.reached.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { w.reached.Store(true) },
	}
	resp, err := w.way.RoundTrip(req.WithContext(httptrace.WithClientTrace(w.ctx, trace)))
	if err != nil {
		return nil, err
	}
	w.status = resp.StatusCode
	resp.Body = drained{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// drained reads what is left when it is closed, so that the connection can be
// used again: the library stops after the JSON value.
type drained struct {
	io.Reader
	body io.ReadCloser
}

func (d drained) Close() error {
	io.CopyN(io.Discard, d.Reader, 4<<10)
	return d.body.Close()
}

const (
	maxAnswer = 16 << 20 // bytes; Telegram itself stops at 4 MiB
	// idleConns is how many connections are kept for the next call. Sends are not
	// held to maxHandlers, and every tap is answered beside them; what is above
	// this is closed after one call, and costs the next one a handshake.
	idleConns = 256
)

func newWay() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 5 * time.Second
	t.MaxIdleConns, t.MaxIdleConnsPerHost = idleConns, idleConns
	// Let go of a connection before the other side does: one that breaks under a
	// request leaves it in doubt, and a nudge in doubt is dropped.
	t.IdleConnTimeout = 30 * time.Second
	return t
}

// silence takes the library's own log away: what it writes holds token and texts.
var silence = sync.OnceFunc(func() { tgbotapi.SetLogger(mute{}) })

type mute struct{}

func (mute) Println(...any)        {}
func (mute) Printf(string, ...any) {}
