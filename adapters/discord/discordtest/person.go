package discordtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Where a chat is, as Discord numbers it.
const (
	Guild   = 0 // a server
	DM      = 1 // the bot's direct messages
	Private = 2 // between people
)

// Person is somebody with Discord on their phone. As a [Chat] it is their direct
// messages with the bot.
type Person struct {
	ID     string
	Locale string // "de", "en-US"
	*Chat

	closed bool // to direct messages
}

// Chat is one conversation as one person sees it. All methods may be called while
// the bot is at work.
type Chat struct {
	ID string

	s        *Server
	person   *Person
	context  int
	messages []*Message
	form     *form
	formOn   *Message
	sent     []time.Time
	news     chan struct{} // closed when something has changed
}

// Person makes a new one.
func (s *Server) Person(locale string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Person{ID: s.id(), Locale: locale}
	p.Chat = s.chat(p, DM)
	s.people[p.ID] = p
	return p
}

// In opens another chat, where the bot may only be used by commands.
func (p *Person) In(context int) *Chat {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.chat(p, context)
}

func (s *Server) chat(p *Person, context int) *Chat {
	c := &Chat{ID: s.id(), s: s, person: p, context: context, news: make(chan struct{})}
	s.chats[c.ID] = c
	return c
}

// Block closes the direct messages, Unblock opens them.
func (p *Person) Block()   { p.setClosed(true) }
func (p *Person) Unblock() { p.setClosed(false) }

func (p *Person) setClosed(closed bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.closed = closed
}

func (c *Chat) add(m *Message) *Message {
	m.ID, m.channel = c.s.id(), c.ID
	c.messages = append(c.messages, m)
	c.changed()
	return m
}

// changed wakes those who wait. s.mu is held until the change is whole.
func (c *Chat) changed() {
	close(c.news)
	c.news = make(chan struct{})
}

func (c *Chat) find(id string) *Message {
	if c == nil {
		return nil
	}
	for _, m := range c.messages {
		if m.ID == id && !m.removed {
			return m
		}
	}
	return nil
}

// limited counts a message and returns how long to wait if it is one too many.
func (c *Chat) limited(h http.Header, l limit) time.Duration {
	if l.n == 0 {
		return 0
	}
	now := time.Now()
	c.sent = slices.DeleteFunc(c.sent, func(t time.Time) bool { return now.Sub(t) > l.per })
	left := l.n - len(c.sent) - 1
	reset := l.per
	if len(c.sent) > 0 {
		reset = l.per - now.Sub(c.sent[0])
	}
	h.Set("X-RateLimit-Limit", fmt.Sprint(l.n))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(max(left, 0)))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", reset.Seconds()))
	if left < 0 {
		return reset
	}
	c.sent = append(c.sent, now)
	return 0
}

// wire is a message as the API gives it.
func (c *Chat) wire(m *Message) map[string]any {
	author := map[string]any{"id": c.person.ID, "username": "someone"}
	if m.Bot {
		author = map[string]any{"id": BotID, "username": "bot", "bot": true}
	}
	out := map[string]any{
		"id": m.ID, "channel_id": c.ID, "type": 0, "author": author, "content": m.Raw, "flags": 0,
		"timestamp": time.Now().UTC().Format(time.RFC3339Nano), "edited_timestamp": nil, "attachments": []any{}, "embeds": []any{},
	}
	for k, v := range m.media {
		out[k] = v
	}
	return out
}

// Type sends a message.
func (c *Chat) Type(text string) { c.say(&Message{Text: text, Raw: text}) }

func (c *Chat) say(m *Message) *Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.add(m)
	c.s.dispatch("MESSAGE_CREATE", c.wire(m))
	return m
}

// Edit changes the person's last message.
func (c *Chat) Edit(text string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, m := range slices.Backward(c.messages) {
		if !m.Bot {
			m.Text, m.Raw = text, text
			w := c.wire(m)
			w["edited_timestamp"] = time.Now().UTC().Format(time.RFC3339Nano)
			c.s.dispatch("MESSAGE_UPDATE", w)
			return
		}
	}
}

