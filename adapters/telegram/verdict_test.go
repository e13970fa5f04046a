package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

// TestVerdict sends through a server that answers just so, and looks at what is
// made of it.
func TestVerdict(t *testing.T) {
	t.Parallel()
	no := func(code int, text, more string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.WriteHeader(code)
			fmt.Fprintf(w, `{"ok":false,"error_code":%d,"description":%q%s}`, code, text, more)
		}
	}
	tests := []struct {
		name    string
		answer  func(http.ResponseWriter)
		verdict dialog.Verdict
		after   time.Duration
		lane    bool
	}{
		{"limited", no(429, "Too Many Requests: retry after 7", `,"parameters":{"retry_after":7}`), dialog.Later, 7 * time.Second, false},
		{"limited without a time", no(429, "Too Many Requests", ""), dialog.Later, time.Second, false},
		{"limited by something on the way", page(429), dialog.Later, time.Second, false},
		{"blocked", no(403, "Forbidden: bot was blocked by the user", ""), dialog.Gone, 0, false},
		{"deactivated", no(403, "Forbidden: user is deactivated", ""), dialog.Gone, 0, false},
		{"never wrote to us", no(403, "Forbidden: bot can't initiate conversation with a user", ""), dialog.Gone, 0, false},
		{"no such chat", no(400, "Bad Request: chat not found", ""), dialog.Gone, 0, false},
		{"no such private chat", no(400, "Bad Request: private chat not found", ""), dialog.Gone, 0, false},
		{"no such peer", no(400, "Bad Request: PEER_ID_INVALID", ""), dialog.Gone, 0, false},
		{"malformed", no(400, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 3", ""), dialog.Never, 0, false},
		{"too long", no(400, "Bad Request: message is too long", ""), dialog.Never, 0, false},
		{"a button", no(400, "Bad Request: BUTTON_DATA_INVALID", ""), dialog.Never, 0, false},
		{"too large", no(413, "Request Entity Too Large", ""), dialog.Never, 0, false},
		{"token revoked", no(401, "Unauthorized", ""), dialog.Later, time.Minute, true},
		{"token unknown", no(404, "Not Found", ""), dialog.Later, time.Minute, true},
		{"another program", no(409, "Conflict: terminated by other getUpdates request", ""), dialog.Later, 0, false},
		{"internal", no(500, "Internal Server Error", ""), dialog.Unknown, 0, false},
		{"a page", page(502), dialog.Unknown, 0, false},
		{"a page of not found", page(404), dialog.Unknown, 0, false},
		{"a redirect", func(w http.ResponseWriter) { w.Header().Set("Location", "http://127.0.0.1:1/"); w.WriteHeader(302) }, dialog.Unknown, 0, false},
		{"cut off", func(w http.ResponseWriter) { hangUp(w, `HTTP/1.1 200 OK`+"\r\nContent-Length: 999\r\n\r\n"+`{"ok":tr`) }, dialog.Unknown, 0, false},
		{"reset", func(w http.ResponseWriter) { hangUp(w, "") }, dialog.Unknown, 0, false},
		{"nonsense", func(w http.ResponseWriter) { fmt.Fprint(w, `{"ok":true,"result":"fine"}`) }, dialog.Unknown, 0, false},
		{"no message id", func(w http.ResponseWriter) { fmt.Fprint(w, `{"ok":true,"result":{}}`) }, dialog.Unknown, 0, false},
		{"an empty object", func(w http.ResponseWriter) { fmt.Fprint(w, `{}`) }, dialog.Unknown, 0, false},
		{"no answer in time", func(http.ResponseWriter) { time.Sleep(patience + time.Second) }, dialog.Unknown, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/getMe") {
					fmt.Fprint(w, `{"ok":true,"result":{"id":99,"username":"glow_bot"}}`)
					return
				}
				calls.Add(1)
				tt.answer(w)
			}))
			defer srv.Close()
			b, err := New(context.Background(), Config{Token: telegramtest.Token, APIURL: srv.URL})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			_, err = b.Send(ctx, "telegram:4711", dialog.Message{Text: "Hello."})
			var se *dialog.SendError
			if !errors.As(err, &se) {
				t.Fatalf("%v is no SendError", err)
			}
			if se.Verdict != tt.verdict || se.After != tt.after || se.Lane != tt.lane {
				t.Errorf("%v after %v, lane %v: %v", se.Verdict, se.After, se.Lane, err)
			}
			if strings.Contains(err.Error(), telegramtest.Token) || strings.Contains(err.Error(), "Hello") || strings.Contains(err.Error(), `"x"`) {
				t.Errorf("the error tells too much: %v", err)
			}
			if want := 1 + b2i(tt.verdict == dialog.Never && tt.name != "too large"); int(calls.Load()) != want {
				t.Errorf("%d calls, not %d", calls.Load(), want)
			}
		})
	}
}

// patience is how long a send may take here.
const patience = 3 * time.Second

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func page(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		fmt.Fprint(w, "<html><title>no</title></html>")
	}
}

func hangUp(w http.ResponseWriter, last string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	conn.Write([]byte(last))
	conn.Close()
}

// Nobody listens: surely not sent.
func TestVerdictNotConnected(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	b := open(t, s, Config{})
	s.Close()
	b.way.CloseIdleConnections() // one that breaks under the request leaves it in doubt
	_, err := b.Send(context.Background(), "telegram:4711", dialog.Message{Text: "Hello."})
	var se *dialog.SendError
	if !errors.As(err, &se) || se.Verdict != dialog.Later {
		t.Errorf("%v", err)
	}
	if strings.Contains(err.Error(), telegramtest.Token) {
		t.Error("the error holds the token")
	}
}

func TestVerdictOfStrangers(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	for _, who := range []dialog.PersonID{"", "discord:1", "telegram:", "telegram:-5", "telegram:x"} {
		_, err := b.Send(context.Background(), who, dialog.Message{Text: "x"})
		var se *dialog.SendError
		if !errors.As(err, &se) || se.Verdict != dialog.Never {
			t.Errorf("%q: %v", who, err)
		}
	}
	if n := len(s.Calls("sendMessage")); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var l limits
	now := time.Unix(1000, 0)
	if d, _ := l.wait(1, now); d != 0 {
		t.Error("nothing was limited yet")
	}
	for _, chat := range []int64{1, 1, 2} {
		if l.hit(chat, 3*time.Second, now) {
			t.Error("two chats are not everybody")
		}
	}
	if d, lane := l.wait(1, now.Add(time.Second)); d != 2*time.Second || lane {
		t.Error(d, lane)
	}
	if d, _ := l.wait(3, now); d != 0 {
		t.Error("another chat waits as well")
	}
	if !l.hit(3, 4*time.Second, now) {
		t.Error("three chats at a time are everybody")
	}
	if d, lane := l.wait(77, now); d != 4*time.Second || !lane {
		t.Error(d, lane)
	}
	if d, _ := l.wait(77, now.Add(4*time.Second)); d != 0 {
		t.Error("the limit is over")
	}
	for i := range int64(3 * maxLimits) {
		l.hit(i, time.Hour, now)
	}
	if len(l.chats) > maxLimits {
		t.Error("the list grows without end")
	}
}
