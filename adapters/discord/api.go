package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
)

// request is one call of Discord's REST API.
type request struct {
	op     string // what for, as errors name it
	method string
	url    string // one of the library's endpoints
	route  string // what shares a limit with it; "": nothing
	free   bool   // an interaction's: outside the bot's overall limit, and a 401 concerns its token only
	low    bool   // may wait behind the others
	body   any
	files  []*discordgo.File
}

// call does a request, once: nothing is repeated and nothing sleeps longer than
// ctx allows. A failure is an *[apiError].
func (b *Bot) call(ctx context.Context, r request) ([]byte, error) {
	if err := b.killed(); err != nil {
		return nil, &apiError{op: r.op, after: time.Hour, global: true, err: err}
	}
	if err := b.lim.wait(ctx, r); err != nil {
		return nil, err
	}
	contentType, body := "application/json", []byte(nil)
	var err error
	switch {
	case len(r.files) > 0:
		contentType, body, err = discordgo.MultipartBodyWithJSON(r.body, r.files)
	case r.body != nil:
		body, err = json.Marshal(r.body)
	}
	if err != nil {
		return nil, &apiError{op: r.op, status: http.StatusBadRequest, err: errors.New("can not be encoded")}
	}
	var seen note
	ctx = context.WithValue(ctx, noteKey{}, &seen)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { seen.sent.Store(true) }})
	// The library's own limiter sleeps without regard to ctx and keeps a bucket
	// for every token it ever saw. A fresh one per request never waits; the
	// waiting is ours.
	bucket := discordgo.NewRatelimiter().LockBucket("")
	answer, err := b.rest.RequestWithLockedBucket(r.method, r.url, contentType, body, bucket, 0, discordgo.WithContext(ctx))
	ae := seen.failure(r.op, err)
	b.lim.learn(r, &seen, ae)
	if ae == nil {
		return answer, nil
	}
	if ae.status == http.StatusUnauthorized && !r.free {
		b.kill(errors.New("discord: the token was refused\n  hint: it was reset; make a new one at discord.com/developers, your application, Bot, Reset Token"))
	}
	return nil, ae
}

// apiError is a request that failed. Its text carries neither a token nor
// anything of its content.
type apiError struct {
	op     string
	status int           // 0: no answer came
	code   int           // Discord's own; 0: none came
	field  string        // with code 50035: which field was refused
	after  time.Duration // how long to wait; 0: unknown
	global bool          // the whole bot has to wait
	shared bool          // limited together with others, which does not count against us
	sent   bool          // with status 0: it left this machine and may have arrived
	err    error         // with status 0: why
}

func (e *apiError) Error() string {
	s := e.op
	if e.status != 0 {
		s += ": status " + strconv.Itoa(e.status)
	}
	if e.code != 0 {
		s += ", code " + strconv.Itoa(e.code)
	}
	if e.field != "" {
		s += " at " + e.field
	}
	if e.err != nil {
		s += ": " + e.err.Error()
	}
	return s
}

func (e *apiError) Unwrap() error { return e.err }

// note is what the transport saw of a request; the library tells only part of it.
type note struct {
	sent   atomic.Bool
	status int
	header http.Header
}

type noteKey struct{}

// failure reads the library's error by what really happened. Nil: it went well.
func (n *note) failure(op string, err error) *apiError {
	if err == nil {
		return nil
	}
	e := &apiError{op: op, status: n.status, sent: n.sent.Load()}
	if n.status == 0 || n.status/100 == 2 { // no answer, or one that broke off
		e.status = 0
		var ue *url.Error
		if errors.As(err, &ue) { // its text has the address, which may hold a token
			err = ue.Err
		}
		e.err = err
		return e
	}
	var re *discordgo.RESTError
	if errors.As(err, &re) && re.Message != nil {
		e.code = re.Message.Code
		if e.code == codeInvalidForm {
			e.field = firstField(re.ResponseBody)
		}
	}
	if n.status != http.StatusTooManyRequests {
		return e
	}
	e.shared = n.header.Get("X-RateLimit-Scope") == "shared"
	e.global = n.header.Get("X-RateLimit-Global") != "" || n.header.Get("X-RateLimit-Scope") == "global"
	var rl *discordgo.RateLimitError
	if errors.As(err, &rl) {
		e.after = rl.RetryAfter
	} else {
		e.global = true // no JSON: not Discord but the wall before it, which shuts out the address
		e.after = time.Minute
	}
	if s, err := strconv.ParseFloat(n.header.Get("Retry-After"), 64); err == nil && s < 86400 {
		e.after = max(e.after, time.Duration(s*float64(time.Second)))
	}
	return e
}

// firstField is the path of the first field that Discord found fault with.
func firstField(body []byte) string {
	var top struct {
		Errors json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &top) != nil {
		return ""
	}
	var path []string
	d := json.NewDecoder(bytes.NewReader(top.Errors))
	for len(path) < 8 {
		if t, err := d.Token(); err != nil || t != json.Delim('{') {
			break
		}
		key, err := d.Token()
		if name, ok := key.(string); err == nil && ok && name != "_errors" {
			path = append(path, clip(name, 32))
			continue
		}
		break
	}
	return strings.Join(path, ".")
}

// transport sends the library's requests, to another server if there is one,
// and notes what came of them.
type transport struct {
	base http.RoundTripper
	to   *url.URL // nil: Discord
}

func newTransport(to string) (*transport, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConns, base.MaxIdleConnsPerHost = 0, 512
	base.ResponseHeaderTimeout = 12 * time.Second
	t := &transport{base: base}
	if to == "" {
		return t, nil
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("discord: the address of the API is none\n  hint: leave it empty for Discord itself, or write it as in http://127.0.0.1:8080/api")
	}
	t.to = u
	return t, nil
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.to != nil {
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host, req.Host = t.to.Scheme, t.to.Host, ""
		req.URL.Path = strings.TrimSuffix(t.to.Path, "/") + strings.TrimPrefix(req.URL.Path, "/api")
		req.URL.RawPath = ""
	}
	resp, err := t.base.RoundTrip(req)
	if n, ok := req.Context().Value(noteKey{}).(*note); ok && err == nil {
		n.status, n.header = resp.StatusCode, resp.Header
	}
	return resp, err
}