// Media sends something without words, by the dialog's name for it.
func (c *Chat) Media(kind string) {
	file := func(contentType string) map[string]any {
		return map[string]any{"attachments": []any{map[string]any{"id": "1", "content_type": contentType, "filename": "x", "size": 1}}}
	}
	media := map[string]map[string]any{
		"voice": file("audio/ogg"), "photo": file("image/png"), "video": file("video/mp4"), "file": file("application/pdf"),
		"sticker": {"sticker_items": []any{map[string]any{"id": "1", "name": "x"}}},
		"poll":    {"poll": map[string]any{"question": map[string]any{}}},
	}[kind]
	if kind == "voice" {
		media["flags"] = 1 << 13
	}
	c.say(&Message{media: media})
}

// Slash runs a command: "/needs", "/starters do=share", "/needs text=sleep".
func (c *Chat) Slash(line string) error {
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	data := map[string]any{"id": "1", "name": name, "type": 1}
	if option, value, ok := strings.Cut(rest, "="); ok {
		data["options"] = []any{map[string]any{"name": option, "type": 3, "value": value}}
	}
	return c.s.perform(c, 2, nil, data)
}

// Press taps the newest button of that label, or picks that entry of a menu.
func (c *Chat) Press(label string) error { return c.Choose(label) }

// Choose turns the entries of those labels over in the newest menu that has
// them, all in one go, and leaves the others as they are; or it taps a button.
func (c *Chat) Choose(labels ...string) error {
	c.s.mu.Lock()
	var on *Message
	var hit Component
	for _, m := range slices.Backward(c.messages) {
		i := slices.IndexFunc(m.Components, func(x Component) bool { return bare(x.Label) == bare(labels[0]) })
		if m.Bot && !m.removed && i >= 0 {
			on, hit = m, m.Components[i]
			break
		}
	}
	if on == nil || hit.URL != "" {
		c.s.mu.Unlock()
		return fmt.Errorf("there is no button %q", labels[0])
	}
	data := map[string]any{"custom_id": hit.ID, "component_type": 2}
	if hit.Value != "" {
		values := []string{}
		for _, x := range on.Components {
			named := slices.ContainsFunc(labels, func(l string) bool { return bare(l) == bare(x.Label) })
			if x.ID == hit.ID && (!hit.Many && named || hit.Many && named != x.Chosen) {
				values = append(values, x.Value)
			}
		}
		data["component_type"], data["values"] = 3, values
	}
	c.s.mu.Unlock()
	return c.s.perform(c, 3, on, data)
}

// bare is a label without the sign that it is on.
func bare(label string) string { return strings.TrimPrefix(label, "✓ ") }

// Submit fills in the form that a press has opened.
func (c *Chat) Submit(text string) error {
	c.s.mu.Lock()
	f, on := c.form, c.formOn
	c.form = nil
	c.s.mu.Unlock()
	if f == nil {
		return fmt.Errorf("no form is open")
	}
	return c.s.perform(c, 5, on, map[string]any{"custom_id": f.ID, "components": []any{
		map[string]any{"type": 1, "components": []any{map[string]any{"type": 4, "custom_id": f.Components[0].Components[0].ID, "value": text}}},
	}})
}

// Messages are what stands in the chat, top to bottom.
func (c *Chat) Messages() []Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var out []Message
	for _, m := range c.messages {
		if !m.removed {
			out = append(out, *m)
		}
	}
	return out
}

// String is the chat as it reads: "> " the person, "< " the bot, its buttons in
// brackets, "(private)" what only the person sees.
func (c *Chat) String() string {
	var b strings.Builder
	for _, m := range c.Messages() {
		sign := ">"
		if m.Bot {
			sign = "<"
		}
		b.WriteString(sign)
		if m.Private {
			b.WriteString(" (private)")
		}
		if m.Thinking {
			b.WriteString(" …")
		}
		for _, f := range m.Files {
			b.WriteString(" (" + f.Name + ")")
		}
		if text := strings.Join(strings.Fields(m.Text), " "); text != "" {
			b.WriteString(" " + text)
		}
		for _, l := range m.Labels() {
			b.WriteString(" [" + l + "]")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Wait waits until the chat reads as ok wants it, and tells whether it came to that.
func (c *Chat) Wait(patience time.Duration, ok func(chat string) bool) bool {
	var reads string
	var read chan struct{} // the news that it was read at
	for end := time.After(patience); ; {
		c.s.mu.Lock()
		news := c.news
		c.s.mu.Unlock()
		if news != read {
			reads, read = c.String(), news
		}
		if ok(reads) {
			return true
		}
		select {
		case <-news:
		case <-time.After(50 * time.Millisecond): // it may want more than the chat
		case <-end:
			return ok(c.String())
		}
	}
}
