package care

import (
	"slices"
	"strings"
	"testing"
)

// TestWords shows how what people type becomes words; a bar is the end of a sentence.
func TestWords(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{"case and accents", "JÁ não quero VIVER, Über", "ja nao quero viver uber"},
		{"apostrophes", "I'm fine, don’t worry", "im fine dont worry"},
		{"French elisions", "j'ai dit qu’il m'a vu", "j ai dit qu il m a vu"},
		{"sentences", "He hit me. I left!\nOk?", "he hit me|i left|ok"},
		{"pauses are not ends", "i want to... stop…now", "i want to stop now"},
		{"numbers", "16yo, f17, 8.5 at 10:30", "16 yo f 17 8.5 at 10:30"},
		{"digits for letters", "su1c1de k1ll r4ped 2nd", "suicide kill raped 2 nd"},
		{"signs for letters", "r@ped a$$ault me@home", "raped assault meahome"},
		{"zero width", "su\u200bic\u200dide", "suicide"},
		{"look-alikes", "ѕuісіdе ｋｉｌｌ 𝓭𝓲𝓮", "suicide kill die"},
		{"stacked marks", "d̷̛i̶e̴", "die"},
		{"right to left marks", "\u202edie\u202c", "die"},
		{"emoji", "fine 😭", "fine emojicry"},
		{"ligatures", "straße œuvre", "strasse oeuvre"},
		{"not UTF-8", "hi \xff\xfe there", "hi there"},
		{"hyphens", "self-harm / ex-wife", "self harm ex wife"},
		{"nothing", " \t\n ", ""},
	} {
		var b strings.Builder
		split(fold(c.text), func(w string, first bool) {
			if b.Len() > 0 {
				if first {
					b.WriteByte('|')
				} else {
					b.WriteByte(' ')
				}
			}
			b.WriteString(w)
		})
		if got := b.String(); got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.kind, c.text, got, c.want)
		}
	}
}

// TestMean shows how words are put right.
func TestMean(t *testing.T) {
	g, err := Compile(Lexicon{
		Name:  "en",
		Words: map[string][]string{"w": {"i", "want", "to", "die", "kill", "myself", "suicide", "so"}},
		Typos: map[string]string{"wanna": "want to"},
		Keys:  []string{"suicide", "raped"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kind, word, want string }{
		{"known", "die", "die"},
		{"short for two", "wanna", "want to"},
		{"drawn out", "killlll", "kill"},
		{"drawn out", "sooooo", "so"},
		{"drawn out and unknown", "hmmmm", "hm"},
		{"a letter missing", "sucide", "suicide"},
		{"two swapped", "suicdie", "suicide"},
		{"one doubled", "suiicide", "suicide"},
		{"one wrong", "suixide", "suicide"},
		{"a star", "r*ped", "raped"},
		{"no spaces", "iwanttodie", "i want to die"},
		{"another word", "grape", "grape"},
	} {
		if got := strings.Join(g.mean(nil, c.word, allLexicons), " "); got != c.want {
			t.Errorf("%s: %q means %q, want %q", c.kind, c.word, got, c.want)
		}
	}
	if parts := g.cut("killmyself", 1); !slices.Equal(parts, []string{"kill", "myself"}) {
		t.Errorf("spelt out letters are cut into %q", parts)
	}
}
