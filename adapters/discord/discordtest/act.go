package discordtest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// act is an interaction: something a person did that waits to be acknowledged.
type act struct {
	id, token string
	kind      int
	chat      *Chat
	on        *Message // that the component stands on
	begun     time.Time
	acked     chan struct{} // closed then
	hopeless  chan struct{} // closed when nobody is there to acknowledge
	original  *Message      // what "@original" means
}

type form struct {
	ID         string `json:"custom_id"`
	Title      string `json:"title"`
	Components []struct {
		Components []struct {
			ID string `json:"custom_id"`
		} `json:"components"`
	} `json:"components"`
}

// ErrFailed is what a person sees when nobody acknowledged in time.
var ErrFailed = errors.New("this interaction failed")

// perform lets a person do something and waits until it is acknowledged.
func (s *Server) perform(c *Chat, kind int, on *Message, data map[string]any) error {
	s.mu.Lock()
	a := &act{id: s.id(), kind: kind, chat: c, on: on, acked: make(chan struct{}), hopeless: make(chan struct{})}
	a.token = "aW50ZXJhY3Rpb246" + a.id + ".token-nobody_may_print"
	s.acts[a.token] = a
	s.seen["interaction"]++
	user := map[string]any{"id": c.person.ID, "username": "someone", "bot": false}
	ev := map[string]any{
		"id": a.id, "application_id": AppID, "type": kind, "token": a.token, "version": 1,
		"channel_id": c.ID, "context": c.context, "locale": c.person.Locale, "data": data,
	}
	if c.context == Guild {
		ev["guild_id"], ev["member"] = "42", map[string]any{"user": user}
	} else {
		ev["user"] = user
	}
	if on != nil {
		m := c.wire(on)
		for k, v := range on.media {
			m[k] = v
		}
		ev["message"] = m
	}
	a.begun = time.Now()
	endpoint, again := s.Endpoint, s.twice
	nobody := endpoint == "" && len(s.sessions) == 0
	if endpoint == "" {
		s.dispatch("INTERACTION_CREATE", ev) // a session that is resumed in time hears it as well
	}
	s.mu.Unlock()
	if endpoint != "" {
		go s.post(endpoint, a, ev)
	}
	if endpoint != "" && again {
		go s.post(endpoint, a, ev)
	}
	if nobody {
		return ErrFailed
	}
	select {
	case <-a.acked:
		return nil
	case <-a.hopeless:
		return ErrFailed
	case <-time.After(s.AckTime):
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.acts, a.token)
		return ErrFailed
	}
}

// Sign makes a request as Discord makes it for an endpoint.
func (s *Server) Sign(url string, body []byte, at time.Time) *http.Request {
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic("discordtest: " + err.Error())
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature-Timestamp", stamp)
	r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(s.key, append([]byte(stamp), body...))))
	return r
}

