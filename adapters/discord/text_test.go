package discord

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

func TestPieces(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"bold", "a *b* c", "a **b** c"},
		{"nothing", " \n ", ""},
		{"a person's stars and lines", dialog.Escape("5 * 3 *x* _y_ `z` ~~q~~ ||s||"), `5 \* 3 \*x\* \_y\_ \` + "`z\\`" + ` \~\~q\~\~ \|\|s\|\|`},
		{"a mention", "<@1234> @everyone", `\<@1234> @everyone`},
		{"a hidden link", "[here](https://example.org)", `\[here\](https://example.org)`},
		{"an address stays whole", "see https://example.org/a_b_c?d=*e now", `see https://example.org/a_b_c?d=\*e now`},
		{"a heading, a quote, a list", "# a\n> b\n- c\n -# d", "\\# a\n\\> b\n\\- c\n \\-# d"},
		{"no heading within a line", "1 - 2 > 3 # 4", "1 - 2 > 3 # 4"},
		{"a backslash", dialog.Escape(`a\b`), `a\\b`},
	} {
		if got := strings.Join(pieces(c.in, maxContent), "|"); got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

func TestPiecesAreCutWhereOnePauses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraph", "aaaa. bb\n\ncc cc", "aaaa. bb|cc cc"},
		{"sentence", "aaaa. bb cc dd", "aaaa.|bb cc dd"},
		{"word", "aaaa bbbb cccc", "aaaa bbbb|cccc"},
		{"nowhere", "aaaaaaaaaaaaaa", "aaaaaaaaaa|aaaa"},
		{"bold goes on", "*aaa bbb ccc*", "**aaa**|**bbb**|**ccc**"},
		{"not within a flag", "aaaaaaa🇵🇹", "aaaaaaa|🇵🇹"},
		{"not within a family", "aaaaaaa👩‍👧", "aaaaaaa|👩‍👧"},
		{"not behind a backslash", "aaaaaaaaa_b", `aaaaaaaaa|\_b`},
	} {
		if got := strings.Join(pieces(c.in, 10), "|"); got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

// anyText is what people and words are made of.
func anyText() *rapid.Generator[string] {
	bit := rapid.OneOf(
		rapid.SampledFrom([]string{"*", "\\", "_", "`", "~~", "||", "#", ">", "-", "[x](y)", "<@1>", "https://a.b/c_d", "\n", "\n\n", ". ", " ", "🫖", "👩‍👧", "é", "e\u0301", "word", "Tea? "}),
		rapid.StringN(0, 12, 40),
	)
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(bit, 0, 120).Draw(t, "bits"), "") })
}

// TestPiecesLoseNothing: whatever is said arrives, within the limit, and nothing
// of it becomes markup.
func TestPiecesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ToValidUTF8(anyText().Draw(t, "text"), "")
		max := rapid.IntRange(80, 400).Draw(t, "max")
		list := pieces(text, max)
		for _, p := range list {
			if units(p) > max {
				t.Fatalf("a piece of %d", units(p))
			}
			if err := discordtest.Check("message", payload{Content: p, Components: []component{}, Mentions: noMentions}, 0); err != nil && strings.TrimSpace(discordtest.Plain(p)) != "" {
				t.Fatal(err)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := squeeze(discordtest.Plain(strings.Join(list, " "))), squeeze(dialog.Plain(text)); got != want {
			t.Fatalf("%q arrives as %q", want, got)
		}
	})
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"short", 10, "short"}, {"two\nlines", 20, "two lines"}, {"much too long", 8, "much to…"}, {"tea 🫖🫖🫖", 8, "tea 🫖…"}, {"", 5, ""},
	} {
		if got := clip(c.in, c.max); got != c.want || units(got) > c.max {
			t.Errorf("clip(%q, %d) = %q", c.in, c.max, got)
		}
	}
}
