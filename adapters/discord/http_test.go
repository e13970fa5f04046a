package discord

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// endpoint serves a bot's Handler.
func endpoint(t *testing.T, h *house) string {
	t.Helper()
	srv := httptest.NewServer(h.bot.Handler(h.handle(oneButton)))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestSignatures(t *testing.T) {
	h := open(t, nil, nil)
	url := endpoint(t, h)
	ping := []byte(`{"type":1}`)
	command := []byte(`{"id":"8","token":"t","type":2,"channel_id":"7","context":1,"user":{"id":"5"},"data":{"name":"needs"}}`)
	now := time.Now()
	for _, c := range []struct {
		name string
		body []byte
		at   time.Time
		harm func(*http.Request)
		want int
	}{
		{"a ping", ping, now, nil, 200},
		{"a command", command, now, nil, 200},
		{"a clock that is a little off", ping, now.Add(-4 * time.Minute), nil, 200},
		{"replayed later", ping, now.Add(-6 * time.Minute), nil, 401},
		{"from the future", ping, now.Add(6 * time.Minute), nil, 401},
		{"another body", ping, now, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(command)), int64(len(command))
		}, 401},
		{"another time", ping, now, func(r *http.Request) { r.Header.Set("X-Signature-Timestamp", "1") }, 401},
		{"no signature", ping, now, func(r *http.Request) { r.Header.Del("X-Signature-Ed25519") }, 401},
		{"no time", ping, now, func(r *http.Request) { r.Header.Del("X-Signature-Timestamp") }, 401},
		{"a signature of nothing", ping, now, func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", strings.Repeat("00", 64)) }, 401},
		{"one that is too short", ping, now, func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", "00") }, 401},
		{"one that is no number", ping, now, func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", "zz") }, 401},
		{"nonsense, signed", []byte(`[`), now, nil, 400},
		{"an unknown kind, signed", []byte(`{"id":"8","token":"t","type":99,"user":{"id":"5"}}`), now, nil, 400},
		{"a flood", bytes.Repeat([]byte("x"), maxBody+1), now, nil, 413},
	} {
		r := h.s.Sign(url, c.body, c.at)
		if c.harm != nil {
			c.harm(r)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s: status %d, not %d", c.name, resp.StatusCode, c.want)
		}
		if c.name == "a ping" && (strings.TrimSpace(string(body)) != `{"type":1}` || resp.Header.Get("Content-Type") != "application/json") {
			t.Errorf("%s: %s", c.name, body)
		}
	}
	resp, err := http.Get(url)
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v, %v", resp.Status, err)
	}
	resp.Body.Close()
	h.wait("one event", func() bool { return h.events() == "command needs" })

	other := discordtest.New() // signed by somebody else
	defer other.Close()
	resp, err = http.DefaultClient.Do(other.Sign(url, ping, now))
	if err != nil || resp.StatusCode != 401 {
		t.Errorf("another key: %v, %v", resp.Status, err)
	}
	resp.Body.Close()
}

// TestKeyByConfig: the key that Discord names is not asked for if one is given.
func TestKeyByConfig(t *testing.T) {
	mine := discordtest.New()
	defer mine.Close()
	h := open(t, func(c *Config, _ *pace) { c.PublicKey = mine.PublicKey() }, nil)
	if hex.EncodeToString(h.bot.key) != mine.PublicKey() {
		t.Error("another key")
	}
}

// TestEndpoint: a conversation over HTTP, without anything typed.
func TestEndpoint(t *testing.T) {
	s := discordtest.New()
	t.Cleanup(s.Close)
	h := &house{t: t, s: s, p: s.Person("en-US"), mail: make(chan dialog.Message, 100)}
	bot, err := newBot(context.Background(), Config{Token: discordtest.Token, APIURL: s.URL(), Log: testLog(t), Words: english, NoText: true, Share: lines3}, hurry)
	if err != nil {
		t.Fatal(err)
	}
	h.bot = bot
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go h.deliver(ctx)
	s.Endpoint = endpoint(t, h)

	h.fails = 2
	h.do(h.p.Slash("/needs"))
	h.reads("< command needs [on]")
	h.do(h.p.Press("on"))
	h.reads("< pressed [on]")
	chat := h.p.In(discordtest.Private)
	h.do(chat.Slash("/starters do=share"))
	h.do(chat.Press("Put it in the chat"))
	h.wait("it is posted", func() bool { return len(chat.Messages()) == 2 })
	h.do(h.p.In(discordtest.Guild).Slash("/needs"))
	bot.Drain()
	if got := h.events(); !strings.HasPrefix(got, "command needs; press on ") || strings.Count(got, ";") != 1 {
		t.Error(got)
	}
	h.clean()
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		e    apiError
		want string
	}{
		{apiError{status: 0}, "later"},
		{apiError{status: 0, sent: true}, "unknown"},
		{apiError{status: 500, sent: true}, "unknown"},
		{apiError{status: 502}, "unknown"},
		{apiError{status: 304}, "unknown"},
		{apiError{status: 429, after: time.Second}, "later"},
		{apiError{status: 429, global: true}, "later lane"},
		{apiError{status: 401}, "later lane"},
		{apiError{status: 403}, "later lane"},
		{apiError{status: 403, code: 50007}, "gone"},
		{apiError{status: 400, code: 50007}, "gone"},
		{apiError{status: 403, code: 50278}, "gone"},
		{apiError{status: 403, code: 50001}, "gone"},
		{apiError{status: 404, code: 10003}, "gone"},
		{apiError{status: 400, code: 40003}, "later"},
		{apiError{status: 403, code: 40003}, "later"},
		{apiError{status: 403, code: 40004}, "never"},
		{apiError{status: 403, code: 20009}, "never"},
		{apiError{status: 400, code: 50035}, "never"},
		{apiError{status: 404, code: 10008}, "never"},
	} {
		se := verdict(&c.e)
		got := se.Verdict.String()
		if se.Lane {
			got += " lane"
		}
		if got != c.want {
			t.Errorf("status %d, code %d: %s, not %s", c.e.status, c.e.code, got, c.want)
		}
	}
	if verdict(errors.New("anything else")).Verdict != dialog.Unknown {
		t.Error("what nobody knows is unknown")
	}
}

func TestFirstField(t *testing.T) {
	for in, want := range map[string]string{
		`{"errors":{"components":{"0":{"components":{"1":{"label":{"_errors":[{"code":"X"}]}}}}}}}`: "components.0.components.1.label",
		`{"errors":{"_errors":[]}}`: "", `{}`: "", `x`: "", `{"errors":5}`: "",
	} {
		if got := firstField([]byte(in)); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
