package discord

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

func word(key string, max int) string { return clip(english("", "discord."+key), max) }

// draw is a payload's components as they look: a row a line, a menu in braces.
func draw(p payload) string {
	var rows []string
	for _, r := range p.Components {
		var row []string
		for _, c := range r.Components {
			if c.Type == typeButton {
				row = append(row, "["+c.Label+"]")
				continue
			}
			var list []string
			for _, o := range c.Options {
				if o.Default {
					list = append(list, "✓"+o.Label)
				} else {
					list = append(list, o.Label)
				}
			}
			row = append(row, fmt.Sprintf("{%d-%d %s}", *c.Min, *c.Max, strings.Join(list, " ")))
		}
		rows = append(rows, strings.Join(row, ""))
	}
	return strings.Join(rows, "\n")
}

// choices makes rows of choices: "a b/c" is two rows; "<" before a name is the
// way about, "+" a toggle that is on.
func choices(s string) [][]dialog.Choice {
	var out [][]dialog.Choice
	for row := range strings.SplitSeq(s, "/") {
		var line []dialog.Choice
		for _, name := range strings.Fields(row) {
			label := strings.TrimLeft(name, "<+")
			line = append(line, dialog.Choice{Label: label, Data: label, Nav: name[0] == '<', On: name[0] == '+'})
		}
		out = append(out, line)
	}
	return out
}

func row(n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprint("o", i))
	}
	return strings.Join(names, " ")
}

