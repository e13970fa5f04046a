// Package telegramtest is a Bot API server for tests: as strict as the real one
// about names, types, limits and formatting, and with the mishaps of a network at
// hand. It records what everybody sees, so that a test reads like a chat, and it
// needs no *testing.T, so that a test of the whole program can use it as well.
//
//	s := telegramtest.New()
//	defer s.Close()
//	mira := s.Person("en")
//	mira.Type("/start")
//	…
//	mira.Press("Yes")
//
// What the adapter did that the real server would refuse or quietly ignore is
// listed by Problems.
package telegramtest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The bot that the server knows.
const (
	Token    = "8100200300:AAtest-token_that-nobody-may-print0"
	BotID    = 8100200300
	Username = "afterglow_test_bot"
)

// Server is a Bot API server on the loopback. Its methods may be called from
// many goroutines.
type Server struct {
	mu       sync.Mutex
	addr     string
	web      *http.Server
	chats    map[int64]*chat
	problems []string
	calls    []Call
	faults   []fault
	revoked  bool
	inline   bool
	instant  bool // Benchmarks: sends are answered and not kept
	callback int
	members  int64 // the last user id given
	menu     map[string]json.RawMessage
	about    map[string]string
	answers  map[string]json.RawMessage // inline query → results
	tapped   map[string]int             // callback id → answers
	queue
}

// Call is one call as it came in.
type Call struct {
	Method string
	Params map[string]string // form values; of a file, its name
}

// New starts a server.
func New() *Server {
	s := &Server{
		chats:   map[int64]*chat{},
		menu:    map[string]json.RawMessage{},
		about:   map[string]string{},
		answers: map[string]json.RawMessage{},
		tapped:  map[string]int{},
		inline:  true,
		members: 7_310_482_163, // as long as real ones: four digits stand in any file by chance
	}
	s.queue.next = 700100
	s.queue.more = make(chan struct{})
	s.listen("127.0.0.1:0")
	return s
}

func (s *Server) listen(addr string) {
	var l net.Listener
	var err error
	for range 100 {
		if l, err = net.Listen("tcp", addr); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		panic(fmt.Sprintf("telegramtest: listen on the loopback: %v", err))
	}
	web := &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second}
	s.mu.Lock()
	s.addr, s.web = l.Addr().String(), web
	s.mu.Unlock()
	go web.Serve(l)
}

// URL is what the adapter's Config.APIURL is to be.
func (s *Server) URL() string { return "http://" + s.addr }

// Close ends the server and every waiting call.
func (s *Server) Close() {
	s.stopHook()
	s.mu.Lock()
	web := s.web
	s.mu.Unlock()
	web.Close()
}

// Offline takes the server off the network, or back: nobody can connect, and
// what is open breaks.
func (s *Server) Offline(off bool) {
	if off {
		s.mu.Lock()
		web := s.web
		s.mu.Unlock()
		web.Close()
		return
	}
	s.listen(s.addr)
}

// Revoke makes the token unknown.
func (s *Server) Revoke() { s.set(func() { s.revoked = true }) }

// NoInline switches inline mode off, as BotFather does; to be called before the bot starts.
func (s *Server) NoInline() { s.set(func() { s.inline = false }) }

// Instant makes every send succeed at once and unseen, for benchmarks.
func (s *Server) Instant() { s.set(func() { s.instant = true }) }

func (s *Server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// Problems are the things the adapter did that it must not do.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// Calls are the calls of a method so far, of every method if it is "".
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

func (s *Server) problem(format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

// Wait waits until ok, for a quarter of a minute at most, and tells whether it came to that.
func (s *Server) Wait(ok func() bool) bool {
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return true
		}
	}
	return ok()
}

// A refusal is an answer that is no success.
type refusal struct {
	Code  int
	Text  string
	After int
}

func bad(format string, args ...any) *refusal {
	return &refusal{Code: 400, Text: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot"+Token+"/")
	s.mu.Lock()
	revoked := s.revoked
	s.mu.Unlock()
	if !ok {
		answer(w, nil, &refusal{Code: 404, Text: "Not Found"})
		return
	}
	if revoked {
		answer(w, nil, &refusal{Code: 401, Text: "Unauthorized"})
		return
	}
	params, err := form(r)
	if err != nil {
		answer(w, nil, bad("the form can not be read"))
		return
	}
	if rest == "getUpdates" {
		if no := s.check(rest, params); no != nil {
			answer(w, nil, no)
			return
		}
		result, no := s.getUpdates(r.Context(), params)
		answer(w, result, no)
		return
	}
	how := s.fault(rest)
	if how.before(w) {
		return
	}
	s.mu.Lock()
	result, no := s.do(rest, params)
	s.mu.Unlock()
	if how.after(w) {
		return
	}
	answer(w, result, no)
}

// form reads the parameters; a file's value is its name.
func form(r *http.Request) (map[string]string, error) {
	params := map[string]string{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(50 << 20); err != nil {
			return nil, err
		}
		for name, files := range r.MultipartForm.File {
			params[name] = file + files[0].Filename + "\x00" + strconv.FormatInt(files[0].Size, 10)
		}
	} else if err := r.ParseForm(); err != nil {
		return nil, err
	}
	for name, values := range r.Form {
		params[name] = values[0]
	}
	return params, nil
}

// file stands before the name of an uploaded file.
const file = "\x00file:"

func answer(w http.ResponseWriter, result any, no *refusal) {
	w.Header().Set("Content-Type", "application/json")
	if no == nil {
		json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
		return
	}
	body := map[string]any{"ok": false, "error_code": no.Code, "description": no.Text}
	if no.After > 0 {
		body["parameters"] = map[string]any{"retry_after": no.After}
	}
	w.WriteHeader(no.Code)
	json.NewEncoder(w).Encode(body)
}
