package helplines

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"afterglow/dialog/support"
)

// file is what a helpline file holds; lines.toml explains the keys.
type file struct {
	Line    []lineRow    `toml:"line"`
	Country []countryRow `toml:"country"`

	headers map[string][]int // line numbers of [[line]] and [[country]], in order
}

type lineRow struct {
	ID       string    `toml:"id"`
	Remove   bool      `toml:"remove"`
	Country  string    `toml:"country"`
	Regions  []string  `toml:"regions"`
	Place    string    `toml:"place"`
	Kinds    []string  `toml:"kinds"`
	Serves   string    `toml:"serves"`
	FromAge  int       `toml:"from_age"`
	Name     string    `toml:"name"`
	Contacts []contact `toml:"contacts"`
	Hours    string    `toml:"hours"`
	Sources  []string  `toml:"sources"`
	Status   string    `toml:"status"`
	Seen     string    `toml:"seen"`
}

type contact struct {
	By  string `toml:"by"`
	At  string `toml:"at"`
	Say string `toml:"say"`
}

type countryRow struct {
	Code      string   `toml:"code"`
	Remove    bool     `toml:"remove"`
	Emergency string   `toml:"emergency"`
	Police    string   `toml:"police"`
	Ambulance string   `toml:"ambulance"`
	Silent    string   `toml:"silent"`
	Sources   []string `toml:"sources"`
	Status    string   `toml:"status"`
	Seen      string   `toml:"seen"`
}

func (r lineRow) line() support.Line {
	l := support.Line{
		ID: r.ID, Country: r.Country, Regions: r.Regions, Place: r.Place,
		Serves: support.Serves(r.Serves), FromAge: r.FromAge, Name: r.Name,
		Hours: r.Hours, Sources: r.Sources, Status: r.Status, Seen: support.Seen(r.Seen),
	}
	for _, k := range r.Kinds {
		l.Kinds = append(l.Kinds, support.Kind(k))
	}
	for _, c := range r.Contacts {
		l.Contacts = append(l.Contacts, support.Contact{By: support.Channel(c.By), At: c.At, Say: c.Say})
	}
	return l
}

func (r countryRow) country() support.Country {
	return support.Country{
		Code: r.Code, Emergency: r.Emergency, Police: r.Police, Ambulance: r.Ambulance,
		Silent: r.Silent, Sources: r.Sources, Status: r.Status, Seen: support.Seen(r.Seen),
	}
}

// parse reads one file and checks every row of it.
func parse(name string, text []byte) (file, error) {
	f := file{headers: map[string][]int{}}
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return file{}, placed(name, err)
	}
	for n, l := range strings.Split(string(text), "\n") {
		if m := header.FindStringSubmatch(l); m != nil {
			f.headers[m[1]] = append(f.headers[m[1]], n+1)
		}
	}
	var faults []string
	fault := func(kind string, i int, what, hint string) {
		faults = append(faults, fmt.Sprintf("%s:%d: %s; hint: %s", name, f.lineOf(kind, i), what, hint))
	}
	seen := map[string]bool{}
	for i, r := range f.Line {
		if seen["line "+r.ID] {
			fault("line", i, fmt.Sprintf("id %q is there twice", r.ID), "give every row its own id")
		}
		seen["line "+r.ID] = true
		for _, w := range r.wrong() {
			fault("line", i, w[0], w[1])
		}
	}
	for i, r := range f.Country {
		if seen["country "+r.Code] {
			fault("country", i, fmt.Sprintf("country %q is there twice", r.Code), "keep one")
		}
		seen["country "+r.Code] = true
		for _, w := range r.wrong() {
			fault("country", i, w[0], w[1])
		}
	}
	if len(faults) > 0 {
		return file{}, fmt.Errorf("helplines: %s", strings.Join(faults, "\n"))
	}
	return f, nil
}

var (
	header = regexp.MustCompile(`^\s*\[\[\s*(line|country)\s*\]\]`)
	code   = regexp.MustCompile(`^[A-Z]{2}$`)
	region = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)
	hours  = regexp.MustCompile(`^(24/7|` + span + `(; ` + span + `)*)$`)
)

const span = `(Mo|Tu|We|Th|Fr|Sa|Su)(-(Mo|Tu|We|Th|Fr|Sa|Su))? \d\d:\d\d-\d\d:\d\d`

// lineOf is the line on which the i-th row of a kind begins; 1 where a file
// writes its rows in another way than with a header each.
func (f file) lineOf(kind string, i int) int {
	if hs := f.headers[kind]; i < len(hs) {
		return hs[i]
	}
	return 1
}

