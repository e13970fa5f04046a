package care

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// small is a lexicon in two languages that can show each way to decide.
var small = []Lexicon{
	{
		Name:  "en",
		Tells: []string{"the", "i", "to", "me"},
		Words: map[string][]string{"past": {"years ago"}},
		Masks: []Mask{
			{"idiom", []string{"(job|work) .. killing me", "die laughing"}},
			{"denial", []string{"not suicidal"}},
		},
		Rules: []Rule{
			{Name: "wants to die", Is: SelfHarm, Severity: 3, Past: 1, Sure: true, Say: []string{"i want to die", "suicidal", "killing me", "die"}, Unless: []string{"movie"}},
			{Name: "friend", Is: SelfHarm, Severity: 3, About: Other, Whom: true, Say: []string{"friend .. suicidal"}},
			{Name: "hit", Is: Violence, Severity: 3, Sure: true, Say: []string{"he hit me"}},
			{Name: "low", Is: Drop, Severity: 1, Say: []string{"sad"}},
		},
	},
	{
		Name:  "de",
		Tells: []string{"die", "der", "und"},
		Rules: []Rule{{Name: "gift", Is: Medical, Severity: 3, Say: []string{"gift"}}},
	},
}

func TestRulesDecide(t *testing.T) {
	g, err := Compile(small...)
	if err != nil {
		t.Fatal(err)
	}
	r := New(g, nil)
	for _, c := range []struct {
		kind, text string
		categories []Category
		severity   int
		about      About
	}{
		{"nothing", "tea and a blanket", []Category{Benign}, 0, Self},
		{"a rule", "i want to die", []Category{SelfHarm}, 3, Self},
		{"an idiom", "this job is killing me", []Category{Benign}, 0, Self},
		{"an idiom beside danger", "i die laughing. no. i want to die", []Category{SelfHarm}, 3, Self},
		{"a denial beside a low", "sad, not suicidal", []Category{Drop}, 1, Self},
		{"taken back", "in the movie they all die", []Category{Benign}, 0, Self},
		{"long past", "i was suicidal years ago", []Category{SelfHarm}, 1, Self},
		{"somebody else", "my friend is suicidal", []Category{SelfHarm}, 3, Other},
		{"two, the more urgent first", "he hit me and i want to die", []Category{SelfHarm, Violence}, 3, Self},
		{"a word of another language", "i got the gift", []Category{Medical}, 3, Self}, // no English entry has it: better asked once than missed
		{"the same word at home", "der hund und gift", []Category{Medical}, 3, Self},
	} {
		f := r.Read(c.text)
		if !slices.Equal(f.Categories, c.categories) || f.Severity != c.severity || f.About != c.about {
			t.Errorf("%s: %q gives %v %d %v, want %v %d %v", c.kind, c.text, f.Categories, f.Severity, f.About, c.categories, c.severity, c.about)
		}
		if (f.First() == Benign) != (len(f.Why) == 0) {
			t.Errorf("%s: why is %q", c.kind, f.Why)
		}
	}
}

// TestSure: only a rule marked sure makes a finding sure.
func TestSure(t *testing.T) {
	g, err := Compile(small...)
	if err != nil {
		t.Fatal(err)
	}
	r := New(g, nil)
	for text, sure := range map[string]bool{"i want to die": true, "sad": false, "my friend wants the gift": false, "tea": false} {
		if f := r.Read(text); f.Sure != sure {
			t.Errorf("%q: sure is %v; why: %q", text, f.Sure, f.Why)
		}
	}
}

// TestEmojiOnce: an emoji typed again and again is read once, and hides no
// sentence behind it.
func TestEmojiOnce(t *testing.T) {
	g, err := Compile(small...)
	if err != nil {
		t.Fatal(err)
	}
	var m message
	m.read(g, strings.Repeat("😭🔪", 500)+" he hit me")
	if n := len(m.tokens); n != 5 {
		t.Errorf("%d tokens, want 5", n)
	}
	if f := New(g, nil).Read(strings.Repeat("😭", 500) + ". he hit me"); f.First() != Violence {
		t.Errorf("found %v", f.Categories)
	}
}

