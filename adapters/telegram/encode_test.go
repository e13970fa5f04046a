package telegram

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"afterglow/dialog"
)

func bot() *Bot { return &Bot{ID: 99, Username: "glow_bot", inline: true} }

func TestDrafts(t *testing.T) {
	key := func(label, data string) dialog.Choice { return dialog.Choice{Label: label, Data: data} }
	tests := []struct {
		name string
		m    dialog.Message
		want []map[string]string // method and the parameters that are not always the same
	}{
		{"plain", dialog.Message{Text: "Hello."}, []map[string]string{{"": "sendMessage", "text": "Hello."}}},
		{"looks and what only seems so", dialog.Message{Text: `*a <b> & c* \* "d"`}, []map[string]string{{"": "sendMessage", "text": "<b>a &lt;b&gt; &amp; c</b> * &#34;d&#34;"}}},
		{"broken bytes", dialog.Message{Text: "a\xffb"}, []map[string]string{{"": "sendMessage", "text": "ab"}}},
		{"quiet", dialog.Message{Text: "x", Quiet: true}, []map[string]string{{"": "sendMessage", "text": "x", "disable_notification": "true"}}},
		{"keys", dialog.Message{Text: "Which?", Choices: [][]dialog.Choice{{key("A", "1"), {Label: "B", Data: "2", On: true}}, {{Label: "Back", Data: "3", Nav: true}}}},
			[]map[string]string{{"": "sendMessage", "text": "Which?", "reply_markup": `{"inline_keyboard":[[{"text":"A","callback_data":"1"},{"text":"✓ B","callback_data":"2"}],[{"text":"Back","callback_data":"3"}]]}`}}},
		{"other keys", dialog.Message{Text: "x", Choices: [][]dialog.Choice{{{Label: "Page", URL: "https://example.org/"}}, {{Label: "Share", Share: "good & kind"}}}},
			[]map[string]string{{"": "sendMessage", "text": "x", "reply_markup": `{"inline_keyboard":[[{"text":"Page","url":"https://example.org/"}],[{"text":"Share","switch_inline_query_chosen_chat":{"query":"good \u0026 kind","allow_user_chats":true}}]]}`}}},
		{"a way in", dialog.Message{Text: "x", Choices: [][]dialog.Choice{{{Label: "Open", URL: dialog.StartURL + "inc-1_a"}}}},
			[]map[string]string{{"": "sendMessage", "text": "x", "reply_markup": `{"inline_keyboard":[[{"text":"Open","url":"https://t.me/glow_bot?start=inc-1_a"}]]}`}}},
		{"keys that can not be", dialog.Message{Text: "x", Choices: [][]dialog.Choice{{key("", "1"), key("long", strings.Repeat("x", 65)), key("none", "")}}},
			[]map[string]string{{"": "sendMessage", "text": "x"}}},
		{"a row that is too wide", dialog.Message{Text: "x", Choices: [][]dialog.Choice{{key("1", "1"), key("2", "2"), key("3", "3"), key("4", "4"), key("5", "5"), key("6", "6"), key("7", "7"), key("8", "8"), key("9", "9")}}},
			[]map[string]string{{"": "sendMessage", "text": "x", "reply_markup": `{"inline_keyboard":[[{"text":"1","callback_data":"1"},{"text":"2","callback_data":"2"},{"text":"3","callback_data":"3"},{"text":"4","callback_data":"4"},{"text":"5","callback_data":"5"},{"text":"6","callback_data":"6"},{"text":"7","callback_data":"7"},{"text":"8","callback_data":"8"}],[{"text":"9","callback_data":"9"}]]}`}}},
		{"picture", dialog.Message{Text: "a *card*", Picture: &dialog.File{Name: "c.png"}, Choices: [][]dialog.Choice{{key("A", "1")}}},
			[]map[string]string{{"": "sendPhoto c.png", "caption": "a <b>card</b>", "reply_markup": `{"inline_keyboard":[[{"text":"A","callback_data":"1"}]]}`}}},
		{"picture without words", dialog.Message{Picture: &dialog.File{Name: "c.png"}}, []map[string]string{{"": "sendPhoto c.png"}}},
		{"picture with too many words", dialog.Message{Text: strings.Repeat("ab ", 400), Picture: &dialog.File{Name: "c.png"}, Choices: [][]dialog.Choice{{key("A", "1")}}},
			[]map[string]string{{"": "sendPhoto c.png"}, {"": "sendMessage", "text": strings.TrimSpace(strings.Repeat("ab ", 400)), "reply_markup": `{"inline_keyboard":[[{"text":"A","callback_data":"1"}]]}`}}},
		{"file", dialog.Message{Text: "yours", File: &dialog.File{Name: "e.json"}}, []map[string]string{{"": "sendDocument e.json", "caption": "yours"}}},
		{"both", dialog.Message{Text: "yours", Picture: &dialog.File{Name: "c.png"}, File: &dialog.File{Name: "e.json"}},
			[]map[string]string{{"": "sendPhoto c.png", "caption": "yours"}, {"": "sendDocument e.json"}}},
		{"long", dialog.Message{Text: strings.Repeat("é", 4000) + ". " + strings.Repeat("é", 200), Choices: [][]dialog.Choice{{key("A", "1")}}},
			[]map[string]string{{"": "sendMessage", "text": strings.Repeat("é", 4000) + "."}, {"": "sendMessage", "text": strings.Repeat("é", 200), "reply_markup": `{"inline_keyboard":[[{"text":"A","callback_data":"1"}]]}`}}},
		{"nothing", dialog.Message{Text: " \n"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []map[string]string
			for _, d := range bot().drafts(4711, tt.m) {
				p := map[string]string{"": d.method}
				if d.file != nil {
					name, _, _ := d.file.Data.UploadData()
					p[""] += " " + name
				}
				for k, v := range d.params {
					if k != "chat_id" && k != "parse_mode" && k != "link_preview_options" {
						p[k] = v
					}
				}
				if d.params["chat_id"] != "4711" {
					t.Errorf("to %q", d.params["chat_id"])
				}
				got = append(got, p)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShareWithoutInlineMode(t *testing.T) {
	b := bot()
	b.inline = false
	k := b.keyboard([][]dialog.Choice{{{Label: "Take it", Share: strings.Repeat("ü", 300)}}})
	if want := `{"inline_keyboard":[[{"text":"Take it","copy_text":{"text":"` + strings.Repeat("ü", 256) + `"}}]]}`; k != want {
		t.Error(k)
	}
}

func TestProtect(t *testing.T) {
	b := bot()
	b.cfg.Protect = true
	ask := [][]dialog.Choice{{{Label: "A", Data: "1"}}}
	for _, tt := range []struct {
		name string
		m    dialog.Message
		want string
	}{
		{"a question", dialog.Message{Text: "x", Choices: ask}, "true"},
		{"a statement", dialog.Message{Text: "x"}, ""},
		{"words to share", dialog.Message{Text: "x", Choices: append(ask, []dialog.Choice{{Label: "S", Share: "x"}})}, ""},
		{"a card", dialog.Message{Picture: &dialog.File{Name: "c"}, Choices: ask}, ""},
	} {
		if got := b.drafts(1, tt.m)[0].params["protect_content"]; got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestRefs(t *testing.T) {
	for _, tt := range []struct {
		ref  dialog.Ref
		want []int64
	}{
		{refOf(4711, []int64{5}), []int64{5}}, {refOf(4711, []int64{5, 6}), []int64{5, 6}},
		{"4711", nil}, {"4712:5", nil}, {"4711:", nil}, {"4711:x", nil}, {"4711:5:-1", nil}, {"", nil},
	} {
		if diff := cmp.Diff(tt.want, messageIDs(4711, tt.ref)); diff != "" {
			t.Errorf("%s: %s", tt.ref, diff)
		}
	}
}

func TestSplit(t *testing.T) {
	long := strings.Repeat("x", 30)
	for _, tt := range []struct {
		name, text string
		max        int
		want       []string
	}{
		{"fits", "one two", 7, []string{"one two"}},
		{"paragraph", "one. two\n\nthree four", 15, []string{"one. two", "three four"}},
		{"line", "one. two\nthree four", 15, []string{"one. two", "three four"}},
		{"sentence", "Rest now. Drink water. Sleep.", 24, []string{"Rest now. Drink water.", "Sleep."}},
		{"word", "rest and drink water", 12, []string{"rest and", "drink water"}},
		{"a border too early is no border", "a. " + long, 20, []string{"a. " + long[:17], long[17:]}},
		{"no border at all", long, 20, []string{long[:20], long[20:]}},
		{"surrogate pairs count two", strings.Repeat("🫖", 5), 4, []string{"🫖🫖", "🫖🫖", "🫖"}},
		{"a family is not torn apart", "aaaaaa👩\u200d👧", 9, []string{"aaaaaa", "👩\u200d👧"}},
		{"an accent stays", "aaae\u0301", 4, []string{"aaa", "e\u0301"}},
		{"only blanks", " \n\n ", 4, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, c := range split(tt.text, tt.max) {
				got = append(got, tt.text[c[0]:c[1]])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever is written arrives in full, in pieces that Telegram takes, well-formed.
func TestRenderProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab .!\n*\\<&>\"é🫖\u200d👩\u0301")), 0, 400, -1).Draw(t, "text")
		max := rapid.IntRange(4, 60).Draw(t, "max")
		var seen strings.Builder
		for _, piece := range render(text, max) {
			plain, err := readHTML(piece)
			if err != nil {
				t.Fatalf("%q: %v", piece, err)
			}
			if n := units(plain); n < 1 || n > max {
				t.Fatalf("%q has %d units", piece, n)
			}
			if !utf8.ValidString(plain) {
				t.Fatalf("%q is cut inside a rune", piece)
			}
			seen.WriteString(plain)
		}
		if bare(seen.String()) != bare(dialog.Plain(text)) {
			t.Fatalf("%q became %q", text, seen.String())
		}
	})
}

// bare is text without the blanks that a border may swallow.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }

// readHTML is what Telegram makes of the HTML that we write.
func readHTML(s string) (string, error) {
	d, ok := draft{"", map[string]string{"text": s, "parse_mode": "HTML"}, nil}.plain(&failure{code: 400, said: true})
	if !ok || strings.Count(s, "<b>") != strings.Count(s, "</b>") {
		return "", errors.New("not well-formed")
	}
	return d.params["text"], nil
}