func (s *Server) post(endpoint string, a *act, ev map[string]any) {
	body, _ := json.Marshal(ev)
	resp, err := s.poster.Do(s.Sign(endpoint, body, time.Now()))
	if err != nil { // it is down, which is no breach of any rule
		close(a.hopeless)
		return
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	var v any
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/json" || json.Unmarshal(raw, &v) != nil {
		s.problem("the endpoint answers with status %d", resp.StatusCode)
		return
	}
	if err := conform(spec.Requests["callback"], v, "callback"); err != nil {
		s.problem("%v", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.acknowledge(a, raw); f != nil && !s.twice {
		s.complain("the endpoint's answer is refused with code %d", f.Code)
	}
}

func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	_, raw, _ := s.take(w, r, "callback")
	if raw == nil {
		return
	}
	s.mu.Lock()
	a := s.acts[r.PathValue("token")]
	var f *Fault
	fault, bad := next(&s.acking)
	switch {
	case bad && !fault.Takes:
		f = &fault
	case a == nil || a.id != r.PathValue("id"):
		f = &Unknown
	default:
		if f = s.acknowledge(a, raw); f == nil && bad {
			f = &fault
		}
	}
	s.mu.Unlock()
	if f != nil && f.Hang {
		<-r.Context().Done()
		return
	}
	if f != nil {
		s.refuse(w, *f, "a refused callback")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// acknowledge does what a callback asks for. s.mu is held.
func (s *Server) acknowledge(a *act, raw []byte) *Fault {
	var c struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	json.Unmarshal(raw, &c)
	took := time.Since(a.begun)
	select {
	case <-a.acked:
		return &Fault{Status: 400, Code: 40060}
	default:
	}
	if took > s.AckTime {
		return &Unknown
	}
	bad := func(why string) *Fault {
		s.complain("callback: %s", why)
		return &BadForm
	}
	switch {
	case c.Type == 4:
		m := &Message{Bot: true}
		if why := a.fill(m, c.Data); why != nil {
			return bad(why.Error())
		}
		a.original = a.chat.add(m)
	case c.Type == 5 && a.kind == 2:
		a.original = a.chat.add(&Message{Bot: true, Thinking: true})
	case (c.Type == 6 || c.Type == 7) && a.on != nil:
		a.original = a.on
		if c.Type == 7 {
			if why := a.fill(a.on, c.Data); why != nil {
				return bad(why.Error())
			}
			a.on.Edits++
		}
	case c.Type == 9 && a.kind != 5:
		f := new(form)
		if json.Unmarshal(c.Data, f) != nil {
			return bad("no form")
		}
		a.chat.form, a.chat.formOn = f, a.on
	case c.Type == 8 && a.kind == 4:
	default:
		return bad(fmt.Sprintf("type %d does not answer an interaction of type %d", c.Type, a.kind))
	}
	s.acks = append(s.acks, took)
	close(a.acked)
	return nil
}

// fill shows a callback's message.
func (a *act) fill(m *Message, data []byte) error {
	b := new(body)
	if err := json.Unmarshal(data, b); err != nil {
		return err
	}
	if err := rules(b, 0); err != nil {
		return err
	}
	b.show(m)
	m.Private = m.Private || b.Flags&flagPrivate != 0
	a.chat.changed()
	return nil
}

// byToken finds the interaction that a token belongs to; refused if there is none
// any more. s.mu is held.
func (s *Server) byToken(token string) (*act, *Fault) {
	a := s.acts[token]
	if a == nil {
		return nil, &Fault{Status: 404, Code: 10015}
	}
	select {
	case <-a.acked:
	default:
		return nil, &Fault{Status: 404, Code: 10015}
	}
	if time.Since(a.begun) > s.TokenLife {
		return nil, &Fault{Status: 401, Code: 50027}
	}
	return a, nil
}

func (s *Server) editOriginal(w http.ResponseWriter, r *http.Request) {
	s.count("answer")
	b, files := s.message(w, r, "original")
	if b == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, f := s.byToken(r.PathValue("token"))
	if f == nil && (a.original == nil || a.original.removed) {
		f = &Fault{Status: 404, Code: 10008}
	}
	if f != nil {
		s.mu.Unlock()
		defer s.mu.Lock()
		s.refuse(w, *f, "Unknown Webhook")
		return
	}
	s.change(w, a.original, b, files)
}

func (s *Server) readOriginal(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	a, f := s.byToken(r.PathValue("token"))
	if f == nil && (a.original == nil || a.original.removed) {
		f = &Fault{Status: 404, Code: 10008}
	}
	if f != nil {
		s.mu.Unlock()
		s.refuse(w, *f, "Unknown Webhook")
		return
	}
	m := a.chat.wire(a.original)
	if a.original.Thinking {
		m["flags"] = flagThinking
	}
	s.mu.Unlock()
	reply(w, 200, m)
}

func (s *Server) removeOriginal(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	a, f := s.byToken(r.PathValue("token"))
	if f == nil && a.original != nil {
		a.original.removed = true
		a.chat.changed()
	}
	s.mu.Unlock()
	if f != nil {
		s.refuse(w, *f, "Unknown Webhook")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) followUp(w http.ResponseWriter, r *http.Request) {
	s.count("followup")
	b, files := s.message(w, r, "followup")
	if b == nil {
		return
	}
	s.mu.Lock()
	a, f := s.byToken(r.PathValue("token"))
	fault, bad := next(&s.faults)
	if f == nil && bad && !fault.Takes {
		f = &fault
	}
	if f != nil {
		s.mu.Unlock()
		s.refuse(w, *f, "Unknown Webhook")
		return
	}
	m := a.chat.add(&Message{Bot: true, Files: files, Private: b.Flags&flagPrivate != 0 || fault.Hush})
	b.show(m)
	flags := b.Flags
	if m.Private {
		flags |= flagPrivate
	}
	s.mu.Unlock()
	reply(w, 200, map[string]any{"id": m.ID, "channel_id": m.channel, "flags": flags})
}

// Expire lets the tokens of all interactions run out, before their time.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.TokenLife = 0
}
