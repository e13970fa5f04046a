package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Fault is a way for a request to go wrong.
type Fault struct {
	Status int
	Code   int           // Discord's own, in JSON; 0: a page of HTML
	After  time.Duration // with 429
	Global bool          // with 429: the whole bot
	Takes  bool          // it has its effect, and the answer is lost
	Drop   bool          // the connection is closed without an answer
	Hush   bool          // it is shown to the person alone
	Hang   bool          // nothing comes of it, and no answer
}

// The faults that tests ask for by name.
var (
	Lost       = Fault{Takes: true, Drop: true}
	Reset      = Fault{Drop: true}
	BadGateway = Fault{Status: 502}
	Limited    = Fault{Status: 429, Code: 20028, After: time.Second}
	LimitedAll = Fault{Status: 429, Code: 40062, After: time.Second, Global: true}
	Walled     = Fault{Status: 429} // by the wall before Discord, which speaks no JSON
	Closed     = Fault{Status: 403, Code: 50007}
	NoMutual   = Fault{Status: 403, Code: 50278}
	NoAccess   = Fault{Status: 403, Code: 50001}
	Hushed     = Fault{Takes: true, Hush: true} // where people may not show what their own apps say
	TooFast    = Fault{Status: 400, Code: 40003}
	BadForm    = Fault{Status: 400, Code: 50035}
	Hung       = Fault{Hang: true}
	Unknown    = Fault{Status: 404, Code: 10062} // an interaction that Discord waits for no longer
)

// Fail lets the next n messages that are sent or changed go wrong.
func (s *Server) Fail(n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.faults = append(s.faults, f)
	}
}

// FailAck lets the next n acknowledgements over the gateway's way go wrong.
func (s *Server) FailAck(n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.acking = append(s.acking, f)
	}
}

// FailOpening lets the next n openings of direct messages go wrong.
func (s *Server) FailOpening(n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.opening = append(s.opening, f)
	}
}

// Twice makes every event arrive twice from now on.
func (s *Server) Twice() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.twice = true
}

// limit is so many messages in so long, for each chat.
type limit struct {
	n   int
	per time.Duration
}

// RateLimit allows n messages per chat in that time, and tells so in headers.
func (s *Server) RateLimit(n int, per time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = limit{n, per}
}

// GlobalLimit allows the bot n requests in any second, interactions aside.
func (s *Server) GlobalLimit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = n
}

// tooMany counts a request of the bot and tells whether it is one too many.
func (s *Server) tooMany() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most == 0 {
		return false
	}
	now := time.Now()
	s.asked = slices.DeleteFunc(s.asked, func(t time.Time) bool { return now.Sub(t) > time.Second })
	s.asked = append(s.asked, now)
	return len(s.asked) > s.most
}

// refuse answers with an error. s.mu is not held.
func (s *Server) refuse(w http.ResponseWriter, f Fault, why string) {
	s.mu.Lock()
	if f.Status == 401 || f.Status == 403 || f.Status == 429 {
		s.invalid++
	}
	s.mu.Unlock()
	if f.Drop {
		panic(http.ErrAbortHandler)
	}
	if f.Status == 429 {
		w.Header().Set("Retry-After", fmt.Sprint(max(int(f.After.Seconds()), 1)))
		w.Header().Set("X-RateLimit-Scope", "user")
		if f.Global {
			w.Header().Set("X-RateLimit-Global", "true")
			w.Header().Set("X-RateLimit-Scope", "global")
		}
	}
	if f.Code == 0 {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		fmt.Fprint(w, "<html><body>error 1015</body></html>")
		return
	}
	out := map[string]any{"code": f.Code, "message": why}
	if f.Status == 429 {
		out["retry_after"] = f.After.Seconds()
		out["global"] = f.Global
	}
	if f.Code == 50035 {
		out["errors"] = map[string]any{"content": map[string]any{"_errors": []any{map[string]string{"code": "BAD", "message": why}}}}
	}
	reply(w, f.Status, out)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// next takes a fault from the list; false if there is none. s.mu is held.
func next(list *[]Fault) (Fault, bool) {
	if len(*list) == 0 {
		return Fault{}, false
	}
	f := (*list)[0]
	*list = (*list)[1:]
	return f, true
}
