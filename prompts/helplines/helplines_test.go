package helplines

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterglow/dialog/support"
)

func load(t *testing.T, overlays ...string) (support.Book, error) {
	t.Helper()
	var paths []string
	for i, text := range overlays {
		p := filepath.Join(t.TempDir(), string(rune('a'+i))+".toml")
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return Load(paths...)
}

func find(b support.Book, id string) (support.Line, int) {
	i := slices.IndexFunc(b.Lines, func(l support.Line) bool { return l.ID == id })
	if i < 0 {
		return support.Line{}, i
	}
	return b.Lines[i], i
}

func TestTheBuiltInBook(t *testing.T) {
	b, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	l, _ := find(b, "us-ndvh")
	want := support.Line{
		ID: "us-ndvh", Country: "US", Kinds: []support.Kind{support.Violence}, Serves: support.All,
		Name: "National Domestic Violence Hotline",
		Contacts: []support.Contact{
			{By: support.Text, At: "88788", Say: "START"}, {By: support.Chat, At: "thehotline.org"}, {By: support.Call, At: "1-800-799-7233"},
		},
		Hours:   "24/7",
		Sources: []string{"https://ovc.ojp.gov/news/grantee-news/national-domestic-violence-hotline-answers-6-million-contacts"},
		Status:  "verified-1", Seen: "2026-08-01",
	}
	if d := cmp.Diff(want, l); d != "" {
		t.Error(d)
	}
	if !slices.IsSortedFunc(b.Countries, func(x, y support.Country) int { return strings.Compare(x.Code, y.Code) }) {
		t.Error("countries are not sorted")
	}
}

// Every source is the address of a page, and a name a file calls a place is one.
func TestEveryRowSaysWhereItIsFrom(t *testing.T) {
	b, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string][]string{}
	for _, l := range b.Lines {
		sources[l.ID] = l.Sources
	}
	for _, c := range b.Countries {
		sources[c.Code] = c.Sources
	}
	for id, ss := range sources {
		for _, s := range ss {
			if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
				t.Errorf("%s: source %q is no address", id, s)
			}
		}
	}
}

// A country with a line but no way to say whom to call in danger is still
// served by the words; but where we have lines we want to know it.
func TestEveryCountryHasNumbersAndACrisisLine(t *testing.T) {
	b, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range b.Listed() {
		if c := b.Country(code); c.Emergency+c.Police+c.Ambulance == "" {
			t.Errorf("%s: no emergency number", code)
		}
		if !slices.ContainsFunc(b.Lines, func(l support.Line) bool {
			return l.Country == code && l.Serves == support.All && slices.Contains(l.Kinds, support.SelfHarm)
		}) {
			t.Errorf("%s: no crisis line for everyone", code)
		}
	}
}

func TestWhatIsOld(t *testing.T) {
	b, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	var old []string
	for _, e := range b.Stale(at) {
		old = append(old, e.ID)
	}
	for _, id := range []string{"ie-samaritans", "ch-143", "nz-1737", "DE", "br-180"} {
		if !slices.Contains(old, id) {
			t.Errorf("%s is not among the old", id)
		}
	}
	if slices.Contains(old, "us-rainn") {
		t.Error("us-rainn was seen four months before")
	}
	if n, all := len(b.Stale(at.AddDate(5, 0, 0))), len(b.Lines)+len(b.Countries); n != all {
		t.Errorf("five years later %d of %d are old", n, all)
	}
}

const mine = `
[[line]]
id = "xx-mine"
country = "US"
kinds = ["selfharm"]
serves = "all"
name = "Mine"
contacts = [{ by = "call", at = "1" }]
sources = ["https://example.org"]
status = "verified-1"
seen = "2026-11-01"
`