// TestLoud: a loud set must exist, and must be one that the classifier sees.
func TestLoud(t *testing.T) {
	for _, name := range []string{"nosuch", "_help"} {
		lex := Lexicon{Name: "en", Loud: []string{name}, Words: map[string][]string{"_help": {"a"}, "hit": {"hit"}}}
		if _, err := Compile(lex); err == nil {
			t.Errorf("loud %q was taken", name)
		}
	}
	g, err := Compile(Lexicon{Name: "en", Loud: []string{"hit"}, Words: map[string][]string{"hit": {"hit", "slap*"}},
		Rules: []Rule{{Name: "low", Is: Drop, Severity: 1, Say: []string{"sad"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for text, loud := range map[string]bool{"they slapped": true, "so sad": true, "": false, "tea and a blanket": false} {
		if g.Loud(text) != loud {
			t.Errorf("%q is loud: %v", text, !loud)
		}
	}
}

func TestReadMayBeShared(t *testing.T) {
	g, err := Compile(small...)
	if err != nil {
		t.Fatal(err)
	}
	r := New(g, new(Model))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if f := r.Read("i want to die " + strings.Repeat("and so on ", 50)); f.First() != SelfHarm {
					t.Errorf("got %v", f)
				}
			}
		})
	}
	all.Wait()
}

func TestModelRoundTrip(t *testing.T) {
	m := new(Model)
	m.Bias[3], m.Unit[1] = -1.5, 0.25
	m.Tables[0] = NewTable([]Key{5}, []Row{9})
	m.Tables[1] = NewTable([]Key{0, 77, 78, 1<<keyBits - 1}, []Row{1, NewRow([PerTable]float32{3, -90}), 3, 4})
	m.Seen.Add(hashString('w', "tea"))
	back, err := DecodeModel(m.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, m) || !back.Seen.has(hashString('w', "tea")) || back.Seen.has(hashString('w', "cake")) {
		t.Error("the model changed on its way")
	}
	for _, b := range [][]byte{nil, []byte("care"), m.Encode()[:1000], append(m.Encode(), 0), make([]byte, 1000)} {
		if _, err := DecodeModel(b); err == nil {
			t.Errorf("%d bytes were taken for a model", len(b))
		}
	}
}

// A feature that got no row weighs nothing.
func TestTable(t *testing.T) {
	table := NewTable([]Key{0, 63, 64, 70, 1<<keyBits - 1}, []Row{1, 2, 3, 4, 5})
	for key, want := range map[Key]Row{0: 1, 1: 0, 62: 0, 63: 2, 64: 3, 65: 0, 70: 4, 71: 0, 1<<keyBits - 2: 0, 1<<keyBits - 1: 5} {
		if got := table.Row(uint32(key) << (32 - keyBits)); got != want {
			t.Errorf("the row of %d is %d, want %d", key, got, want)
		}
	}
	if row := new(Table).Row(77); row != 0 {
		t.Errorf("an empty table says %d", row)
	}
}

// A row says each of its weights to half of its step, and its step fits the
// greatest of them.
func TestRow(t *testing.T) {
	for _, weights := range [][PerTable]float32{
		{}, {1, -1, 2, -2, 7, -7, 0.4}, {0.3, 0.6}, {MaxWeight, -MaxWeight, 100, -100, 1}, {-13, 12, 5.5, 40, -39, 3, 51},
	} {
		row := NewRow(weights)
		top := float32(3.7) // whole numbers are as fine as it gets
		for _, w := range weights {
			top = max(top, w, -w)
		}
		for i, w := range weights {
			if got := float32(row.Weight(i)); got-w > top/7.4 || w-got > top/7.4 {
				t.Errorf("%v of %v is %v", w, weights, got)
			}
		}
	}
}
