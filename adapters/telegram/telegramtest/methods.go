package telegramtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// do is one call, checked and carried out. The lock is held.
func (s *Server) do(method string, p map[string]string) (any, *refusal) {
	if s.instant && method == "sendMessage" {
		return map[string]any{"message_id": 1, "date": 1, "chat": map[string]any{"id": 1, "type": "private"}}, nil
	}
	if no := s.checked(method, p); no != nil {
		return nil, no
	}
	switch method {
	case "getMe":
		return map[string]any{"id": BotID, "is_bot": true, "first_name": "Afterglow", "username": Username, "supports_inline_queries": s.inline}, nil
	case "sendMessage", "sendPhoto", "sendDocument":
		return s.send(method, p)
	case "editMessageText":
		return s.edit(p)
	case "deleteMessages":
		return s.delete(p)
	case "answerCallbackQuery":
		if _, ok := s.tapped[p["callback_query_id"]]; !ok {
			return nil, bad("query is too old and response timeout expired or query ID is invalid")
		}
		s.tapped[p["callback_query_id"]]++
	case "answerInlineQuery":
		return s.answerInline(p)
	case "sendChatAction":
		c, no := s.chat(p)
		if no != nil {
			return nil, no
		}
		c.typing++
	case "leaveChat":
		c, no := s.chat(p)
		if no != nil {
			return nil, no
		}
		c.left = true
	case "setMyCommands":
		return s.setCommands(p)
	case "getMyCommands":
		if raw := s.menu[p["scope"]+p["language_code"]]; raw != nil {
			return raw, nil
		}
		return []any{}, nil
	case "setMyDescription", "setMyShortDescription":
		return s.setAbout(method, p)
	case "getMyDescription":
		return map[string]string{"description": s.about["setMyDescription"+p["language_code"]]}, nil
	case "getMyShortDescription":
		return map[string]string{"short_description": s.about["setMyShortDescription"+p["language_code"]]}, nil
	case "setWebhook":
		return s.setWebhook(p)
	case "deleteWebhook":
		s.dropHook()
	}
	return true, nil
}

// chat finds the chat of a call, if the bot may write there.
func (s *Server) chat(p map[string]string) (*chat, *refusal) {
	id, err := strconv.ParseInt(p["chat_id"], 10, 64)
	c := s.chats[id]
	switch {
	case err != nil || c == nil:
		return nil, bad("chat not found")
	case c.blocked:
		return nil, &refusal{Code: 403, Text: "Forbidden: bot was blocked by the user"}
	case c.deactivated:
		return nil, &refusal{Code: 403, Text: "Forbidden: user is deactivated"}
	case c.kind == "private" && !c.started:
		return nil, &refusal{Code: 403, Text: "Forbidden: bot can't initiate conversation with a user"}
	case c.left:
		return nil, &refusal{Code: 403, Text: "Forbidden: bot is not a member of the chat"}
	}
	return c, nil
}

// text reads a text or caption with its looks.
func (s *Server) text(p map[string]string, name string, min, max int) (plain, shown string, no *refusal) {
	raw := p[name]
	plain, shown = strings.TrimSpace(raw), strings.TrimSpace(raw)
	switch p["parse_mode"] {
	case "":
	case "HTML":
		var err error
		if plain, shown, err = parse(raw); err != nil {
			return "", "", bad("can't parse entities: %v", err)
		}
	default:
		s.problem("parse mode %s is not in use", p["parse_mode"])
	}
	switch n := units(plain); {
	case !utf8.ValidString(raw):
		return "", "", bad("strings must be encoded in UTF-8")
	case n < min:
		return "", "", bad("message text is empty")
	case n > max, len(raw) > 32<<10:
		return "", "", bad("message is too long")
	}
	return plain, shown, nil
}

func (s *Server) send(method string, p map[string]string) (any, *refusal) {
	c, no := s.chat(p)
	if no != nil {
		return nil, no
	}
	m := &Message{Quiet: p["disable_notification"] == "true", Protected: p["protect_content"] == "true", bot: true}
	switch method {
	case "sendMessage":
		m.Plain, m.Text, no = s.text(p, "text", 1, 4096)
	case "sendPhoto":
		m.Photo = fileName(p["photo"])
		m.Plain, m.Text, no = s.text(p, "caption", 0, 1024)
	case "sendDocument":
		m.File = fileName(p["document"])
		m.Plain, m.Text, no = s.text(p, "caption", 0, 1024)
	}
	if no == nil {
		m.Buttons, no = s.keyboard(p["reply_markup"])
	}
	if no != nil {
		return nil, no
	}
	c.add(m)
	return s.messageJSON(c, m), nil
}

// fileName is the name an upload came with; a path would be a leak.
func fileName(p string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(p, file), "\x00")
	return name
}

