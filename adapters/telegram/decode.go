package telegram

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// The types below hold what is read of an update, and nothing else: a name that
// is never decoded can not leak, and a field that Telegram changes can not make
// an update unreadable.

type update struct {
	ID       int64     `json:"update_id"`
	Message  *message  `json:"message"`
	Edited   *message  `json:"edited_message"`
	Callback *callback `json:"callback_query"`
	Inline   *inline   `json:"inline_query"`
	Member   *member   `json:"my_chat_member"`
}

// allowed are the kinds of update to ask for: the fields above. What a person
// picked from an inline answer (chosen_inline_result) is none of our business.
const allowed = `["message","edited_message","callback_query","inline_query","my_chat_member"]`

type user struct {
	ID   int64  `json:"id"`
	Bot  bool   `json:"is_bot"`
	Lang string `json:"language_code"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

type message struct {
	ID         int64    `json:"message_id"`
	From       *user    `json:"from"`
	SenderChat *chat    `json:"sender_chat"` // an anonymous administrator, a linked channel
	Chat       chat     `json:"chat"`
	Date       int64    `json:"date"`
	EditDate   int64    `json:"edit_date"`
	Text       string   `json:"text"`
	Caption    string   `json:"caption"`
	Album      string   `json:"media_group_id"`
	ReplyTo    *message `json:"reply_to_message"`
}

type callback struct {
	ID      string   `json:"id"`
	From    user     `json:"from"`
	Message *message `json:"message"` // absent under a message sent by inline mode
	Data    string   `json:"data"`
}

type inline struct {
	ID    string `json:"id"`
	From  user   `json:"from"`
	Query string `json:"query"`
}

type member struct {
	Chat chat  `json:"chat"`
	From user  `json:"from"`
	Date int64 `json:"date"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

// happening is what an update comes to. The zero happening: nothing.
type happening struct {
	event  *dialog.Event // for the handler
	album  string        // the event belongs to this album, which is answered once
	tap    string        // a callback to answer at once
	inline *inline       // a query to answer
	group  *message      // somebody spoke to us in a group
	leave  int64         // a channel to leave
	poison bool          // it could not be decoded
}

// lane is the person whose happenings stay in order; 0: it need not wait for anybody.
func (h *happening) lane() dialog.PersonID {
	if h.event == nil {
		return ""
	}
	return h.event.Person
}

// reader turns updates into happenings. It knows which bot it reads for.
type reader struct {
	bot      int64
	username string
}

// read decodes one update. It fails only on what is no update at all; kinds it
// does not know come to nothing.
func (r reader) read(raw []byte) (id int64, h happening, err error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return 0, h, fmt.Errorf("telegram: an update can not be decoded")
	}
	switch {
	case u.Message != nil:
		h = r.message(u.Message, raw)
	case u.Edited != nil:
		h = r.edited(u.Edited)
	case u.Callback != nil:
		h = r.callback(u.Callback)
	case u.Inline != nil:
		h.inline = u.Inline
	case u.Member != nil:
		h = r.member(u.Member)
	}
	return u.ID, h, nil
}

const private = "private"

// alone tells whether u is a person in their private chat with us, the only
// place of conversation. Such a chat has the id of the person.
func alone(u *user, c chat) bool {
	return c.Type == private && u != nil && !u.Bot && u.ID == c.ID && u.ID > 0
}

func (r reader) message(m *message, raw []byte) (h happening) {
	switch {
	case m.Chat.Type == "channel":
		return h
	case m.Chat.Type != private:
		if r.addressed(m) {
			h.group = m
		}
		return h
	case !alone(m.From, m.Chat):
		return h
	}
	ev := dialog.Event{
		ID:     r.name("message", m.Chat.ID, m.ID),
		Person: person(m.From.ID),
		Kind:   dialog.Text,
		Text:   m.Text,
		At:     instant(m.Date, m.ID),
		Lang:   strings.ToLower(m.From.Lang),
	}
	if m.Text == "" {
		ev.Kind, ev.Name, ev.Text = dialog.Media, content(raw), m.Caption
		if ev.Name == "" {
			return h // a service message: pinned, a timer set, …
		}
		if h.album = m.Album; m.Album != "" && m.Caption == "" {
			ev.ID = fmt.Sprintf("album %d/%d/%s", r.bot, m.Chat.ID, m.Album)
		}
	} else if name, rest, ok := command(m.Text); ok {
		name, to, _ := strings.Cut(name, "@")
		if to != "" && !strings.EqualFold(to, r.username) {
			return h // another bot's
		}
		ev.Kind, ev.Name, ev.Text = dialog.Command, strings.ToLower(name), rest
	}
	h.event = &ev
	return h
}

