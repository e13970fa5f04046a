package support

import (
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/dialog/care"
)

// echo says every key itself, with what it was filled with.
var echo = Words(func(key string) []string {
	for _, with := range []string{"{number}", "{police}", "{ambulance}", "{emergency}", "{at}", "{word}", "{age}", "{date}", "{n}"} {
		key += " " + with
	}
	return []string{key}
})

func finding(severity int, a care.About, cs ...care.Category) care.Finding {
	return care.Finding{Categories: cs, Severity: severity, About: a}
}

func TestEveryFindingHasAnAnswer(t *testing.T) {
	for c := care.SelfHarm; c <= care.Drop; c++ {
		for severity := -1; severity <= 5; severity++ {
			for about := care.Self; about <= care.Actor+1; about++ {
				a := Compose(echo, book, finding(severity, about, c), Place{})
				if !strings.HasPrefix(a.First, "care."+c.String()+".") || len(a.Buttons) == 0 {
					t.Errorf("%s %d %d: %q, %d buttons", c, severity, about, a.First, len(a.Buttons))
				}
			}
		}
	}
}

func TestBenignIsNobodysBusiness(t *testing.T) {
	if a := Compose(echo, book, care.Finding{}, Place{}); a.Text() != "" || len(a.Buttons) > 0 {
		t.Errorf("got %q", a.Text())
	}
}

func TestTheOrderOfAnAnswer(t *testing.T) {
	a := Answer{First: "1", Step: "2", Silent: "3", More: "4", Also: "5", Resources: []string{"6", "7"}, Limits: "8", Ask: "9"}
	if got, want := a.Text(), "1\n\n2\n\n3\n\n4\n\n5\n\n6\n7\n\n8\n\n9"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnUnclearAgeIsAskedAndNothingElse(t *testing.T) {
	for about, ask := range map[care.About]string{care.Self: "care.ask.age", care.Other: "care.ask.ages", care.Actor: "care.ask.ages"} {
		a := Compose(echo, book, finding(1, about, care.Minor), Place{Country: "AA"})
		if a.Step+a.More+a.Limits != "" || len(a.Resources) > 0 || !strings.HasPrefix(a.Ask, ask+" ") {
			t.Errorf("%s: %+v", about, a)
		}
		for _, b := range a.Buttons {
			if !b.Reply {
				t.Errorf("%s: button %s leads past the question", about, b.ID)
			}
		}
	}
}

func TestTheNumberThatFits(t *testing.T) {
	b := Book{Countries: []Country{{Code: "AA", Emergency: "1"}, {Code: "BB", Police: "2", Ambulance: "3"}, {Code: "CC", Police: "4"}}}
	for _, tt := range []struct {
		country string
		c       care.Category
		want    string
	}{
		{"AA", care.Violence, "care.emergency.number 1"},
		{"BB", care.Violence, "care.emergency.both {number} 2 3"},
		{"CC", care.Violence, "care.emergency.police 4"},
		{"BB", care.Medical, "care.emergency.ambulance 3"},
		{"BB", care.SelfHarm, "care.emergency.ambulance 3"},
		{"CC", care.Medical, "care.emergency.unknown"}, // the police are no ambulance
		{"DD", care.NonConsent, "care.emergency.unknown"},
	} {
		if got := echo.emergency(b.Country(tt.country), tt.c); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s %s: %q, want %q", tt.country, tt.c, got, tt.want)
		}
	}
}

func TestWritingToTheEmergencyNumber(t *testing.T) {
	b := Book{Countries: []Country{{Code: "AA", Emergency: "1", Silent: "2"}}}
	at := Place{Country: "AA"}
	if a := Compose(echo, b, finding(3, care.Self, care.Violence), at); !strings.HasPrefix(a.Silent, "care.silent 2") {
		t.Errorf("violence: %q", a.Silent)
	}
	for _, f := range []care.Finding{finding(3, care.Self, care.Medical), finding(3, care.Actor, care.Violence), finding(1, care.Self, care.Violence)} {
		if a := Compose(echo, b, f, at); a.Silent != "" {
			t.Errorf("%+v: %q", f, a.Silent)
		}
	}
	if a := Compose(echo, b, finding(3, care.Self, care.Violence), Place{}); a.Silent != "" {
		t.Errorf("unknown country: %q", a.Silent)
	}
}