// keyboard reads an inline keyboard.
func (s *Server) keyboard(raw string) ([][]Button, *refusal) {
	if raw == "" {
		return nil, nil
	}
	var k struct {
		Rows [][]map[string]any `json:"inline_keyboard"`
	}
	if json.Unmarshal([]byte(raw), &k) != nil || len(k.Rows) == 0 {
		return nil, bad("object expected as reply markup")
	}
	total := 0
	var out [][]Button
	for _, row := range k.Rows {
		if len(row) == 0 || len(row) > 8 {
			return nil, bad("reply markup is too long")
		}
		var keys []Button
		for _, b := range row {
			total++
			text, _ := b["text"].(string)
			if strings.TrimSpace(text) == "" {
				return nil, bad("inline keyboard button text must be non-empty")
			}
			if len(b) != 2 {
				return nil, bad("text buttons are unallowed in the inline keyboard")
			}
			one := Button{Label: text}
			one.Data, _ = b["callback_data"].(string)
			one.URL, _ = b["url"].(string)
			if x, ok := b["switch_inline_query_chosen_chat"].(map[string]any); ok {
				one.Share, _ = x["query"].(string)
			}
			if x, ok := b["copy_text"].(map[string]any); ok {
				one.Copy, _ = x["text"].(string)
			}
			switch {
			case len(one.Data) > 64, one.Data == "" && b["callback_data"] != nil:
				return nil, bad("BUTTON_DATA_INVALID")
			case one.URL != "" && !strings.HasPrefix(one.URL, "https://") && !strings.HasPrefix(one.URL, "http://") && !strings.HasPrefix(one.URL, "tg://"):
				return nil, bad("BUTTON_URL_INVALID")
			case utf8.RuneCountInString(one.Copy) > 256, utf8.RuneCountInString(one.Share) > 256:
				return nil, bad("BUTTON_TYPE_INVALID")
			case one.Share != "" && !s.inline:
				return nil, bad("BUTTON_TYPE_INVALID")
			}
			keys = append(keys, one)
		}
		out = append(out, keys)
	}
	if total > 100 {
		return nil, bad("reply markup is too long")
	}
	return out, nil
}

func (s *Server) edit(p map[string]string) (any, *refusal) {
	c, no := s.chat(p)
	if no != nil {
		return nil, no
	}
	id, _ := strconv.ParseInt(p["message_id"], 10, 64)
	m := c.find(id)
	switch {
	case m == nil:
		return nil, bad("message to edit not found")
	case !m.bot:
		return nil, bad("message can't be edited")
	case m.Photo != "" || m.File != "":
		return nil, bad("there is no text in the message to edit")
	}
	plain, text, no := s.text(p, "text", 1, 4096)
	if no != nil {
		return nil, no
	}
	keys, no := s.keyboard(p["reply_markup"])
	if no != nil {
		return nil, no
	}
	if text == m.Text && slices.EqualFunc(keys, m.Buttons, slices.Equal[[]Button]) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Plain, m.Text, m.Buttons, m.Edits = plain, text, keys, m.Edits+1
	return s.messageJSON(c, m), nil
}

func (s *Server) delete(p map[string]string) (any, *refusal) {
	c, no := s.chat(p)
	if no != nil {
		return nil, no
	}
	var ids []int64
	json.Unmarshal([]byte(p["message_ids"]), &ids)
	if len(ids) < 1 || len(ids) > 100 {
		return nil, bad("the number of messages to delete is wrong")
	}
	for _, id := range ids {
		if m := c.find(id); m != nil && time.Since(m.at) > 48*time.Hour {
			return nil, bad("message can't be deleted")
		}
	}
	c.messages = slices.DeleteFunc(c.messages, func(m *Message) bool { return slices.Contains(ids, m.ID) })
	return true, nil
}

var commandForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) setCommands(p map[string]string) (any, *refusal) {
	var list []struct{ Command, Description string }
	json.Unmarshal([]byte(p["commands"]), &list)
	if len(list) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandForm.MatchString(c.Command) {
			return nil, bad("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.menu[p["scope"]+p["language_code"]] = json.RawMessage(p["commands"])
	return true, nil
}

func (s *Server) setAbout(method string, p map[string]string) (any, *refusal) {
	text, max := p["description"], 512
	if method == "setMyShortDescription" {
		text, max = p["short_description"], 120
	}
	if utf8.RuneCountInString(text) > max {
		return nil, bad("the text is too long")
	}
	s.about[method+p["language_code"]] = text
	return true, nil
}

func (s *Server) answerInline(p map[string]string) (any, *refusal) {
	var list []struct {
		ID      string `json:"id"`
		Content struct {
			Text string `json:"message_text"`
		} `json:"input_message_content"`
	}
	json.Unmarshal([]byte(p["results"]), &list)
	if _, ok := s.answers[p["inline_query_id"]]; !ok {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	if p["cache_time"] != "0" || p["is_personal"] != "true" {
		s.problem("answerInlineQuery: the answer would be kept for others")
	}
	if len(list) > 50 {
		return nil, bad("RESULTS_TOO_MUCH")
	}
	seen := map[string]bool{}
	for _, r := range list {
		if len(r.ID) < 1 || len(r.ID) > 64 || seen[r.ID] {
			return nil, bad("RESULT_ID_INVALID")
		}
		seen[r.ID] = true
		if _, _, no := s.text(map[string]string{"text": r.Content.Text, "parse_mode": "HTML"}, "text", 1, 4096); no != nil {
			return nil, no
		}
	}
	s.answers[p["inline_query_id"]] = json.RawMessage(p["results"])
	return true, nil
}

// Menu is the list of commands shown in private chats, as JSON; "" if none.
func (s *Server) Menu(lang string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.menu[`{"type":"all_private_chats"}`+lang])
}
