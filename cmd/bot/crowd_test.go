package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is a Bot API server that answers at once and keeps nothing but what many
// people need who tap on as soon as the bot has answered. It is the least that
// a bot can be measured against: telegramtest checks and remembers too much for
// that. It runs in a process of its own, so that its work is not the bot's.
type crowd struct {
	mu      sync.Mutex
	waiting []update
	next    int64
	more    chan struct{}
	phones  map[int64]*phone
	message int64
	open    int // updates nobody has answered
	quota   int // updates still to come
	typing  bool
	took    []time.Duration
	over    chan struct{}
	dials   atomic.Int64
}

type update struct {
	id   int64
	body string
}

// phone is one of the people.
type phone struct {
	id      int64
	step    int
	message int64
	keys    []string // what the buttons of the last message carry
	since   time.Time
	waits   bool
}

// stats is what one round came to.
type stats struct {
	P50, P99 time.Duration
	Dials    int64 // connections opened
}

const crowdEnv = "AFTERGLOW_TEST_CROWD"

// The test binary is a crowd if it is asked to be one.
func init() {
	if os.Getenv(crowdEnv) == "" {
		return
	}
	c := &crowd{next: 1000, more: make(chan struct{}), phones: map[int64]*phone{}, over: make(chan struct{})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	go func() { // whoever started it is gone when nothing can be read any more
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	server := &http.Server{Handler: c, ConnState: func(_ net.Conn, is http.ConnState) {
		if is == http.StateNew {
			c.dials.Add(1)
		}
	}}
	panic(server.Serve(l))
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch method {
	case "getUpdates":
		c.getUpdates(w, r)
	case "sendMessage", "editMessageText":
		fmt.Fprintf(w, `{"ok":true,"result":{"message_id":%d,"date":1764057600,"chat":{"id":1,"type":"private"}}}`, c.answered(r))
	case "getMe":
		fmt.Fprint(w, `{"ok":true,"result":{"id":8100200300,"is_bot":true,"first_name":"A","username":"afterglow_test_bot"}}`)
	case "getMyCommands":
		fmt.Fprint(w, `{"ok":true,"result":[]}`)
	case "getMyDescription", "getMyShortDescription":
		fmt.Fprint(w, `{"ok":true,"result":{}}`)
	case "round":
		json.NewEncoder(w).Encode(c.round(number(r, "people"), number(r, "updates"), r.Form.Get("by") == "text"))
	default:
		fmt.Fprint(w, `{"ok":true,"result":true}`)
	}
}

func number(r *http.Request, name string) int {
	n, _ := strconv.Atoi(r.Form.Get(name))
	return n
}

func (c *crowd) getUpdates(w http.ResponseWriter, r *http.Request) {
	offset := int64(number(r, "offset"))
	late := time.After(time.Duration(number(r, "timeout")) * time.Second)
	c.mu.Lock()
	for len(c.waiting) > 0 && c.waiting[0].id < offset {
		c.waiting = c.waiting[1:]
	}
	for len(c.waiting) == 0 {
		more := c.more
		c.mu.Unlock()
		select {
		case <-more:
		case <-late:
			fmt.Fprint(w, `{"ok":true,"result":[]}`)
			return
		case <-r.Context().Done():
			return
		}
		c.mu.Lock()
	}
	var b strings.Builder
	for i, u := range c.waiting[:min(100, len(c.waiting))] {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"update_id":%d,%s}`, u.id, u.body)
	}
	c.mu.Unlock()
	fmt.Fprintf(w, `{"ok":true,"result":[%s]}`, b.String())
}

// answered takes the bot's message and lets the person tap on.
func (c *crowd) answered(r *http.Request) int64 {
	keys := strings.Split(r.Form.Get("reply_markup"), `"callback_data":"`)[1:]
	c.mu.Lock()
	defer c.mu.Unlock()
	id := int64(number(r, "message_id"))
	if id == 0 {
		c.message++
		id = c.message
	}
	p := c.phones[int64(number(r, "chat_id"))]
	if p == nil || len(keys) == 0 || !p.waits {
		return id
	}
	p.message, p.keys, p.waits = id, p.keys[:0], false
	for _, k := range keys {
		data, _, _ := strings.Cut(k, `"`)
		p.keys = append(p.keys, data)
	}
	p.step++
	c.took = append(c.took, time.Since(p.since))
	c.open--
	c.act(p)
	if c.open == 0 && c.quota == 0 {
		close(c.over)
		c.over = make(chan struct{})
	}
	return id
}

// act lets a person do the next thing, if there is still something to be done:
// through the door, to a question, and there they tap one item after the other.
func (c *crowd) act(p *phone) {
	if c.quota == 0 {
		return
	}
	c.quota--
	c.open++
	p.waits, p.since = true, time.Now()
	from := fmt.Sprintf(`"from":{"id":%d,"is_bot":false,"first_name":"M","username":"mmm","language_code":"en"}`, p.id)
	chat := fmt.Sprintf(`"chat":{"id":%d,"first_name":"M","type":"private"}`, p.id)
	key, body := 0, ""
	if p.step >= 5 {
		key = (p.step - 5) % 6
	}
	if p.step == 0 || c.typing {
		text := "/start"
		if p.step > 0 {
			text = strconv.Itoa(key + 1)
		}
		c.message++
		body = fmt.Sprintf(`"message":{"message_id":%d,%s,%s,"date":%d,"text":%q}`, c.message, from, chat, p.since.Unix(), text)
	} else {
		body = fmt.Sprintf(`"callback_query":{"id":"%d%d",%s,"message":{"message_id":%d,%s,"date":%d,"text":"How are you today, on the whole?"},"chat_instance":"-3928","data":%q}`,
			p.id, p.step, from, p.message, chat, p.since.Unix(), p.keys[min(key, len(p.keys)-1)])
	}
	c.waiting = append(c.waiting, update{c.next, body})
	c.next++
	close(c.more)
	c.more = make(chan struct{})
}

// round lets some people do so many things in all, each as fast as they are answered.
func (c *crowd) round(people, updates int, typing bool) stats {
	dials := c.dials.Load()
	c.mu.Lock()
	c.quota, c.took, c.typing = updates, c.took[:0], typing
	over := c.over
	for id := int64(1); id <= int64(people); id++ {
		if c.phones[id] == nil {
			c.phones[id] = &phone{id: id}
		}
		c.act(c.phones[id])
	}
	c.mu.Unlock()
	<-over
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.Sort(c.took)
	return stats{c.took[len(c.took)/2], c.took[len(c.took)*99/100], c.dials.Load() - dials}
}
