package discordtest

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// gate is how the gateway treats who comes.
type gate struct {
	budget int  // new sessions that are left today
	close  int  // a code to send everybody away with
	deaf   bool // heartbeats are not answered, nothing is delivered
	stray  bool // every introduction is answered with "invalid session"
	lag    time.Duration
}

// session is what a bot may resume.
type session struct {
	id     string
	events []json.RawMessage // the sequence number is the place, from 1
	wire   *wire
}

// wire is one connection of the gateway.
type wire struct {
	conn *websocket.Conn
	s    *Server
	out  chan any
	gone chan struct{}
}

const intentDirectMessages = 1 << 12

func (s *Server) gatewayURL() string { return "ws://" + s.addr + "/socket" }

func (s *Server) gatewayBot(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	left := s.gate.budget
	s.mu.Unlock()
	reply(w, 200, map[string]any{"url": s.gatewayURL(), "shards": 1, "session_start_limit": map[string]any{
		"total": 1000, "remaining": left, "reset_after": 60_000, "max_concurrency": 1,
	}})
}

// Budget sets how many new sessions are left today.
func (s *Server) Budget(n int) { s.set(func(g *gate) { g.budget = n }) }

// SendAway closes every new connection with a code; 0: no longer.
func (s *Server) SendAway(code int) { s.set(func(g *gate) { g.close = code }) }

// Deaf lets connections stand, but nothing comes of them.
func (s *Server) Deaf(on bool) { s.set(func(g *gate) { g.deaf = on }) }

// Stray answers every introduction with "invalid session".
func (s *Server) Stray(on bool) { s.set(func(g *gate) { g.stray = on }) }

// Lag lets everything come so much later by the gateway than it can be read.
func (s *Server) Lag(d time.Duration) { s.set(func(g *gate) { g.lag = d }) }

func (s *Server) set(f func(*gate)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.gate)
}

// Connected tells whether a bot is listening.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sessions {
		if x.wire != nil {
			return true
		}
	}
	return false
}

// DropSockets cuts all connections of the gateway; sessions can be resumed.
func (s *Server) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.wires {
		w.conn.UnderlyingConn().Close()
	}
}

// AskReconnect tells all bots to connect anew.
func (s *Server) AskReconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.wires {
		w.say(map[string]any{"op": 7, "d": nil})
	}
}

// ForgetSessions makes what could be resumed invalid.
func (s *Server) ForgetSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

// socket is the gateway.
func (s *Server) socket(rw http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Get("v") != "9" || q.Get("encoding") != "json" {
		s.problem("gateway: version %q, encoding %q", q.Get("v"), q.Get("encoding"))
	}
	up := websocket.Upgrader{}
	conn, err := up.Upgrade(rw, r, nil)
	if err != nil {
		return
	}
	w := &wire{conn: conn, s: s, out: make(chan any, 1024), gone: make(chan struct{})}
	s.mu.Lock()
	s.wires[w] = true
	code := s.gate.close
	s.mu.Unlock()
	go w.write()
	w.say(map[string]any{"op": 10, "d": map[string]any{"heartbeat_interval": s.Heartbeat.Milliseconds()}})
	w.listen(code)
	s.mu.Lock()
	delete(s.wires, w)
	for _, x := range s.sessions {
		if x.wire == w {
			x.wire = nil
		}
	}
	s.mu.Unlock()
	close(w.gone)
	conn.Close()
}

func (w *wire) say(v any) {
	select {
	case w.out <- v:
	default: // it does not read; what it has missed comes when it resumes
		w.conn.UnderlyingConn().Close()
	}
}

func (w *wire) write() {
	for {
		select {
		case v := <-w.out:
			w.s.mu.Lock()
			lag := w.s.gate.lag
			w.s.mu.Unlock()
			time.Sleep(lag)
			if w.conn.WriteJSON(v) != nil {
				return
			}
		case <-w.gone:
			return
		}
	}
}

func (w *wire) sendAway(code int) {
	w.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}

func (w *wire) listen(code int) {
	for {
		var in struct {
			Op   int             `json:"op"`
			Data json.RawMessage `json:"d"`
		}
		_, raw, err := w.conn.ReadMessage()
		if err != nil {
			if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
				w.s.farewell(w)
			}
			return
		}
		if len(raw) > 4096 || json.Unmarshal(raw, &in) != nil {
			w.sendAway(4002)
			return
		}
		switch in.Op {
		case 1:
			w.s.count("heartbeat")
			w.s.mu.Lock()
			deaf := w.s.gate.deaf
			w.s.mu.Unlock()
			if !deaf {
				w.say(map[string]any{"op": 11})
			}
		case 2, 6:
			if code == 0 {
				code = w.s.greet(w, in.Op, in.Data)
			}
			if code != 0 {
				w.sendAway(code)
				return
			}
		}
	}
}

// farewell ends the session of a wire that closed properly.
func (s *Server) farewell(w *wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, x := range s.sessions {
		if x.wire == w {
			delete(s.sessions, id)
		}
	}
}

// greet answers an introduction or the wish to resume, and returns a code to
// close with, or 0.
func (s *Server) greet(w *wire, op int, data []byte) int {
	var d struct {
		Token   string `json:"token"`
		Intents int    `json:"intents"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if json.Unmarshal(data, &d) != nil || d.Token != "Bot "+Token && d.Token != Token {
		return 4004
	}
	if op == 6 {
		s.seen["resume"]++
		x := s.sessions[d.Session]
		if x == nil {
			w.say(map[string]any{"op": 9, "d": false})
			return 0
		}
		x.wire = w
		for i := d.Seq; i < len(x.events); i++ {
			w.say(x.events[i])
		}
		s.dispatchTo(x, "RESUMED", map[string]any{})
		return 0
	}
	s.seen["identify"]++
	s.gate.budget--
	if d.Intents != intentDirectMessages {
		s.complain("gateway: intents %d, more or less than direct messages", d.Intents)
	}
	if s.gate.stray {
		w.say(map[string]any{"op": 9, "d": false})
		return 0
	}
	x := &session{id: "session" + s.id(), wire: w}
	s.sessions[x.id] = x
	s.dispatchTo(x, "READY", map[string]any{
		"v": 9, "session_id": x.id, "resume_gateway_url": s.gatewayURL(), "guilds": []any{},
		"user": map[string]any{"id": BotID, "username": "bot", "bot": true}, "application": map[string]any{"id": AppID, "flags": 0},
	})
	return 0
}

func (s *Server) dispatchTo(x *session, kind string, d any) {
	raw, _ := json.Marshal(map[string]any{"op": 0, "s": len(x.events) + 1, "t": kind, "d": d})
	x.events = append(x.events, raw)
	if x.wire != nil && !s.gate.deaf {
		x.wire.say(json.RawMessage(raw))
	}
}

// dispatch brings an event to all sessions. s.mu is held.
func (s *Server) dispatch(kind string, d any) {
	for _, x := range s.sessions {
		s.dispatchTo(x, kind, d)
		if s.twice {
			s.dispatchTo(x, kind, d)
		}
	}
}
