package telegramtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// queue is what has happened and is not confirmed yet.
type queue struct {
	next    int64
	waiting []queued
	allowed []string // kinds asked for; nil: never said
	more    chan struct{}
	poller  context.CancelCauseFunc // of the call that waits
	asked   int64                   // the last offset
	askedAt time.Time
	brought int64
	twice   bool
	held    []queued // by Hold
	hold    bool
	hook    *hook
	proxy   string
	anyPort bool
}

type queued struct {
	id   int64
	lane string
	body string // all of the update but its id
}

func (q queued) raw() json.RawMessage {
	return json.RawMessage(`{"update_id":` + strconv.FormatInt(q.id, 10) + `,` + q.body + `}`)
}

// push queues an update of a kind that was asked for. The lock is held.
func (s *Server) push(kind, lane string, body any) {
	var v any
	raw, err := json.Marshal(body)
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err == nil {
		err = checker{others: true}.object("Update", map[string]any{"update_id": 1.0, kind: v})
	}
	if err != nil {
		s.problem("telegramtest itself: %s: %v", kind, err)
	}
	if s.allowed != nil && !slices.Contains(s.allowed, kind) {
		return
	}
	s.enqueue(lane, `"`+kind+`":`+string(raw))
}

func (s *Server) enqueue(lane, body string) {
	times := 1
	if s.twice {
		times = 2
	}
	for range times {
		q := queued{s.next, lane, body}
		s.next++
		if s.hold {
			s.held = append(s.held, q)
			continue
		}
		s.waiting = append(s.waiting, q)
	}
	s.wake()
}

func (s *Server) wake() {
	close(s.more)
	s.more = make(chan struct{})
	if s.hook != nil {
		s.deliver()
	}
}

// Raw queues an update that may be anything: body is what stands beside its
// update_id, as `"message":{"message_id":"x"}`.
func (s *Server) Raw(body string) { s.set(func() { s.enqueue("raw", body) }) }

// Twice lets every update from now on come a second time under another update id.
func (s *Server) Twice() { s.set(func() { s.twice = true }) }

// Jump lets update ids go on from id, which may be lower than before.
func (s *Server) Jump(id int64) { s.set(func() { s.next = id }) }

// Hold keeps updates back.
func (s *Server) Hold() { s.set(func() { s.hold = true }) }

// Release brings what was held back, the last first if reversed.
func (s *Server) Release(reversed bool) {
	s.set(func() {
		ids := make([]int64, len(s.held))
		for i, q := range s.held {
			ids[i] = q.id
		}
		if reversed {
			slices.Reverse(s.held)
		}
		for i := range s.held {
			s.held[i].id = ids[i]
		}
		s.waiting = append(s.waiting, s.held...)
		s.held, s.hold = nil, false
		s.wake()
	})
}

// Unconfirmed is how many updates the bot has not confirmed.
func (s *Server) Unconfirmed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting) + len(s.held)
}

// Brought is how many updates were handed to the bot so far, each time counted.
func (s *Server) Brought() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.brought
}

var errOther = &refusal{Code: 409, Text: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}

