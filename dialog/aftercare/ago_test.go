package aftercare

import (
	"fmt"
	"testing"
	"time"
)

// How long ago it was at most and at least, in hours, said on a Thursday at 20:00.
func TestReadAgo(t *testing.T) {
	now := time.Date(2026, time.November, 26, 20, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2 days ago":               "68 44",
		"3 days ago":               "92 68",
		"5 days ago":               "140 116",
		"2 days":                   "68 44",
		"two days ago":             "68 44",
		"3 days":                   "92 68",
		"2d":                       "68 44",
		"about 30 hours ago":       "30 30",
		"30h":                      "30 30",
		"70 hrs":                   "70 70",
		"72 hours ago":             "72 72",
		"an hour ago":              "1 1",
		"1 hour ago":               "1 1",
		"half an hour ago":         "1.5 1",
		"an hour and a half":       "1.5 1",
		"20 minutes ago":           "0.3 0.3",
		"a couple of hours ago":    "3 2",
		"a few days ago":           "164 44",
		"not sure, 2 or 3 days":    "92 44",
		"2 or 3 days ago":          "92 44",
		"24-48 hours":              "48 24",
		"3+ days":                  "812 68",
		"more than 2 days":         "788 44",
		"less than 2 days ago":     "68 0",
		"in the last 2 days":       "68 0",
		"2 days and 20 hours ago":  "88 20",
		"2 days ago at 11pm":       "68 44",
		"last night around 2":      "27 15",
		"last night":               "27 15",
		"yesterday evening":        "27 15",
		"yesterday":                "44 20",
		"yesterday at 10pm":        "44 20",
		"the day before yesterday": "68 44",
		"night before last":        "51 39",
		"this morning":             "20 0",
		"monday":                   "92 63",
		"monday night":             "92 63",
		"on monday i think":        "92 63",
		"last monday":              "260 63",
		"thursday":                 "188 0",
		"a week ago":               "188 164",
		"last week":                "356 0",
		"9999 years ago":           "8804 8780",

		"hace 2 días":       "68 44",
		"hace dos días":     "68 44",
		"hace 30 horas":     "30 30",
		"anoche":            "27 15",
		"anteayer":          "68 44",
		"la semana pasada":  "356 0",
		"gestern abend":     "27 15",
		"gestern um 22 Uhr": "44 20",
		"vor 30 stunden":    "30 30",
		"vor zwei Tagen":    "68 44",
		"vorgestern":        "68 44",
		"il y a 2 jours":    "68 44",
		"hier soir":         "27 15",
		"hier à 22h":        "44 20",
		"avant-hier":        "68 44",
		"il y a une heure":  "1 1",
		"ontem à noite":     "27 15",
		"há 2 dias":         "68 44",
		"faz 3 dias":        "92 68",
		"segunda-feira":     "92 63",

		"4": "?", "30": "?", "about 30": "?", "2 30": "?", "": "?", "???": "?",
		"not monday": "?", "in 2 days": "?", "tomorrow": "?", "before yesterday": "?", "days ago": "?", "week": "?",
		"my period is 3 days late": "?", "3 days 70": "?", "a long time ago": "?",
	} {
		got := "?"
		if s, ok := readAgo(text, now, "UTC"); ok {
			got = fmt.Sprint(round(s.longest), " ", round(s.shortest))
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func round(d time.Duration) float64 { return float64(d/(6*time.Minute)) / 10 }

// Whoever is still awake means the day that has just ended as well; and without a
// zone nobody knows what day it is for them.
func TestSaidAgoTakesTheEarlier(t *testing.T) {
	for _, c := range []struct{ now, option, text, zone, want string }{
		{"2026-11-26T02:00:00Z", "today", "", "UTC", "26 0"},
		{"2026-11-26T02:00:00Z", "yesterday", "", "UTC", "50 2"},
		{"2026-11-26T02:00:00Z", "said", "last night", "UTC", "33 0"},
		{"2026-11-26T02:00:00Z", "said", "monday", "UTC", "74 45"},
		{"2026-11-26T20:00:00Z", "night", "", "UTC", "27 15"},
		{"2026-11-26T20:00:00Z", "two", "", "UTC", "68 44"},
		{"2026-11-26T20:00:00Z", "three", "", "UTC", "92 68"},
		{"2026-11-26T20:00:00Z", "five", "", "UTC", "140 92"},
		{"2026-11-26T20:00:00Z", "two", "", "", "76 24"},
		{"2026-11-26T20:00:00Z", "said", "30h", "", "30 30"},
		{"2026-10-25T20:00:00Z", "said", "yesterday", "Europe/London", "45 21"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		s, ok := saidAgo(c.option, c.text, now, c.zone)
		if got := fmt.Sprint(round(s.longest), " ", round(s.shortest)); !ok || got != c.want {
			t.Errorf("%s %s%q in %q: %s, want %s", c.now, c.option, c.text, c.zone, got, c.want)
		}
	}
}
