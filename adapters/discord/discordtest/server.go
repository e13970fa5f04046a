// Package discordtest is a Discord for tests, on the loopback: its REST API, its
// gateway and its interactions, as strict about limits, names and times as the
// real one, and with its mishaps at hand. A test sees what people see, and does
// what they do: types, presses, runs commands, in the bot's direct messages, on a
// server, in a private chat. It does not need package testing.
package discordtest

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Token is the only one that is let in.
const Token = "MTAwMDAwMDAwMDAwMDAwMDAw.test.a-secret-that-nobody-may-print"

// The ids of the application and its bot.
const (
	AppID = "100000000000000000"
	BotID = "100000000000000001"
)

// Server is the whole of Discord. Its fields may be changed before the first bot
// comes.
type Server struct {
	AckTime   time.Duration // an interaction has to be acknowledged within; 3 s
	TokenLife time.Duration // an interaction can be answered for; 15 min
	NonceLife time.Duration // a nonce is remembered for; 5 min
	Heartbeat time.Duration // how often the bot is to give a sign of life; 41.25 s
	Endpoint  string        // where interactions are posted, signed; empty: they go to the gateway

	key    ed25519.PrivateKey
	addr   string
	poster *http.Client // to the Endpoint

	mu       sync.Mutex
	lastID   uint64
	http     *http.Server
	conns    map[net.Conn]bool
	people   map[string]*Person
	chats    map[string]*Chat
	acts     map[string]*act // interactions, by token
	nonces   map[string]*named
	commands []byte
	wires    map[*wire]bool
	sessions map[string]*session
	faults   []Fault
	opening  []Fault
	acking   []Fault
	problems []string
	acks     []time.Duration
	seen     map[string]int // requests by kind
	invalid  int
	twice    bool
	limit    limit
	most     int         // requests of the bot in a second; 0: any
	asked    []time.Time // in the last one
	gate     gate
}

// New starts a Discord. Close ends it.
func New() *Server {
	_, key, _ := ed25519.GenerateKey(nil)
	s := &Server{
		poster:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}},
		AckTime: 3 * time.Second, TokenLife: 15 * time.Minute, NonceLife: 5 * time.Minute, Heartbeat: 41250 * time.Millisecond,
		key: key, conns: map[net.Conn]bool{}, people: map[string]*Person{}, chats: map[string]*Chat{}, acts: map[string]*act{},
		nonces: map[string]*named{}, commands: []byte("[]"), wires: map[*wire]bool{}, sessions: map[string]*session{}, seen: map[string]int{},
	}
	s.gate.budget = 1000
	if err := s.listen("127.0.0.1:0"); err != nil {
		panic("discordtest: " + err.Error())
	}
	return s
}

// URL is what takes the place of Discord's https://discord.com/api.
func (s *Server) URL() string { return "http://" + s.addr + "/api" }

// PublicKey checks what is posted to the Endpoint.
func (s *Server) PublicKey() string {
	return hex.EncodeToString(s.key.Public().(ed25519.PublicKey))
}

func (s *Server) listen(addr string) error {
	var l net.Listener
	var err error
	for range 50 { // the port was ours a moment ago
		if l, err = net.Listen("tcp", addr); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addr = l.Addr().String()
	s.http = &http.Server{Handler: s.routes(), ConnState: func(c net.Conn, state http.ConnState) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if state == http.StateNew {
			s.conns[c] = true
		} else if state == http.StateClosed || state == http.StateHijacked {
			delete(s.conns, c)
		}
	}}
	go s.http.Serve(l)
	return nil
}

// Close ends everything.
func (s *Server) Close() {
	s.mu.Lock()
	h := s.http
	s.mu.Unlock()
	h.Close()
	s.poster.CloseIdleConnections()
	s.DropSockets()
}

// Offline makes it unreachable, or reachable again. Sessions of the gateway can
// be resumed afterwards.
func (s *Server) Offline(off bool) {
	if off {
		s.Close()
		return
	}
	if err := s.listen(s.addr); err != nil {
		s.problem("discordtest: %v", err)
	}
}

// id makes a new id, as Discord does: its upper bits are the time. s.mu is held.
func (s *Server) id() string {
	const epoch = 1420070400000
	n := uint64(time.Now().UnixMilli()-epoch) << 22
	s.lastID = max(s.lastID+1, n)
	return strconv.FormatUint(s.lastID, 10)
}

// problem notes what the rules forbid. s.mu is not held.
func (s *Server) problem(format string, a ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complain(format, a...)
}

func (s *Server) complain(format string, a ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, a...))
}

// Problems are what the bot did that Discord's rules forbid.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.problems...)
}

// Acks are how long the acknowledgement of each interaction took.
func (s *Server) Acks() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Duration(nil), s.acks...)
}

// Count is how often something was asked for: "send", "edit", "answer", "open",
// "commands", "identify", "resume", "heartbeat", "read", "typing", "delete"; and
// how often a person did something else than write: "interaction".
func (s *Server) Count(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[what]
}

// Invalid is how many requests were answered with 401, 403 or 429: 10,000 in ten
// minutes and Discord bans the address.
func (s *Server) Invalid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.invalid
}

// Commands is what was registered, as JSON.
func (s *Server) Commands() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.commands)
}
