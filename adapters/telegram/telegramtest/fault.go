package telegramtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Fault is a way in which a call can go wrong.
type Fault int

const (
	Lost       Fault = iota // it takes effect, and the connection breaks before the answer
	BadGateway              // something on the way answers with a page, nothing happens
	Limited                 // 429 with retry_after, nothing happens
	Internal                // Telegram answers 500
	Slow                    // it takes effect after a second
	none
	refused
)

type fault struct {
	how     Fault
	methods string
	seconds int
	text    string
}

// Fail lets the next n calls that put something into a chat go wrong.
func (s *Server) Fail(n int, how Fault) { s.FailOn("send edit", n, how, 1) }

// FailOn lets the next n calls go wrong whose methods begin with one of the
// given words. seconds is retry_after.
func (s *Server) FailOn(methods string, n int, how Fault, seconds int) {
	s.set(func() {
		for range n {
			s.faults = append(s.faults, fault{how: how, methods: methods, seconds: seconds})
		}
	})
}

type mishap struct{ *fault }

func (s *Server) fault(method string) mishap {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		for _, word := range strings.Fields(f.methods) {
			if strings.HasPrefix(method, word) && method != "sendChatAction" {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
				return mishap{&f}
			}
		}
	}
	return mishap{}
}

// before goes wrong without any effect, and tells whether it did.
func (m mishap) before(w http.ResponseWriter) bool {
	if m.fault == nil {
		return false
	}
	switch m.how {
	case BadGateway:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html><head><title>502 Bad Gateway</title></head></html>")
	case Limited:
		answer(w, nil, &refusal{429, fmt.Sprintf("Too Many Requests: retry after %d", m.seconds), m.seconds})
	case Internal:
		answer(w, nil, &refusal{500, "Internal Server Error", 0})
	case refused:
		answer(w, nil, &refusal{400, m.text, 0})
	case Slow:
		time.Sleep(time.Second)
		return false
	default:
		return false
	}
	return true
}

// after goes wrong once the effect is there.
func (m mishap) after(w http.ResponseWriter) bool {
	if m.fault == nil || m.how != Lost {
		return false
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
	return true
}

// Pass lets the next n calls that put something into a chat go well, whatever
// Fail is told afterwards.
func (s *Server) Pass(n int) { s.Fail(n, none) }

// Refuse lets the next n calls that put something into a chat be refused with 400
// and this description.
func (s *Server) Refuse(n int, text string) {
	s.set(func() {
		for range n {
			s.faults = append(s.faults, fault{how: refused, methods: "send edit", text: text})
		}
	})
}
