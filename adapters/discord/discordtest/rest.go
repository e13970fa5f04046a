package discordtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	bot := func(pattern string, h http.HandlerFunc) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /api/v9"+path, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bot "+Token {
				s.refuse(w, Fault{Status: 401, Code: 40001}, "Unauthorized")
				return
			}
			if !strings.HasPrefix(r.UserAgent(), "DiscordBot (") {
				s.problem("%s: the agent is not named as Discord asks", path)
			}
			if s.tooMany() {
				s.refuse(w, LimitedAll, "You are being rate limited.")
				return
			}
			h(w, r)
		})
	}
	bot("GET /users/@me", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, map[string]any{"id": BotID, "username": "bot", "bot": true})
	})
	bot("GET /applications/@me", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, map[string]any{"id": AppID, "verify_key": s.PublicKey()})
	})
	bot("GET /gateway", func(w http.ResponseWriter, r *http.Request) { reply(w, 200, map[string]any{"url": s.gatewayURL()}) })
	bot("GET /gateway/bot", s.gatewayBot)
	bot("POST /users/@me/channels", s.openDM)
	bot("POST /channels/{chat}/messages", s.send)
	bot("GET /channels/{chat}/messages", s.read)
	bot("PATCH /channels/{chat}/messages/{id}", s.edit)
	bot("DELETE /channels/{chat}/messages/{id}", s.remove)
	bot("POST /channels/{chat}/typing", func(w http.ResponseWriter, r *http.Request) {
		s.count("typing")
		w.WriteHeader(http.StatusNoContent)
	})
	bot("GET /applications/{app}/commands", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, s.Commands())
	})
	bot("PUT /applications/{app}/commands", s.putCommands)
	mux.HandleFunc("POST /api/v9/interactions/{id}/{token}/callback", s.callback)
	mux.HandleFunc("PATCH /api/v9/webhooks/{app}/{token}/messages/@original", s.editOriginal)
	mux.HandleFunc("GET /api/v9/webhooks/{app}/{token}/messages/@original", s.readOriginal)
	mux.HandleFunc("DELETE /api/v9/webhooks/{app}/{token}/messages/@original", s.removeOriginal)
	mux.HandleFunc("POST /api/v9/webhooks/{app}/{token}", s.followUp)
	mux.HandleFunc("/socket/", s.socket)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.problem("there is no %s %s", r.Method, strings.Split(r.URL.Path, "/")[1])
		s.refuse(w, Fault{Status: 404, Code: 10001}, "404: Not Found")
	})
	return mux
}

func (s *Server) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[what]++
}

// named is a message that was sent with a nonce.
type named struct {
	m  *Message
	at time.Time
}

func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	s.count("send")
	b, files := s.message(w, r, "message")
	if b == nil {
		return
	}
	s.mu.Lock()
	c := s.chats[r.PathValue("chat")]
	f, bad := next(&s.faults)
	switch {
	case bad && !f.Takes:
		s.mu.Unlock()
		s.refuse(w, f, "a fault")
		return
	case c == nil:
		s.mu.Unlock()
		s.refuse(w, Fault{Status: 404, Code: 10003}, "Unknown Channel")
		return
	case c.context != DM || c.person.closed:
		s.mu.Unlock()
		s.refuse(w, Closed, "Cannot send messages to this user")
		return
	}
	if wait := c.limited(w.Header(), s.limit); wait > 0 {
		s.mu.Unlock()
		s.refuse(w, Fault{Status: 429, Code: 20028, After: wait}, "You are being rate limited.")
		return
	}
	nonce, _ := b.Nonce.(string)
	if nonce == "" || !b.Enforce {
		s.complain("message: a message without a nonce")
	}
	key := c.ID + " " + nonce
	if old := s.nonces[key]; nonce != "" && old != nil && time.Since(old.at) < s.NonceLife {
		if old.m.Raw != b.Content {
			s.complain("message: one nonce for two texts")
		}
		c, m := old.m.channel, old.m.ID
		s.mu.Unlock()
		if bad {
			s.refuse(w, f, "")
		}
		reply(w, 200, map[string]any{"id": m, "channel_id": c})
		return
	}
	m := c.add(&Message{Bot: true, Files: files, Silent: b.Flags&flagSilent != 0})
	b.show(m)
	s.nonces[key] = &named{m, time.Now()}
	s.mu.Unlock()
	if bad {
		s.refuse(w, f, "")
	}
	reply(w, 200, map[string]any{"id": m.ID, "channel_id": m.channel})
}