func (r reader) edited(m *message) (h happening) {
	text := m.Text
	if text == "" {
		text = m.Caption
	}
	// A live location that moves is an edit without words.
	if !alone(m.From, m.Chat) || text == "" {
		return h
	}
	h.event = &dialog.Event{
		ID:     r.name("edit", m.Chat.ID, m.ID, m.EditDate),
		Person: person(m.From.ID),
		Kind:   dialog.Edited,
		Text:   text,
		At:     instant(m.EditDate, m.ID),
		Lang:   strings.ToLower(m.From.Lang),
	}
	return h
}

func (r reader) callback(c *callback) (h happening) {
	h.tap = c.ID // every tap is answered, or the button keeps turning
	if c.Message == nil || !alone(&c.From, c.Message.Chat) || c.Data == "" {
		return h
	}
	h.event = &dialog.Event{
		ID:     "callback " + c.ID,
		Person: person(c.From.ID),
		Kind:   dialog.Press,
		Data:   c.Data,
		Screen: refOf(c.Message.Chat.ID, []int64{c.Message.ID}),
		Lang:   strings.ToLower(c.From.Lang),
	}
	return h
}

func (r reader) member(m *member) (h happening) {
	there := m.New.Status == "member" || m.New.Status == "administrator"
	if m.Chat.Type == "channel" && there {
		h.leave = m.Chat.ID
	}
	if m.Chat.Type != private || m.Chat.ID <= 0 {
		return h
	}
	ev := dialog.Event{
		Person: person(m.Chat.ID),
		Kind:   dialog.Unblocked,
		At:     instant(m.Date, 0),
		Lang:   strings.ToLower(m.From.Lang),
	}
	switch {
	case m.New.Status == "kicked":
		ev.Kind = dialog.Blocked
	case !there:
		return h
	}
	ev.ID = r.name(m.New.Status, m.Chat.ID, m.Date)
	h.event = &ev
	return h
}

// name makes an event's id. Update ids are of no use for that: they jump, and
// the same message has come under two of them.
func (r reader) name(kind string, ids ...int64) string {
	buf := strconv.AppendInt(append([]byte(kind), ' '), r.bot, 10)
	for _, id := range ids {
		buf = strconv.AppendInt(append(buf, '/'), id, 10)
	}
	return string(buf)
}

// instant is when a message was written. Telegram tells whole seconds only: the
// end of the second is meant, so that nothing looks older than what the person
// had seen before they wrote it, and within it the order of the messages' ids.
func instant(unix, id int64) time.Time {
	if unix <= 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).Add(time.Second + time.Duration(id%100)*time.Millisecond).UTC()
}

// command reads "/name@bot rest".
func command(text string) (name, rest string, ok bool) {
	if len(text) < 2 || text[0] != '/' {
		return "", "", false
	}
	end := strings.IndexAny(text, " \n\t")
	if end < 0 {
		end = len(text)
	}
	name = text[1:end]
	word, _, _ := strings.Cut(name, "@")
	if word == "" || len(word) > 32 || strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && r != '@' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return "", "", false
	}
	return name, strings.TrimSpace(text[end:]), true
}

// addressed tells whether a message in a group is meant for us: a command, our
// name, a reply to us.
func (r reader) addressed(m *message) bool {
	if m.From != nil && m.From.Bot && m.SenderChat == nil {
		return false // another bot; answering it could go on for ever
	}
	if name, _, ok := command(m.Text); ok {
		_, to, _ := strings.Cut(name, "@")
		return to == "" || strings.EqualFold(to, r.username)
	}
	if m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == r.bot {
		return true
	}
	return mentions(m.Text+" "+m.Caption, r.username)
}

// mentions tells whether text holds @name as a whole word.
func mentions(text, name string) bool {
	text, name = strings.ToLower(text), "@"+strings.ToLower(name)
	for {
		i := strings.Index(text, name)
		if i < 0 || name == "@" {
			return false
		}
		text = text[i+len(name):]
		if text == "" || !(text[0] == '_' || text[0] >= '0' && text[0] <= '9' || text[0] >= 'a' && text[0] <= 'z') {
			return true
		}
	}
}
