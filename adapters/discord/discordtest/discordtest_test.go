package discordtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestStrict: what Discord refuses is refused here.
func TestStrict(t *testing.T) {
	button := func(id, label string) string {
		return `{"type":2,"style":1,"label":"` + label + `","custom_id":"` + id + `"}`
	}
	row := func(in ...string) string { return `{"type":1,"components":[` + strings.Join(in, ",") + `]}` }
	menu := func(rest string) string { return `{"type":3,"custom_id":"m",` + rest + `}` }
	const good = `"allowed_mentions":{"parse":[]},`
	for _, c := range []struct {
		name, in string
		ok       bool
	}{
		{"good", good + `"content":"x","components":[` + row(button("a", "A")) + `]`, true},
		{"2000 characters", good + `"content":"` + strings.Repeat("x", 2000) + `"`, true},
		{"one more", good + `"content":"` + strings.Repeat("x", 2001) + `"`, false},
		{"nothing", good + `"content":" "`, false},
		{"pings", `"content":"x"`, false},
		{"pings everyone", `"allowed_mentions":{"parse":["everyone"]},"content":"x"`, false},
		{"an unknown name", good + `"content":"x","contents":"y"`, false},
		{"a number for a text", good + `"content":5`, false},
		{"a long nonce", good + `"content":"x","nonce":"` + strings.Repeat("x", 26) + `"`, false},
		{"six rows", good + `"content":"x","components":[` + strings.Join([]string{row(button("a", "A")), row(button("b", "A")), row(button("c", "A")), row(button("d", "A")), row(button("e", "A")), row(button("f", "A"))}, ",") + `]`, false},
		{"six in a row", good + `"content":"x","components":[` + row(button("a", "A"), button("b", "A"), button("c", "A"), button("d", "A"), button("e", "A"), button("f", "A")) + `]`, false},
		{"an empty row", good + `"content":"x","components":[` + row() + `]`, false},
		{"an id twice", good + `"content":"x","components":[` + row(button("a", "A"), button("a", "B")) + `]`, false},
		{"a long id", good + `"content":"x","components":[` + row(button(strings.Repeat("x", 101), "A")) + `]`, false},
		{"a long label", good + `"content":"x","components":[` + row(button("a", strings.Repeat("x", 81))) + `]`, false},
		{"no label", good + `"content":"x","components":[` + row(button("a", "")) + `]`, false},
		{"a link with an id", good + `"content":"x","components":[` + row(`{"type":2,"style":5,"label":"x","custom_id":"a","url":"https://a.b"}`) + `]`, false},
		{"a menu", good + `"content":"x","components":[` + row(menu(`"options":[{"label":"a","value":"a"}]`)) + `]`, true},
		{"a menu beside a button", good + `"content":"x","components":[` + row(menu(`"options":[{"label":"a","value":"a"}]`), button("b", "B")) + `]`, false},
		{"more than there is", good + `"content":"x","components":[` + row(menu(`"max_values":2,"options":[{"label":"a","value":"a"}]`)) + `]`, false},
		{"no markup of ours", good + `"content":"a_b"`, false},
	} {
		var v any
		if err := json.Unmarshal([]byte("{"+c.in+"}"), &v); err != nil {
			t.Fatal(c.name, err)
		}
		if err := Check("message", v, 0); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// ask makes a request as a bot does.
func ask(t *testing.T, s *Server, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, s.URL()+"/v9"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+Token)
	r.Header.Set("User-Agent", "DiscordBot (test)")
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(out)
}

func TestNonceAndToken(t *testing.T) {
	s := New()
	defer s.Close()
	p := s.Person("de")
	path := "/channels/" + p.Chat.ID + "/messages"
	const m = `{"content":"x","allowed_mentions":{"parse":[]},"nonce":"n","enforce_nonce":true}`
	for range 2 {
		if status, out := ask(t, s, "POST", path, m); status != 200 {
			t.Fatal(status, out)
		}
	}
	if p.String() != "< x\n" || len(s.Problems()) > 0 {
		t.Error(p.String(), s.Problems())
	}
	s.NonceLife = 0
	ask(t, s, "POST", path, m)
	if p.String() != "< x\n< x\n" {
		t.Error(p.String())
	}
	if status, out := ask(t, s, "POST", "/interactions/1/nobody/callback", `{"type":5}`); status != 404 || !strings.Contains(out, "10062") {
		t.Error(status, out)
	}
	if status, out := ask(t, s, "PATCH", "/webhooks/"+AppID+"/nobody/messages/@original", `{"content":"x","allowed_mentions":{"parse":[]}}`); status != 404 || !strings.Contains(out, "10015") {
		t.Error(status, out)
	}
	p.Block()
	if status, out := ask(t, s, "POST", path, strings.Replace(m, `"n"`, `"o"`, 1)); status != 403 || !strings.Contains(out, "50007") || s.Invalid() != 1 {
		t.Error(status, out)
	}
	if ask(t, s, "GET", "/nowhere", ""); len(s.Problems()) == 0 {
		t.Error("an address that Discord does not have is no problem")
	}
}

func TestNobodyListens(t *testing.T) {
	s := New()
	defer s.Close()
	p := s.Person("de")
	begun := time.Now()
	if err := p.Slash("/needs"); err != ErrFailed || time.Since(begun) > time.Second {
		t.Error(err)
	}
	if err := p.Press("nothing"); err == nil || err == ErrFailed {
		t.Error(err)
	}
}

func TestPlain(t *testing.T) {
	if got := Plain(`**bold** \*star\* a\_b \# x`); got != "bold *star* a_b # x" {
		t.Error(got)
	}
}
