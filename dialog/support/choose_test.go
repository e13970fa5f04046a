package support

import (
	"slices"
	"testing"

	"afterglow/dialog/care"
)

func ids(ls []Line) []string {
	var out []string
	for _, l := range ls {
		out = append(out, l.ID)
	}
	return out
}

func line(id, country string, serves Serves, by Channel, kinds ...Kind) Line {
	return Line{ID: id, Country: country, Kinds: kinds, Serves: serves, Name: id, Contacts: []Contact{{By: by, At: "1"}}, Seen: "2026"}
}

func in(l Line, region, place string) Line {
	l.Regions, l.Place = []string{region}, place
	return l
}

var book = Book{Lines: []Line{
	line("women", "AA", Women, Chat, NonConsent, Violence),
	line("men", "AA", Men, Call, Violence),
	line("lgbt", "AA", LGBT, Call, Violence),
	line("voice", "AA", All, Call, SelfHarm),
	line("text", "AA", All, Text, SelfHarm),
	in(line("north", "AA", All, Chat, NonConsent), "N", "North"),
	line("exam", "AA", All, Call, Medical),
	line("change", "AA", All, Web, Behaviour),
	line("only-women", "BB", Women, Call, Violence),
	line("who-knows", "BB", Unstated, Call, NonConsent),
}}

func TestChoose(t *testing.T) {
	for _, tt := range []struct {
		name      string
		at        Place
		c         care.Category
		about     care.About
		limit     int
		want      []string
		directory bool
	}{
		{"writing comes before speaking", Place{Country: "AA"}, care.SelfHarm, care.Self, 3, []string{"text", "voice"}, false},
		{"women, men and LGBT+ people each have theirs", Place{Country: "AA"}, care.Violence, care.Self, 3, []string{"women", "men", "lgbt"}, false},
		{"cut short, the directory takes the last place", Place{Country: "AA"}, care.Violence, care.Self, 2, []string{"women"}, true},
		{"an unknown region: the line for all may be elsewhere", Place{Country: "AA"}, care.NonConsent, care.Self, 3, []string{"north", "women"}, true},
		{"a known region makes its line count", Place{"AA", "N"}, care.NonConsent, care.Self, 2, []string{"north", "women"}, false},
		{"another region does not see it", Place{"AA", "S"}, care.NonConsent, care.Self, 1, nil, true},
		{"for who did harm", Place{Country: "AA"}, care.Violence, care.Actor, 3, []string{"change", "text", "voice"}, false},
		{"never a women's line alone", Place{Country: "BB"}, care.Violence, care.Self, 3, []string{"only-women"}, true},
		{"nor one that may be", Place{Country: "BB"}, care.NonConsent, care.Self, 3, []string{"who-knows"}, true},
		{"room for one, and it would be unfair: the directory", Place{Country: "BB"}, care.Violence, care.Self, 1, nil, true},
		{"a country without anything", Place{Country: "ZZ"}, care.SelfHarm, care.Self, 3, nil, true},
		{"no country", Place{}, care.SelfHarm, care.Self, 3, nil, true},
		{"no room", Place{Country: "AA"}, care.SelfHarm, care.Self, 0, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := book.Choose(tt.at, tt.c, tt.about, tt.limit)
			if !slices.Equal(ids(got.Lines), tt.want) || got.Directory != tt.directory {
				t.Errorf("got %v, directory %v; want %v, %v", ids(got.Lines), got.Directory, tt.want, tt.directory)
			}
		})
	}
}

func TestSilenceAboutTheCountryIsNoCountry(t *testing.T) {
	b := Book{Lines: []Line{line("nowhere", "", All, Call, SelfHarm)}, Countries: []Country{{Emergency: "1"}}}
	if got := b.Choose(Place{}, care.SelfHarm, care.Self, 3); len(got.Lines) > 0 {
		t.Errorf("offered %v to somebody whose country is unknown", ids(got.Lines))
	}
	if got := b.Country(""); got.Emergency != "" {
		t.Errorf("named the number %q to somebody whose country is unknown", got.Emergency)
	}
}