func TestAnOperatorLaysTheirFileOverOurs(t *testing.T) {
	plain, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	_, was := find(plain, "us-rainn")
	b, err := load(t,
		mine+strings.Replace(mine, "xx-mine", "us-rainn", 1)+`
[[line]]
id = "us-988"
remove = true

[[country]]
code = "US"
emergency = "2"
sources = ["https://example.org"]
status = "verified-1"
seen = "2026-11-01"

[[country]]
code = "FR"
remove = true

[[country]]
code = "AA"
police = "3"
sources = ["https://example.org"]
status = "verified-2"
seen = "2026"
`,
		"[[line]]\nid = \"us-crisis-text-line\"\nremove = true\n")
	if err != nil {
		t.Fatal(err)
	}
	if l, i := find(b, "xx-mine"); i != 0 || l.Name != "Mine" {
		t.Errorf("the new row stands at %d: %+v", i, l)
	}
	if l, i := find(b, "us-rainn"); i != was+1 || l.Name != "Mine" {
		t.Errorf("the replaced row stands at %d, was at %d: %+v", i, was, l)
	}
	for _, id := range []string{"us-988", "us-crisis-text-line"} {
		if _, i := find(b, id); i >= 0 {
			t.Errorf("%s is still there", id)
		}
	}
	if got := b.Country("US").Emergency + b.Country("FR").Emergency + b.Country("AA").Police; got != "23" {
		t.Errorf("countries give %q", got)
	}
	if again, _ := load(t); len(again.Lines) != len(plain.Lines) {
		t.Error("an overlay changed the built-in book")
	}
}

func TestWhatIsWrongIsNamedWithItsLine(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(mine, old, new, 1) }
	for _, tt := range []struct{ name, text, want string }{
		{"a typo in a key", change("serves", "servs"), `a.toml:6: unknown key "line.servs"; hint: `},
		{"broken quotes", change(`"Mine"`, `"Mine`), `a.toml:7: `},
		{"an unknown kind", change("selfharm", "sadness"), `a.toml:2: unknown kind "sadness" of "xx-mine"; hint: one of selfharm, nonconsent`},
		{"nobody served", change(`"all"`, `"everybody"`), `a.toml:2: serves = "everybody" of "xx-mine"; hint: one of all, women`},
		{"a long country", change(`"US"`, `"USA"`), `a.toml:2: country "USA" of "xx-mine"; hint: use the two-letter code`},
		{"no contact", change(`{ by = "call", at = "1" }`, ""), `a.toml:2: "xx-mine" can not be reached; hint: contacts = `},
		{"a word to call", change(`at = "1"`, `at = "1", say = "HI"`), `a.toml:2: say = "HI" of "xx-mine"; hint: `},
		{"an unknown channel", change(`"call"`, `"pigeon"`), `a.toml:2: unknown channel "pigeon" of "xx-mine"; hint: one of text`},
		{"no source", change(`"https://example.org"`, ""), `a.toml:2: "xx-mine" has no source; hint: `},
		{"a status of its own", change("verified-1", "sure"), `a.toml:2: status = "sure" of "xx-mine"; hint: `},
		{"no date", change("2026-11-01", "lately"), `a.toml:2: seen = "lately" of "xx-mine"; hint: `},
		{"hours nobody can read", mine + `hours = "always"`, `a.toml:2: hours = "always" of "xx-mine"; hint: write "24/7"`},
		{"a region without a name", mine + `regions = ["SCT"]`, `a.toml:2: "xx-mine" has only one of regions and place; hint: `},
		{"twice the same", mine + mine, `a.toml:13: id "xx-mine" is there twice; hint: `},
		{"nothing to remove", "\n[[line]]\nid = \"xx-mine\"\nremove = true\n", `a.toml:2: nothing called "xx-mine" to remove; hint: `},
		{"no country to remove", "[[country]]\ncode = \"QQ\"\nremove = true\n", `a.toml:1: no country "QQ" to remove; hint: `},
		{"a country without a number", "[[country]]\ncode = \"QQ\"\nsources = [\"https://example.org\"]\nstatus = \"verified-1\"\nseen = \"2026\"\n", `a.toml:1: "QQ" has no number; hint: `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, tt.text)
			if err == nil {
				t.Fatal("taken")
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "hint: ") {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	if _, err := Load("nowhere.toml"); err == nil || !strings.Contains(err.Error(), "nowhere.toml") || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("got %v", err)
	}
}

// docs/helplines.md lists every row for the person who confirms it.
func TestTheDocsListEveryRow(t *testing.T) {
	text, err := os.ReadFile("../../docs/helplines.md")
	if err != nil {
		t.Fatal(err)
	}
	b, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]support.Seen{}
	for _, l := range b.Lines {
		rows[l.ID] = l.Seen
	}
	for _, c := range b.Countries {
		rows[c.Code] = c.Seen
	}
	for id, seen := range rows {
		found := false
		for l := range strings.Lines(string(text)) {
			found = found || strings.HasPrefix(l, "| `"+id+"` |") && strings.Contains(l, "| "+string(seen)+" |")
		}
		if !found {
			t.Errorf("docs/helplines.md has no row for %s, seen %s", id, seen)
		}
	}
}