func TestComponents(t *testing.T) {
	for _, c := range []struct {
		name, in string
		many     bool
		noText   bool
		want     string
	}{
		{"rows stay", "a b/c/<back <stop", false, false, "[a][b]\n[c]\n[back][stop]"},
		{"six rows move closer", "a b/c d/e/f/g/<back", false, false, "[a][b][c][d][e]\n[f][g]\n[back]"},
		{"seven in a row", "a b c d e f g", false, false, "[a][b][c][d][e]\n[f][g]"},
		{"25 fit as buttons", row(22) + "/<x <y <z", false, false,
			"[o0][o1][o2][o3][o4]\n[o5][o6][o7][o8][o9]\n[o10][o11][o12][o13][o14]\n[o15][o16][o17][o18][o19]\n[o20][o21][x][y][z]"},
		{"more do not", row(26) + "/<back", false, false,
			"{1-1 o0 o1 o2 o3 o4 o5 o6 o7 o8 o9 o10 o11 o12 o13 o14 o15 o16 o17 o18 o19 o20 o21 o22 o23 o24}\n{1-1 o25}\n[back]"},
		{"few toggles are buttons", "a +b c/done/<back", true, false, "[a][✓ b][c]\n[done]\n[back]"},
		{"many are a menu", "a +b c/d +e f/done/<back <stop", true, false, "{0-6 a ✓b c d ✓e f}\n[done][back][stop]"},
		{"a question for words has a place to write", "<skip <stop", false, false, "[skip][stop]\n[Write it here]"},
		{"so has every question if nothing can be typed", "a b/<stop", false, true, "[a][b]\n[stop]\n[Write it here]"},
		{"but nothing that asks nothing", "", false, true, ""},
	} {
		m := dialog.Message{ID: "1", Text: "?", Choices: choices(c.in), Many: c.many}
		got := encode(m, word, c.noText)
		if draw(got[0]) != c.want {
			t.Errorf("%s:\n%s\nnot\n%s", c.name, draw(got[0]), c.want)
		}
		if err := discordtest.Check("message", got[0], 0); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestEncode(t *testing.T) {
	m := dialog.Message{
		ID: "k3", Text: strings.Repeat("A sentence of some length. ", 100), Quiet: true,
		Choices: choices("a b"), File: &dialog.File{Name: "a.txt", Type: "text/plain", Bytes: []byte("x")},
	}
	list := encode(m, word, false)
	if len(list) != 2 || len(list[0].Components) != 0 || len(list[1].Components) != 1 || len(list[0].files) != 0 || len(list[1].files) != 1 {
		t.Fatalf("the choices and the file do not come last: %d pieces", len(list))
	}
	if list[0].Nonce == list[1].Nonce || list[0].Nonce != nonce("k3", 0) || !list[0].Enforce {
		t.Errorf("nonces %q and %q", list[0].Nonce, list[1].Nonce)
	}
	if list[0].Flags&flagSilent == 0 || list[0].edited().Flags&flagSilent != 0 || list[0].edited().Nonce != "" {
		t.Error("an edit is neither silent nor named")
	}
	shared := encode(dialog.Message{Text: "Here.", Choices: [][]dialog.Choice{{{Label: "send", Share: "5 * 5"}}}}, word, false)
	if shared[0].Content != "Here.\n\n5 \\* 5" || len(shared[0].Components) != 0 {
		t.Errorf("what could be shared reads %q", shared[0].Content)
	}
}

// TestLimits: whatever the dialog says, Discord takes it, and no answer is lost.
func TestLimits(t *testing.T) {
	choice := rapid.Custom(func(t *rapid.T) dialog.Choice {
		c := dialog.Choice{
			Label: rapid.StringN(0, 120, 300).Draw(t, "label"),
			Data:  rapid.StringMatching(`[A-Za-z0-9_-]{1,40}`).Draw(t, "data"),
			On:    rapid.Bool().Draw(t, "on"),
		}
		if rapid.IntRange(0, 20).Draw(t, "link") == 20 { // few: links and the way about stay buttons
			c.URL, c.Data = "https://example.org/"+c.Data, ""
		}
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		m := dialog.Message{
			ID:      rapid.StringMatching(`[a-z0-9]{1,40}`).Draw(t, "id"),
			Text:    "x" + anyText().Draw(t, "text"),
			Choices: rapid.SliceOfN(rapid.SliceOfN(choice, 0, 7), 0, 7).Draw(t, "choices"),
			Many:    rapid.Bool().Draw(t, "many"),
			Quiet:   rapid.Bool().Draw(t, "quiet"),
		}
		for i := range m.Choices {
			if n := len(m.Choices[i]); n > 0 && i > 4 {
				m.Choices[i][n-1].Nav = true
			}
		}
		links := 0
		for _, r := range m.Choices {
			for _, c := range r {
				if c.URL != "" {
					links++
				}
			}
		}
		if links > 8 {
			t.Skip("more links than there is room for")
		}
		list := encode(m, word, rapid.Bool().Draw(t, "noText"))
		seen := map[string]bool{}
		for _, p := range list {
			if err := discordtest.Check("message", p, 0); err != nil {
				t.Fatal(err)
			}
			if err := discordtest.Check("edit", p.edited(), 0); err != nil {
				t.Fatal(err)
			}
			if err := discordtest.Check("original", p.edited(), 0); err != nil {
				t.Fatal(err)
			}
			if seen[p.Nonce] || len(p.Nonce) > 25 {
				t.Fatalf("nonce %q", p.Nonce)
			}
			seen[p.Nonce] = true
		}
		there := map[string]bool{}
		for _, r := range list[len(list)-1].Components {
			for _, c := range r.Components {
				there[c.ID] = true
				for _, o := range c.Options {
					there[o.Value] = true
				}
			}
		}
		for _, r := range m.Choices {
			for _, c := range r {
				if c.Data != "" && !there[c.Data] {
					t.Fatalf("there is no way to choose %q", c.Data)
				}
			}
		}
		if err := discordtest.Check("message", encode(plain(m), word, false)[0], 0); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	m := dialog.Message{ID: "k3", Text: strings.Repeat("*A* sentence of some length. ", 10), Choices: choices("a b c/d +e f/g h/done/<back <stop"), Many: true}
	b.ReportAllocs()
	for b.Loop() {
		encode(m, word, false)
	}
}

// Discord has no link that begins a bot with a word, so it shows no button for one.
func TestNoWayIn(t *testing.T) {
	if _, shown := button(dialog.Choice{Label: "Open", URL: dialog.StartURL + "inc1"}); shown {
		t.Error("a button is shown that leads nowhere")
	}
	if _, shown := button(dialog.Choice{Label: "Open", URL: "https://example.org/"}); !shown {
		t.Error("a page has no button")
	}
}
