package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// call calls a method and returns the description of a refusal, or the result.
func call(s *Server, method string, params ...string) string {
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	resp, err := http.PostForm(s.URL()+"/bot"+Token+"/"+method, form)
	if err != nil {
		return "broken"
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return "broken"
	}
	var answer struct {
		OK          bool
		Code        int `json:"error_code"`
		Description string
		Result      json.RawMessage
	}
	if json.Unmarshal(raw, &answer) != nil {
		return string(raw)
	}
	if answer.OK {
		return string(answer.Result)
	}
	return fmt.Sprint(answer.Code, " ", answer.Description)
}

// A server that lets things pass proves nothing.
func TestStrict(t *testing.T) {
	s := New()
	defer s.Close()
	mira, stranger, gone := s.Person("en"), s.Person("en"), s.Person("en")
	mira.Type("hello")
	gone.Type("hello")
	gone.Block()
	id := strconv.FormatInt(mira.ID, 10)
	keys := func(rows string) string { return `{"inline_keyboard":[[` + rows + `]]}` }
	key := func(text, data string) string { return fmt.Sprintf(`{"text":%q,"callback_data":%q}`, text, data) }
	for _, tt := range []struct {
		name   string
		want   string
		params []string
	}{
		{"fine", `{"`, []string{"sendMessage", "chat_id", id, "text", "x"}},
		{"as long as can be", `{"`, []string{"sendMessage", "chat_id", id, "text", strings.Repeat("🫖", 2048)}},
		{"too long", "400 Bad Request: message is too long", []string{"sendMessage", "chat_id", id, "text", strings.Repeat("🫖", 2048) + "x"}},
		{"markup does not count", `{"`, []string{"sendMessage", "chat_id", id, "parse_mode", "HTML", "text", "<b>" + strings.Repeat("&amp;", 4096) + "</b>"}},
		{"nothing to see", "400 Bad Request: message text is empty", []string{"sendMessage", "chat_id", id, "parse_mode", "HTML", "text", "<b> </b>"}},
		{"no text", "400 Bad Request: text is empty", []string{"sendMessage", "chat_id", id}},
		{"an open tag", "400 Bad Request: can't parse entities", []string{"sendMessage", "chat_id", id, "parse_mode", "HTML", "text", "<b>x"}},
		{"crossed tags", "400 Bad Request: can't parse entities", []string{"sendMessage", "chat_id", id, "parse_mode", "HTML", "text", "<b><i>x</b></i>"}},
		{"an unknown tag", "400 Bad Request: can't parse entities", []string{"sendMessage", "chat_id", id, "parse_mode", "HTML", "text", "<p>x</p>"}},
		{"a bare ampersand", "400 Bad Request: can't parse entities", []string{"sendMessage", "chat_id", id, "parse_mode", "HTML", "text", "a & b"}},
		{"a long key", "400 Bad Request: BUTTON_DATA_INVALID", []string{"sendMessage", "chat_id", id, "text", "x", "reply_markup", keys(key("A", strings.Repeat("x", 65)))}},
		{"a key without label", "400 Bad Request: inline keyboard button text", []string{"sendMessage", "chat_id", id, "text", "x", "reply_markup", keys(key(" ", "x"))}},
		{"a row of nine", "400 Bad Request: reply markup is too long", []string{"sendMessage", "chat_id", id, "text", "x", "reply_markup", keys(strings.TrimSuffix(strings.Repeat(key("A", "x")+",", 9), ","))}},
		{"an unknown field in a key", "400 Bad Request: can't parse reply_markup", []string{"sendMessage", "chat_id", id, "text", "x", "reply_markup", keys(`{"text":"A","callback":"x"}`)}},
		{"an unknown parameter", "400 Bad Request: unknown parameter", []string{"sendMessage", "chat_id", id, "text", "x", "txt", "x"}},
		{"a number that is none", "400 Bad Request: can't parse message_id", []string{"editMessageText", "chat_id", id, "message_id", "x", "text", "y"}},
		{"an unknown method", "404 Not Found", []string{"sendMesage", "chat_id", id}},
		{"nobody's chat", "400 Bad Request: chat not found", []string{"sendMessage", "chat_id", "1", "text", "x"}},
		{"who never wrote", "403 Forbidden: bot can't initiate", []string{"sendMessage", "chat_id", strconv.FormatInt(stranger.ID, 10), "text", "x"}},
		{"who blocked us", "403 Forbidden: bot was blocked", []string{"sendMessage", "chat_id", strconv.FormatInt(gone.ID, 10), "text", "x"}},
		{"an edit of nothing", "400 Bad Request: message to edit not found", []string{"editMessageText", "chat_id", id, "message_id", "9999", "text", "y"}},
		{"an edit of their message", "400 Bad Request: message can't be edited", []string{"editMessageText", "chat_id", id, "message_id", "11", "text", "y"}},
		{"an edit that changes nothing", "400 Bad Request: message is not modified", []string{"editMessageText", "chat_id", id, "message_id", "12", "text", "x"}},
		{"no messages to delete", "400", []string{"deleteMessages", "chat_id", id, "message_ids", "[]"}},
		{"a tap nobody made", "400 Bad Request: query is too old", []string{"answerCallbackQuery", "callback_query_id", "1"}},
		{"commands in capitals", "400 Bad Request: BOT_COMMAND_INVALID", []string{"setMyCommands", "commands", `[{"command":"Start","description":"x"}]`}},
		{"null for a list", "400 Bad Request: can't parse commands", []string{"setMyCommands", "commands", `null`}},
		{"a webhook without TLS", "400 Bad Request: bad webhook", []string{"setWebhook", "url", "http://x/", "secret_token", "s"}},
		{"a webhook on an odd port", "400 Bad Request: bad webhook", []string{"setWebhook", "url", "https://x:8080/", "secret_token", "s"}},
	} {
		if got := call(s, tt.params[0], tt.params[1:]...); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %.200s", tt.name, got)
		}
	}
	if len(s.Problems()) != 6 { // what the real server would have passed over in silence
		t.Errorf("%q", s.Problems())
	}
}

