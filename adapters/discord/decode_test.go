package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"afterglow/dialog"
)

const self = "1"

// what came of something, as it reads.
func say(list ...dialog.Event) string {
	var out []string
	for _, ev := range list {
		names := []string{"", "text", "press", "command", "media", "edited"}
		s := names[ev.Kind]
		for _, part := range []string{ev.Name, ev.Text, ev.Data, string(ev.Screen)} {
			if part != "" {
				s += " " + part
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestMessages(t *testing.T) {
	for _, c := range []struct {
		name, in string
		edited   bool
		want     string
	}{
		{"a text", `{"content":"hello"}`, false, "text hello"},
		{"a reply", `{"content":"hello","type":19}`, false, "text hello"},
		{"a command that was typed", `{"content":" /Needs a  b "}`, false, "command needs a  b"},
		{"a path is no command", `{"content":"/usr/bin x"}`, false, "text /usr/bin x"},
		{"a picture with words is words", `{"content":"look","attachments":[{"content_type":"image/png"}]}`, false, "text look"},
		{"a picture", `{"content":"","attachments":[{"content_type":"image/png"}]}`, false, "media photo"},
		{"a film", `{"attachments":[{"content_type":"video/mp4"}]}`, false, "media video"},
		{"a file", `{"attachments":[{"content_type":"application/pdf"}]}`, false, "media file"},
		{"a file of no type", `{"attachments":[{}]}`, false, "media file"},
		{"a voice message", `{"flags":8192,"attachments":[{"content_type":"audio/ogg"}]}`, false, "media voice"},
		{"a sticker", `{"sticker_items":[{"id":"5"}]}`, false, "media sticker"},
		{"a poll", `{"poll":{"question":{}}}`, false, "media poll"},
		{"a forwarded message", `{"message_snapshots":[{}],"poll":null}`, false, "media other"},
		{"an edit", `{"content":"now","edited_timestamp":"2026-01-02T03:04:05+00:00"}`, true, "edited now"},
		{"a page's picture that Discord adds", `{"content":"https://a.b","edited_timestamp":null}`, true, ""},
		{"our own", `{"content":"x","author":{"id":"1"}}`, false, ""},
		{"another bot's", `{"content":"x","author":{"id":"2","bot":true}}`, false, ""},
		{"a webhook's", `{"content":"x","webhook_id":"9"}`, false, ""},
		{"on a server", `{"content":"x","guild_id":"9"}`, false, ""},
		{"a notice of Discord's", `{"content":"x","type":3}`, false, ""},
		{"of odd shape", `{"content":"x","flags":"many","attachments":{"a":1}}`, false, "text x"},
		{"without an author", `{"content":"x","author":null}`, false, ""},
	} {
		var fields map[string]any
		if err := json.Unmarshal([]byte(c.in), &fields); err != nil {
			t.Fatal(err)
		}
		for k, v := range map[string]any{"id": "8", "channel_id": "7", "author": map[string]any{"id": "5"}} {
			if _, ok := fields[k]; !ok {
				fields[k] = v
			}
		}
		raw, _ := json.Marshal(fields)
		var m message
		if !decode(raw, &m) {
			t.Errorf("%s: not decoded", c.name)
		}
		ev, ok := m.event(self, c.edited)
		got := ""
		if ok {
			got = say(ev)
		}
		if got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
		if ok && (ev.Person != "discord:5" || ev.ID == "" || ev.At.IsZero() && ev.ID != "message 8") {
			t.Errorf("%s: %+v", c.name, ev)
		}
	}
}

const menu = `"message":{"id":"6","components":[{"components":[{"type":3,"custom_id":"~many0","options":[
	{"value":"a"},{"value":"b","default":true},{"value":"c"},{"value":"d","default":true}]}]}]}`

func TestInteractions(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a command", `"type":2,"data":{"type":1,"name":"needs"}`, "command needs"},
		{"with a text", `"type":2,"data":{"name":"needs","options":[{"name":"text","value":"sleep"}]}`, "command needs sleep"},
		{"with a choice", `"type":2,"data":{"name":"starters","options":[{"name":"do","value":"share"}]}`, "command starters share"},
		{"with a number where a text belongs", `"type":2,"data":{"name":"needs","options":[{"name":"text","value":5}]}`, "command needs"},
		{"a button", `"type":3,"message":{"id":"6"},"data":{"component_type":2,"custom_id":"abc"}`, "press abc 7/6"},
		{"one from a menu", `"type":3,"message":{"id":"6"},"data":{"component_type":3,"custom_id":"~one0","values":["x","y"]}`, "press x 7/6"},
		{"none from a menu", `"type":3,"message":{"id":"6"},"data":{"component_type":3,"custom_id":"~one0","values":[]}`, ""},
		{"toggles: what changed, in their order", `"type":3,` + menu + `,"data":{"component_type":3,"custom_id":"~many0","values":["c","b","a"]}`, "press a 7/6; press c 7/6; press d 7/6"},
		{"toggles: all off", `"type":3,` + menu + `,"data":{"component_type":3,"custom_id":"~many0","values":[]}`, "press b 7/6; press d 7/6"},
		{"toggles: nothing changed", `"type":3,` + menu + `,"data":{"component_type":3,"custom_id":"~many0","values":["b","d"]}`, ""},
		{"toggles: what nobody offered", `"type":3,` + menu + `,"data":{"component_type":3,"custom_id":"~many0","values":["b","d","evil"]}`, ""},
		{"a form", `"type":5,"message":{"id":"6"},"data":{"custom_id":"~write","components":[{"type":1,"components":[{"type":4,"value":"my words"}]}]}`, "text my words"},
		{"a form of the newer kind", `"type":5,"data":{"custom_id":"~write","components":[{"type":18,"component":{"type":4,"value":"my words"}}]}`, "text my words"},
	} {
		raw := `{"id":"900000000000000000","token":"tok_en-1","channel_id":"7","context":1,"locale":"pt-BR","user":{"id":"5"},` + c.in + `}`
		in, ok := readInteraction([]byte(raw))
		if !ok || !in.private() {
			t.Errorf("%s: not read", c.name)
			continue
		}
		list := in.events()
		if got := say(list...); got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
		ids := map[string]bool{}
		for _, ev := range list {
			if ids[ev.ID] || ev.Person != "discord:5" || ev.Lang != "pt-br" || ev.At.Year() != 2021 {
				t.Errorf("%s: %+v", c.name, ev)
			}
			ids[ev.ID] = true
			h := readHint(ev.Hint)
			if h.token != "tok_en-1" || h.reply != (ev.Kind == dialog.Command) || h.lang != "pt-br" || !h.alive(time.Now()) || h.alive(time.Now().Add(15*time.Minute)) {
				t.Errorf("%s: hint %+v", c.name, h)
			}
		}
	}
}

// TestElsewhere: whatever is not surely the bot's own direct messages is not.
func TestElsewhere(t *testing.T) {
	b := &Bot{cfg: Config{Words: english}, self: self}
	for _, where := range []string{`"context":0,"guild_id":"9","member":{"user":{"id":"5"}}`, `"context":2,"user":{"id":"5"}`,
		`"user":{"id":"5"}`, `"context":1,"guild_id":"9","user":{"id":"5"}`, `"context":"1","user":{"id":"5"}`} {
		for _, what := range []string{
			`"type":2,"data":{"name":"needs"}`, `"type":3,"data":{"component_type":2,"custom_id":"abc"},"message":{"id":"6"}`,
			`"type":3,"data":{"component_type":2,"custom_id":"~write"},"message":{"id":"6"}`,
			`"type":5,"data":{"custom_id":"~write","components":[{"components":[{"value":"x"}]}]}`,
		} {
			in, ok := readInteraction([]byte(`{"id":"8","token":"t","channel_id":"7",` + where + `,` + what + `}`))
			if !ok {
				t.Fatalf("%s %s: not read", where, what)
			}
			r, ok := b.reply(in)
			p, isMessage := r.now.Data.(payload)
			if !ok || len(r.events) > 0 || r.open != nil || !isMessage || p.Flags&flagEphemeral == 0 {
				t.Errorf("%s %s: %+v", where, what, r)
			}
		}
	}
}

func TestHint(t *testing.T) {
	h := hint{reply: true, until: time.Unix(1_800_000_000, 0), screen: "6", lang: "de", token: "a.b-c_d="}
	if got := readHint(h.String()); !cmp.Equal(got, h, cmp.AllowUnexported(hint{})) {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{"", "x", "r 1 2 3", "q 1 2 de tok", "r zz!! 6 de tok", "r 1 6 de ../x", "u 1 6 de "} {
		if h := readHint(bad); h.token != "" || h.alive(time.Unix(0, 0)) {
			t.Errorf("%q gives %+v", bad, h)
		}
	}
}

func TestRef(t *testing.T) {
	for _, good := range []dialog.Ref{"7/8", "7/8+9"} {
		if p, ok := readRef(good); !ok || p.ref() != good {
			t.Errorf("%s gives %+v", good, p)
		}
	}
	for _, bad := range []dialog.Ref{"", "7", "7/", "/8", "7/8+", "7/a", "../8", "7/8/9", "777777777777777777777/8"} {
		if p, ok := readRef(bad); ok {
			t.Errorf("%s gives %+v", bad, p)
		}
	}
}

func TestNonce(t *testing.T) {
	seen := map[string]bool{}
	for _, id := range []string{"a", "3w5e11264sgsf", "a-much-longer-name-than-discord-takes", "a-much-longer-name-than-discord-takez"} {
		for i := range 3 {
			n := nonce(id, i)
			if len(n) > 25 || seen[n] || n != nonce(id, i) {
				t.Errorf("nonce(%s, %d) = %s", id, i, n)
			}
			seen[n] = true
		}
	}
	if nonce("", 1) != "" {
		t.Error("nothing has a name")
	}
}

// FuzzEvents reads whatever could come: it never panics, never gives an event
// outside the direct messages, and what it gives is whole.
func FuzzEvents(f *testing.F) {
	f.Add([]byte(`{"id":"8","token":"t","type":2,"channel_id":"7","context":1,"user":{"id":"5"},"data":{"name":"needs","options":[{"name":"text","value":"x"}]}}`))
	f.Add([]byte(`{"id":"8","token":"t","type":3,"channel_id":"7","context":1,"user":{"id":"5"},` + menu + `,"data":{"component_type":3,"custom_id":"~many0","values":["a"]}}`))
	f.Add([]byte(`{"id":"8","token":"t","type":5,"channel_id":"7","context":1,"user":{"id":"5"},"data":{"custom_id":"~write","components":[{"type":18,"component":{"value":"x"}}]}}`))
	f.Add([]byte(`{"id":"8","token":"t","type":2,"channel_id":"7","context":0,"guild_id":"9","member":{"user":{"id":"5"}},"data":{"name":"starters","options":[{"name":"do","value":"share"}]}}`))
	f.Add([]byte(`{"id":"8","token":"t","type":3,"channel_id":"7","context":2,"user":{"id":"5"},"data":{"component_type":2,"custom_id":"~post.x"}}`))
	f.Add([]byte(`{"id":"8","channel_id":"7","content":"hello","author":{"id":"5"},"edited_timestamp":"2026-01-02T03:04:05Z"}`))
	b := &Bot{cfg: Config{Words: english, Share: func(string) []string { return []string{"a", "b"} }}, self: self}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := func(ev dialog.Event) {
			user, ok := userOf(ev.Person)
			if !ok || user == self || ev.ID == "" || ev.Kind == 0 || !utf8.ValidString(ev.Text+ev.Data+ev.Name+ev.Lang) || len(ev.Text) > 16000+8 || len(ev.Data) > 4*maxData {
				t.Fatalf("%+v", ev)
			}
			if _, ok := readRef(ev.Screen); ev.Screen != "" && !ok {
				t.Fatalf("%+v", ev)
			}
		}
		if in, ok := readInteraction(data); ok {
			r, _ := b.reply(in)
			if len(r.events) > 0 && !in.private() {
				t.Fatal("an event from elsewhere")
			}
			if _, err := json.Marshal(r.now); err != nil {
				t.Fatal(err)
			}
			for _, ev := range r.events {
				whole(ev)
			}
		}
		var m message
		if decode(data, &m) {
			for _, edited := range []bool{false, true} {
				if ev, ok := m.event(self, edited); ok {
					whole(ev)
				}
			}
		}
	})
}

func FuzzHint(f *testing.F) {
	f.Add("r k0 6 de tok")
	f.Add("u  6  ")
	f.Fuzz(func(t *testing.T, s string) {
		h := readHint(s)
		if h.token != "" && !isToken(h.token) {
			t.Fatalf("%q", h.token)
		}
		if h.token != "" && !cmp.Equal(readHint(h.String()), h, cmp.AllowUnexported(hint{}), cmpopts.EquateEmpty()) {
			t.Fatalf("%q gives %+v", s, h)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data := []byte(fmt.Sprintf(`{"id":"900000000000000000","token":"t","type":3,"channel_id":"7","context":1,"user":{"id":"5"},%s,"data":{"component_type":3,"custom_id":"~many0","values":["a"]}}`, menu))
	b.ReportAllocs()
	for b.Loop() {
		in, _ := readInteraction(data)
		in.events()
	}
}