// getUpdates is long polling: what lies before offset is confirmed by asking.
func (s *Server) getUpdates(ctx context.Context, p map[string]string) (any, *refusal) {
	offset, _ := strconv.ParseInt(p["offset"], 10, 64)
	limit, _ := strconv.Atoi(p["limit"])
	seconds, _ := strconv.Atoi(p["timeout"])
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	s.mu.Lock()
	if s.hook != nil {
		s.mu.Unlock()
		return nil, &refusal{Code: 409, Text: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
	}
	if no := s.limited("getUpdates"); no != nil {
		s.mu.Unlock()
		return nil, no
	}
	if p["allowed_updates"] != "" {
		json.Unmarshal([]byte(p["allowed_updates"]), &s.allowed)
	}
	if s.poller != nil {
		s.poller(context.Canceled)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.poller = cancel
	if offset == s.asked && time.Since(s.askedAt) < 500*time.Millisecond {
		limit = 1
	}
	s.asked, s.askedAt = offset, time.Now()
	if offset > 0 {
		s.waiting = slices.DeleteFunc(s.waiting, func(q queued) bool {
			// An offset far above what there is belongs to ids from before a jump.
			return q.id < offset && offset-q.id < 1<<20
		})
	}
	late := time.NewTimer(time.Duration(min(seconds, 50)) * time.Second)
	defer late.Stop()
	for {
		var out []json.RawMessage
		for _, q := range s.waiting {
			if len(out) < limit {
				out = append(out, q.raw())
			}
		}
		more := s.more
		s.mu.Unlock()
		if len(out) > 0 {
			s.set(func() { s.brought += int64(len(out)) })
			return out, nil
		}
		select {
		case <-more:
		case <-late.C:
			return []any{}, nil
		case <-ctx.Done():
			return nil, errOther
		}
		s.mu.Lock()
	}
}

func (s *Server) limited(method string) *refusal {
	for i, f := range s.faults {
		if strings.Contains(f.methods, method) {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			return &refusal{429, "Too Many Requests: retry after " + strconv.Itoa(f.seconds), f.seconds}
		}
	}
	return nil
}

// hook is a registered webhook.
type hook struct {
	url, secret string
	client      *http.Client
	busy        map[string]bool
	ctx         context.Context
	stop        context.CancelFunc
}

// Proxy is where updates for a webhook go, instead of to its own https address:
// the inner side of what an operator has set up in front of the bot.
func (s *Server) Proxy(addr string) { s.set(func() { s.proxy = addr }) }

// Hooked tells whether a webhook is registered.
func (s *Server) Hooked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hook != nil
}

func (s *Server) setWebhook(p map[string]string) (any, *refusal) {
	u, err := url.Parse(p["url"])
	if err != nil || u.Scheme != "https" {
		return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()) && !s.anyPort {
		return nil, bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	if p["secret_token"] == "" {
		s.problem("setWebhook: no secret")
	}
	if s.proxy != "" {
		u.Scheme, u.Host = "http", s.proxy
	}
	s.dropHook()
	h := &hook{url: u.String(), secret: p["secret_token"], busy: map[string]bool{}}
	h.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	json.Unmarshal([]byte(p["allowed_updates"]), &s.allowed)
	s.hook = h
	s.deliver()
	return true, nil
}

func (s *Server) dropHook() {
	if s.hook != nil {
		s.hook.stop()
		s.hook = nil
	}
}

func (s *Server) stopHook() { s.set(s.dropHook) }

// deliver brings the first update of every lane that is not being brought one.
// Within a lane the next waits for the 2xx of the one before. The lock is held.
func (s *Server) deliver() {
	h := s.hook
	for _, q := range s.waiting {
		if !h.busy[q.lane] {
			h.busy[q.lane] = true
			go s.bring(h, q)
		}
	}
}

func (s *Server) bring(h *hook, q queued) {
	for wait := 20 * time.Millisecond; h.ctx.Err() == nil; wait = min(2*wait, time.Second) {
		req, err := http.NewRequestWithContext(h.ctx, http.MethodPost, h.url, bytes.NewReader(q.raw()))
		if err != nil {
			return
		}
		s.set(func() { s.brought++ })
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
		resp, err := h.client.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode/100 == 2 {
				break
			}
		}
		time.Sleep(wait)
	}
	s.set(func() {
		if h.ctx.Err() != nil {
			return
		}
		s.waiting = slices.DeleteFunc(s.waiting, func(x queued) bool { return x.id == q.id })
		h.busy[q.lane] = false
		s.deliver()
	})
}

// AnyPort lets webhooks stand on any port, not only on Telegram's four.
func (s *Server) AnyPort() { s.set(func() { s.anyPort = true }) }