func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	s.count("edit")
	b, files := s.message(w, r, "edit")
	if b == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[r.PathValue("chat")]
	m := c.find(r.PathValue("id"))
	if m == nil || m.Private {
		s.mu.Unlock()
		defer s.mu.Lock()
		s.refuse(w, Fault{Status: 404, Code: 10008}, "Unknown Message")
		return
	}
	s.change(w, m, b, files)
}

// change puts a body in a message's place. s.mu is held.
func (s *Server) change(w http.ResponseWriter, m *Message, b *body, files []File) {
	f, bad := next(&s.faults)
	if !bad || f.Takes {
		b.show(m)
		m.Files = files
		m.Thinking = false
		m.Edits++
		s.chats[m.channel].changed()
	}
	id, channel := m.ID, m.channel
	s.mu.Unlock()
	defer s.mu.Lock()
	if bad {
		s.refuse(w, f, "a fault")
		return
	}
	reply(w, 200, map[string]any{"id": id, "channel_id": channel})
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.count("delete")
	s.mu.Lock()
	c := s.chats[r.PathValue("chat")]
	m := c.find(r.PathValue("id"))
	if m != nil && m.Bot {
		m.removed = true
		c.changed()
	}
	s.mu.Unlock()
	switch {
	case m == nil:
		s.refuse(w, Fault{Status: 404, Code: 10008}, "Unknown Message")
	case !m.Bot:
		s.refuse(w, Fault{Status: 403, Code: 50003}, "Cannot execute action on a DM channel")
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) read(w http.ResponseWriter, r *http.Request) {
	s.count("read")
	s.mu.Lock()
	c := s.chats[r.PathValue("chat")]
	var list []map[string]any
	if c != nil {
		after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
		n, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		for _, m := range c.messages { // the oldest after that one, and of these the newest first
			if id, _ := strconv.ParseUint(m.ID, 10, 64); id > after && !m.removed && !m.Private && len(list) < n {
				list = append([]map[string]any{c.wire(m)}, list...)
			}
		}
	}
	s.mu.Unlock()
	if list == nil {
		list = []map[string]any{}
	}
	reply(w, 200, list)
}

func (s *Server) openDM(w http.ResponseWriter, r *http.Request) {
	s.count("open")
	v, _, _ := s.take(w, r, "open")
	if v == nil {
		return
	}
	s.mu.Lock()
	id, _ := v.(map[string]any)["recipient_id"].(string)
	p := s.people[id]
	f, bad := next(&s.opening)
	s.mu.Unlock()
	switch {
	case bad:
		s.refuse(w, f, "a fault")
	case p == nil:
		s.refuse(w, Fault{Status: 400, Code: 50033}, "Invalid Recipient(s)")
	default:
		reply(w, 200, map[string]any{"id": p.Chat.ID, "type": 1})
	}
}

func (s *Server) putCommands(w http.ResponseWriter, r *http.Request) {
	s.count("commands")
	v, _, _ := s.take(w, r, "commands")
	if v == nil {
		return
	}
	for _, c := range v.([]any) { // Discord adds fields of its own, and leaves out empty ones
		c := c.(map[string]any)
		c["id"], c["application_id"], c["version"], c["dm_permission"] = "1", AppID, "2", true
		for _, name := range []string{"name_localizations", "description_localizations"} {
			if _, ok := c[name]; !ok {
				c[name] = nil
			}
		}
	}
	raw, _ := json.Marshal(v)
	s.mu.Lock()
	s.commands = raw
	s.mu.Unlock()
	reply(w, 200, v)
}
