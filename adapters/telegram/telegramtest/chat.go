package telegramtest

import (
	"strings"
	"time"
)

// Message is something in a chat, as people see it. In Text what is bold stands
// between asterisks.
type Message struct {
	ID          int64
	Text        string // as it looks
	Plain       string // as it reads
	Buttons     [][]Button
	Photo, File string // the name of what was uploaded
	Quiet       bool
	Protected   bool
	Edits       int

	bot  bool
	from int64
	at   time.Time
}

// Button is one key under a message.
type Button struct{ Label, Data, URL, Share, Copy string }

// Labels are the keys' labels, row by row.
func (m Message) Labels() []string {
	var out []string
	for _, row := range m.Buttons {
		for _, b := range row {
			out = append(out, b.Label)
		}
	}
	return out
}

// String is the message as a line: text and keys.
func (m Message) String() string {
	var parts []string
	for _, f := range []string{m.Photo, m.File} {
		if f != "" {
			parts = append(parts, "("+f+")")
		}
	}
	if m.Text != "" {
		parts = append(parts, strings.ReplaceAll(m.Text, "\n", " / "))
	}
	for _, l := range m.Labels() {
		parts = append(parts, "["+l+"]")
	}
	return strings.Join(parts, " ")
}

type chat struct {
	id          int64
	kind        string
	last        int64
	messages    []*Message
	started     bool // the person has written
	blocked     bool
	deactivated bool
	left        bool
	typing      int
}

func (c *chat) add(m *Message) *Message {
	c.last++
	m.ID, m.at = c.last, time.Now()
	c.messages = append(c.messages, m)
	return m
}

func (c *chat) find(id int64) *Message {
	for _, m := range c.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (c *chat) json() map[string]any {
	j := map[string]any{"id": c.id, "type": c.kind}
	if c.kind == "private" {
		j["first_name"] = "Someone"
	} else {
		j["title"] = "Some people"
	}
	return j
}

func (s *Server) messageJSON(c *chat, m *Message) map[string]any {
	j := map[string]any{"message_id": m.ID, "date": m.at.Unix(), "chat": c.json()}
	if m.bot && m.Plain != "" {
		j["text"] = m.Plain
	} else if m.Text != "" {
		j["text"] = m.Text
	}
	if m.bot {
		j["from"] = map[string]any{"id": BotID, "is_bot": true, "first_name": "Afterglow", "username": Username}
	}
	if len(m.Buttons) > 0 && m.bot {
		var rows [][]map[string]any
		for _, row := range m.Buttons {
			var keys []map[string]any
			for _, b := range row {
				keys = append(keys, map[string]any{"text": b.Label, "callback_data": b.Data})
			}
			rows = append(rows, keys)
		}
		j["reply_markup"] = map[string]any{"inline_keyboard": rows}
	}
	return j
}

func (c *chat) said() []Message {
	var out []Message
	for _, m := range c.messages {
		if m.bot {
			out = append(out, *m)
		}
	}
	return out
}

func (c *chat) String() string {
	var b strings.Builder
	for _, m := range c.messages {
		side := "> "
		if m.bot {
			side = "< "
		}
		b.WriteString(side + m.String() + "\n")
	}
	return b.String()
}