func TestLongPolling(t *testing.T) {
	s := New()
	defer s.Close()
	mira := s.Person("en")
	mira.Type("one")
	mira.Type("two")
	ids := func(raw string) []int64 {
		var list []struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal([]byte(raw), &list); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		var out []int64
		for _, u := range list {
			out = append(out, u.ID)
		}
		return out
	}
	first := ids(call(s, "getUpdates"))
	if len(first) != 2 {
		t.Fatal(first)
	}
	if again := ids(call(s, "getUpdates")); len(again) != 1 || again[0] != first[0] {
		t.Errorf("asked again at once: %v", again) // as the real one, half a second long
	}
	if rest := ids(call(s, "getUpdates", "offset", strconv.FormatInt(first[1], 10))); len(rest) != 1 || s.Unconfirmed() != 1 {
		t.Errorf("%v, %d unconfirmed", rest, s.Unconfirmed())
	}
	begun := time.Now()
	got := make(chan string, 1)
	go func() { got <- call(s, "getUpdates", "offset", strconv.FormatInt(first[1]+1, 10), "timeout", "20") }()
	time.Sleep(50 * time.Millisecond)
	mira.Type("three")
	if list := ids(<-got); len(list) != 1 || time.Since(begun) > 5*time.Second {
		t.Errorf("%v after %v", list, time.Since(begun))
	}
	go func() { got <- call(s, "getUpdates", "offset", "1000000000", "timeout", "20") }()
	time.Sleep(50 * time.Millisecond)
	go call(s, "getUpdates", "offset", "1000000000", "timeout", "1")
	if answer := <-got; !strings.HasPrefix(answer, "409 ") && !strings.HasPrefix(answer, "[") {
		t.Errorf("a second program: %s", answer)
	}
}

func TestFaults(t *testing.T) {
	s := New()
	defer s.Close()
	mira := s.Person("en")
	mira.Type("hello")
	send := func() string {
		return call(s, "sendMessage", "chat_id", strconv.FormatInt(mira.ID, 10), "text", "x")
	}
	for _, tt := range []struct {
		how    Fault
		answer string
		sent   int
	}{{Lost, "broken", 1}, {BadGateway, "<html>", 0}, {Limited, "429 ", 0}, {Internal, "500 ", 0}} {
		mira.Clear()
		s.Fail(1, tt.how)
		if got := send(); !strings.HasPrefix(got, tt.answer) || len(mira.Messages()) != tt.sent {
			t.Errorf("%v: %q, %d sent", tt.how, got, len(mira.Messages()))
		}
		if got := send(); !strings.HasPrefix(got, "{") {
			t.Errorf("after %v: %q", tt.how, got)
		}
	}
	s.Offline(true)
	if got := send(); got != "broken" {
		t.Error(got)
	}
	s.Offline(false)
	if got := send(); !strings.HasPrefix(got, "{") {
		t.Error(got)
	}
	s.Revoke()
	if got := send(); got != "401 Unauthorized" {
		t.Error(got)
	}
}