// placed turns the TOML reader's error into one that names the line.
func placed(name string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		e := strict.Errors[0]
		row, _ := e.Position()
		return fmt.Errorf("helplines: %s:%d: unknown key %q; hint: the comment at the top of the built-in lines.toml lists the keys", name, row, strings.Join(e.Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, _ := bad.Position()
		return fmt.Errorf("helplines: %s:%d: %s; hint: check quotes and brackets on that line", name, row, strings.TrimPrefix(bad.Error(), "toml: "))
	}
	return fmt.Errorf("helplines: %s: %w", name, err)
}

// wrong lists what a row lacks, each with a hint.
func (r lineRow) wrong() (ws [][2]string) {
	add := func(what, hint string) { ws = append(ws, [2]string{what, hint}) }
	if r.ID == "" {
		add("a row without id", `name it like "us-rainn"`)
	}
	if r.Remove {
		return ws
	}
	if !code.MatchString(r.Country) {
		add(fmt.Sprintf("country %q of %q", r.Country, r.ID), `use the two-letter code in capitals, as "GB"`)
	}
	for _, g := range r.Regions {
		if !region.MatchString(g) {
			add(fmt.Sprintf("region %q of %q", g, r.ID), `use the ISO 3166-2 code without the country, as "SCT"`)
		}
	}
	if (len(r.Regions) > 0) != (r.Place != "") {
		add(fmt.Sprintf("%q has only one of regions and place", r.ID), "say both, or neither for the whole country")
	}
	if len(r.Kinds) == 0 {
		add(fmt.Sprintf("%q helps with nothing", r.ID), "list kinds: "+list(support.Kinds))
	}
	for _, k := range r.Kinds {
		if !slices.Contains(support.Kinds, support.Kind(k)) {
			add(fmt.Sprintf("unknown kind %q of %q", k, r.ID), "one of "+list(support.Kinds))
		}
	}
	if !slices.Contains(support.Everyone, support.Serves(r.Serves)) {
		add(fmt.Sprintf("serves = %q of %q", r.Serves, r.ID), "one of "+list(support.Everyone))
	}
	if r.Name == "" {
		add(fmt.Sprintf("%q has no name", r.ID), "write the name people know it by")
	}
	if len(r.Contacts) == 0 {
		add(fmt.Sprintf("%q can not be reached", r.ID), `contacts = [{ by = "call", at = "116 123" }]`)
	}
	for _, c := range r.Contacts {
		if !slices.Contains(support.Channels, support.Channel(c.By)) {
			add(fmt.Sprintf("unknown channel %q of %q", c.By, r.ID), "one of "+list(support.Channels))
		}
		if c.At == "" {
			add(fmt.Sprintf("a contact of %q without at", r.ID), "write the number or address as one types it")
		}
		if c.Say != "" && c.By != string(support.Text) {
			add(fmt.Sprintf("say = %q of %q", c.Say, r.ID), `say is the word to text; it needs by = "text"`)
		}
	}
	if r.Hours != "" && !hours.MatchString(r.Hours) {
		add(fmt.Sprintf("hours = %q of %q", r.Hours, r.ID), `write "24/7" or "Mo-Th 08:00-20:00; Fr 08:00-15:00"`)
	}
	return append(ws, sourced(r.ID, r.Sources, r.Status, r.Seen)...)
}

func (r countryRow) wrong() (ws [][2]string) {
	if !code.MatchString(r.Code) {
		ws = append(ws, [2]string{fmt.Sprintf("country code %q", r.Code), `use the two-letter code in capitals, as "GB"`})
	}
	if r.Remove {
		return ws
	}
	if r.Emergency+r.Police+r.Ambulance == "" {
		ws = append(ws, [2]string{fmt.Sprintf("%q has no number", r.Code), "say emergency, police or ambulance"})
	}
	return append(ws, sourced(r.Code, r.Sources, r.Status, r.Seen)...)
}

// sourced asks of every row where it is from and since when.
func sourced(id string, sources []string, status, seen string) (ws [][2]string) {
	if len(sources) == 0 {
		ws = append(ws, [2]string{fmt.Sprintf("%q has no source", id), "add the address of the page that says so"})
	}
	if status != "verified-1" && status != "verified-2" {
		ws = append(ws, [2]string{fmt.Sprintf("status = %q of %q", status, id), `"verified-1" for the service's own or an official page, "verified-2" for any other`})
	}
	if _, ok := support.Seen(seen).Time(); !ok {
		ws = append(ws, [2]string{fmt.Sprintf("seen = %q of %q", seen, id), `write the date on which you saw it, as "2026-08-01"`})
	}
	return ws
}

func list[T ~string](all []T) string {
	var names []string
	for _, x := range all {
		names = append(names, string(x))
	}
	return strings.Join(names, ", ")
}