func TestTwoThingsAtOnce(t *testing.T) {
	a := Compose(echo, book, finding(3, care.Self, care.NonConsent, care.SelfHarm), Place{Country: "AA"})
	if !strings.HasPrefix(a.Also, "care.also.selfharm") {
		t.Errorf("also = %q", a.Also)
	}
	if len(a.Resources) > 3 || !strings.HasPrefix(a.Resources[len(a.Resources)-1], "text") {
		t.Errorf("resources = %q", a.Resources)
	}
	a = Compose(echo, book, finding(3, care.Self, care.SelfHarm, care.Medical), Place{})
	if len(a.Resources) != 1 || !strings.HasPrefix(a.Also, "care.also.medical") {
		t.Errorf("unknown country: %q, %q", a.Also, a.Resources)
	}
}

func TestTheClocksAreOfferedWhereTheyMayRun(t *testing.T) {
	has := func(f care.Finding) bool {
		return slices.ContainsFunc(Compose(echo, book, f, Place{}).Buttons, func(b Button) bool { return b.ID == "windows" })
	}
	for _, f := range []care.Finding{finding(3, care.Self, care.NonConsent), finding(2, care.Other, care.NonConsent), finding(2, care.Self, care.Medical)} {
		if !has(f) {
			t.Errorf("%+v: no way to the clocks", f)
		}
	}
	for _, f := range []care.Finding{finding(1, care.Self, care.NonConsent), finding(3, care.Actor, care.NonConsent), finding(3, care.Self, care.Medical), finding(3, care.Self, care.SelfHarm), finding(3, care.Self, care.Minor)} {
		if has(f) {
			t.Errorf("%+v: offers the clocks", f)
		}
	}
}

func TestTheClockAlone(t *testing.T) {
	for about, row := range map[care.About]string{care.Self: "self", care.Other: "other", care.Actor: "self"} {
		a := Clock(echo, book, about, Place{})
		if !strings.HasPrefix(a.First, "care.medical.clock."+row+".first") || a.Buttons[0].ID != "windows" || len(a.Resources) != 3 || a.Limits == "" {
			t.Errorf("%s: %+v", about, a)
		}
	}
}

func TestALineOnOneLine(t *testing.T) {
	w := Words(func(key string) []string {
		s, ok := map[string]string{
			"care.serves.women": "for women", "care.serves.age": "from {age}", "care.seen": "seen {date}",
			"care.contact.text_word": "text {word} to {at}", "care.contact.call": "call {at}",
			"care.hours.Mo": "lun", "care.hours.Th": "jeu", "care.hours.Fr": "ven",
		}[key]
		if !ok {
			return nil
		}
		return []string{s}
	})
	l := Line{Name: "Help", Place: "North", Serves: Women, FromAge: 16, Hours: "Mo-Th 08:00-20:00; Fr 08:00-15:00", Seen: "2025-12",
		Contacts: []Contact{{By: Call, At: "1"}, {By: Text, At: "2", Say: "HI"}}}
	want := "Help (North), for women, from 16: text HI to 2 · call 1 · lun-jeu 08:00-20:00; ven 08:00-15:00 · seen 2025-12"
	if got := w.Line(l); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestStale(t *testing.T) {
	b := Book{
		Countries: []Country{{Code: "AA", Seen: "2020"}},
		Lines:     []Line{{ID: "fresh", Seen: "2026-01-02"}, {ID: "old", Seen: "2026-01-01"}, {ID: "broken", Seen: "soon"}, {ID: "older", Seen: "2025-12"}},
	}
	var got []string
	for _, e := range b.Stale(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)) {
		got = append(got, e.ID)
	}
	if want := []string{"broken", "AA", "older", "old"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
