package telegramtest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Person is somebody with Telegram on their phone.
type Person struct {
	s    *Server
	ID   int64
	lang string
	chat *chat
}

// Person adds somebody whose app speaks lang. The bot can not write to them
// before they have written.
func (s *Server) Person(lang string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members++
	p := &Person{s: s, ID: s.members, lang: lang}
	p.chat = &chat{id: p.ID, kind: "private", last: 10}
	s.chats[p.ID] = p.chat
	return p
}

func (p *Person) user() map[string]any {
	u := map[string]any{"id": p.ID, "is_bot": false, "first_name": "Someone"}
	if p.lang != "" {
		u["language_code"] = p.lang
	}
	return u
}

// Type sends a text.
func (p *Person) Type(text string) { p.Send(map[string]any{"text": text}) }

// Media sends something that is no text: a field of Message, as "voice".
func (p *Person) Media(kind string) { p.Send(map[string]any{kind: sample(kind)}) }

// sample is a lifelike content of that kind.
func sample(kind string) any {
	file := map[string]any{"file_id": "AgAC", "file_unique_id": "AQAD", "duration": 2, "length": 240, "width": 512, "height": 512, "type": "regular", "is_animated": false, "is_video": false}
	switch kind {
	case "photo":
		return []any{map[string]any{"file_id": "AgAC", "file_unique_id": "AQAD", "width": 90, "height": 51}}
	case "location":
		return map[string]any{"latitude": 52.5, "longitude": 13.4}
	case "dice":
		return map[string]any{"emoji": "🎲", "value": 4}
	case "contact":
		return map[string]any{"phone_number": "000", "first_name": "Someone"}
	}
	return file
}

// Send sends a message with the given fields beside its envelope.
func (p *Person) Send(fields map[string]any) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.sendIn(p.chat, fields)
}

func (p *Person) sendIn(c *chat, fields map[string]any) {
	text, _ := fields["text"].(string)
	if c.kind == "private" {
		c.started = true
	}
	m := c.add(&Message{Text: text, from: p.ID})
	if text == "" {
		for k := range fields {
			m.Text += "(" + k + ")"
		}
	}
	j := p.s.messageJSON(c, m)
	if text == "" {
		delete(j, "text")
	}
	j["from"] = p.user()
	for k, v := range fields {
		j[k] = v
	}
	p.s.push("message", "chat "+strconv.FormatInt(c.id, 10), j)
}

// Edit changes the last text the person sent.
func (p *Person) Edit(text string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, m := range slices.Backward(p.chat.messages) {
		if !m.bot {
			m.Text = text
			j := p.s.messageJSON(p.chat, m)
			j["from"], j["edit_date"] = p.user(), time.Now().Unix()
			p.s.push("edited_message", "chat "+strconv.FormatInt(p.chat.id, 10), j)
			return
		}
	}
}

// Press taps the newest key of that label, whether or not it is marked.
func (p *Person) Press(label string) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, m := range slices.Backward(p.chat.messages) {
		for _, row := range m.Buttons {
			for _, b := range row {
				if strings.TrimPrefix(b.Label, "✓ ") == label {
					if b.Data == "" {
						return fmt.Errorf("telegramtest: %q is no key to answer with", label)
					}
					p.tap(m, b.Data)
					return nil
				}
			}
		}
	}
	return fmt.Errorf("telegramtest: there is no key %q in the chat:\n%s", label, p.chat.String())
}

// Tap sends the data of a key that may never have existed, on the newest message.
func (p *Person) Tap(data string) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, m := range slices.Backward(p.chat.messages) {
		if m.bot {
			p.tap(m, data)
			return nil
		}
	}
	return errors.New("telegramtest: the bot has said nothing yet")
}

func (p *Person) tap(m *Message, data string) {
	p.s.callback++
	id := "48151623" + strconv.Itoa(p.s.callback)
	p.s.tapped[id] = 0
	p.s.push("callback_query", "tap "+strconv.FormatInt(p.ID, 10), map[string]any{
		"id": id, "from": p.user(), "message": p.s.messageJSON(p.chat, m), "chat_instance": "1", "data": data,
	})
}

// Taps are how many times each tap so far was answered.
func (s *Server) Taps() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []int
	for _, n := range s.tapped {
		out = append(out, n)
	}
	return out
}

// Expire makes all taps so far too old to be answered.
func (s *Server) Expire() { s.set(func() { clear(s.tapped) }) }

// Ask types an inline query somewhere and returns its id.
func (p *Person) Ask(query string) string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.callback++
	id := "99" + strconv.Itoa(p.s.callback)
	p.s.answers[id] = nil
	p.s.push("inline_query", "inline "+strconv.FormatInt(p.ID, 10), map[string]any{"id": id, "from": p.user(), "query": query, "offset": ""})
	return id
}

// Answer is what an inline query was answered with, "" if not yet.
func (s *Server) Answer(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.answers[id])
}

// Block closes the door to the bot; Unblock opens it again.
func (p *Person) Block() { p.door(true, "kicked", "member") }

// Unblock opens the door again.
func (p *Person) Unblock() { p.door(false, "member", "kicked") }

func (p *Person) door(blocked bool, now, before string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.chat.blocked = blocked
	p.s.member(p.chat, p.user(), before, now)
}

func (s *Server) member(c *chat, by map[string]any, before, now string) {
	bot := map[string]any{"id": BotID, "is_bot": true, "first_name": "Afterglow"}
	s.push("my_chat_member", "member "+strconv.FormatInt(c.id, 10), map[string]any{
		"chat": c.json(), "from": by, "date": time.Now().Unix(),
		"old_chat_member": map[string]any{"status": before, "user": bot},
		"new_chat_member": map[string]any{"status": now, "user": bot},
	})
}

// Deactivate deletes the person's account.
func (p *Person) Deactivate() { p.s.set(func() { p.chat.deactivated = true }) }

// Age makes everything in the chat older by d.
func (p *Person) Age(d time.Duration) {
	p.s.set(func() {
		for _, m := range p.chat.messages {
			m.at = m.at.Add(-d)
		}
	})
}

// Clear takes everything out of the chat.
func (p *Person) Clear() { p.s.set(func() { p.chat.messages = nil }) }

// Typing is how often the bot was seen writing.
func (p *Person) Typing() int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.chat.typing
}

// Messages are what the bot has in the chat, top to bottom.
func (p *Person) Messages() []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.chat.said()
}

// Screen is the newest message of the bot; empty if there is none.
func (p *Person) Screen() Message {
	all := p.Messages()
	if len(all) == 0 {
		return Message{}
	}
	return all[len(all)-1]
}

// Chat is the whole chat, a line a message: "> " the person, "< " the bot.
func (p *Person) Chat() string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.chat.String()
}
