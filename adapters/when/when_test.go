package when

import (
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, zone, local string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	out, err := time.ParseInLocation("2006-01-02 15:04", local, loc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Planned times are local wall times; one that the clocks skip moves to the
// first that exists, one that they show twice is the first still to come.
func TestClockChanges(t *testing.T) {
	for _, c := range []struct{ zone, now, text, want string }{
		{"Europe/London", "2026-03-28 12:00", "tomorrow at 1:30am", "2026-03-29T02:00:00+01:00"},
		{"Europe/London", "2026-03-28 12:00", "tomorrow at 9am", "2026-03-29T09:00:00+01:00"},
		{"Europe/London", "2026-03-28 22:00", "in 5 hours", "2026-03-29T04:00:00+01:00"},
		{"Europe/London", "2026-03-28 15:00", "in two days", "2026-03-30T15:00:00+01:00"},
		{"Europe/London", "2026-10-24 12:00", "tomorrow at 1:30am", "2026-10-25T01:30:00+01:00"},
		{"Europe/London", "2026-10-24 23:30", "in 2 hours", "2026-10-25T01:30:00+01:00"},
		{"Europe/London", "2026-10-24 23:30", "in 3 hours", "2026-10-25T01:30:00Z"},
		{"Europe/London", "2026-10-24 12:00", "tomorrow evening", "2026-10-25T20:00:00Z"},
		{"America/New_York", "2026-03-07 12:00", "tomorrow at 2:15 am", "2026-03-08T03:00:00-04:00"},
		{"America/New_York", "2026-03-07 12:00", "tomorrow at 3 am", "2026-03-08T03:00:00-04:00"},
		{"America/New_York", "2026-10-31 12:00", "tomorrow at 1:30 am", "2026-11-01T01:30:00-04:00"},
		{"America/Sao_Paulo", "2018-11-03 12:00", "amanhã às 00:15", "2018-11-04T01:00:00-02:00"},
		{"America/Sao_Paulo", "2018-11-03 12:00", "meia-noite", "2018-11-04T01:00:00-02:00"},
		{"America/Sao_Paulo", "2018-02-17 12:00", "23:30", "2018-02-17T23:30:00-02:00"},
		{"America/Sao_Paulo", "2026-11-25 12:00", "amanhã à noite", "2026-11-26T20:00:00-03:00"},
		{"Asia/Kathmandu", "2026-11-25 23:50", "in 20 min", "2026-11-26T00:10:00+05:45"},
		{"Asia/Kathmandu", "2026-11-25 12:00", "tomorrow morning", "2026-11-26T09:00:00+05:45"},
		{"Australia/Lord_Howe", "2026-10-03 12:00", "tomorrow at 2:15am", "2026-10-04T02:30:00+11:00"},
		{"Australia/Lord_Howe", "2026-10-03 12:00", "tomorrow at 2:30am", "2026-10-04T02:30:00+11:00"},
		{"Australia/Lord_Howe", "2026-04-04 12:00", "tomorrow at 1:45am", "2026-04-05T01:45:00+11:00"},
		{"Australia/Lord_Howe", "2026-04-04 12:00", "in a day", "2026-04-05T12:00:00+10:30"},
	} {
		if got := say(Read(c.text, at(t, c.zone, c.now))); got != c.want {
			t.Errorf("%s %s %q: got %s, want %s", c.zone, c.now, c.text, got, c.want)
		}
	}
}

// The second showing of an hour is taken when the first has passed.
func TestHourShownTwice(t *testing.T) {
	now := at(t, "Europe/London", "2026-10-25 00:00").Add(105 * time.Minute) // 01:45 BST
	if got, want := say(Read("1:30am", now)), "2026-10-25T01:30:00Z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What a bare hour means depends on when it is said.
func TestBareHours(t *testing.T) {
	for _, c := range []struct{ now, lang, text, want string }{
		{"2026-11-25 15:00", "en", "at 9", "2026-11-25T21:00:00Z"},
		{"2026-11-25 22:00", "en", "at 9", "2026-11-26T09:00:00Z"},
		{"2026-11-25 08:00", "en", "at 9", "2026-11-25T09:00:00Z"},
		{"2026-11-25 15:00", "en", "9", "ASK"},
		{"2026-11-25 15:00", "en", "at 3", "ASK"},
		{"2026-11-25 14:00", "en", "at 3", "2026-11-25T15:00:00Z"},
		{"2026-11-25 15:00", "en", "tomorrow at 9", "ASK"},
		{"2026-11-25 15:00", "en", "tomorrow at 4", "2026-11-26T16:00:00Z"},
		{"2026-11-25 15:00", "de", "morgen um 9 Uhr", "2026-11-26T09:00:00Z"},
		{"2026-11-25 08:00", "de", "um 9 Uhr", "2026-11-25T09:00:00Z"},
		{"2026-11-25 15:00", "de", "um 9 Uhr", "ASK"},
		{"2026-11-25 22:00", "de", "um 9 Uhr", "2026-11-26T09:00:00Z"},
		{"2026-11-25 18:40", "de", "halb acht", "2026-11-25T19:30:00Z"},
		{"2026-11-25 18:40", "en", "half eight", "2026-11-25T20:30:00Z"},
	} {
		if got := say(Read(c.text, at(t, "UTC", c.now), c.lang)); got != c.want {
			t.Errorf("%s %q: got %s, want %s", c.now, c.text, got, c.want)
		}
	}
}

// After midnight "tomorrow" may be the day that has begun.
func TestSmallHours(t *testing.T) {
	now := at(t, "UTC", "2026-11-26 01:30")
	for text, want := range map[string]string{
		"tomorrow morning":  "ASK",
		"in the morning":    "2026-11-26T09:00:00Z",
		"tonight at 3":      "2026-11-26T03:00:00Z",
		"tonight":           "2026-11-26T20:00:00Z",
		"on friday evening": "2026-11-27T20:00:00Z",
	} {
		if got := say(Read(text, now, "en")); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestHints(t *testing.T) {
	now := at(t, "UTC", "2026-11-25 15:00")
	for _, c := range []struct {
		text string
		want string
		hint []string
	}{
		{"no domingo", "2026-11-29T09:00:00Z", []string{"pt-BR"}},
		{"no domingo", "ASK", []string{"es"}},
		{"no domingo", "ASK", nil},
		{"3/12", "ASK", []string{"en", "es"}},
		{"3/12", "2026-12-03T09:00:00Z", []string{"es", "en"}},
		{"3/12", "2026-12-03T09:00:00Z", []string{"ru", "FR_ca"}},
		{"3/12", "ASK", []string{"ru"}},
		{"morgen Abend", "2026-11-26T20:00:00Z", []string{"en"}},
		{"not mañana", "ASK", []string{"es"}},
		{"mañana nicht", "ASK", []string{"es"}},
		{"no", "NONE", nil},
		{"ja", "ASK", nil},
		{"ya", "ASK", nil},
		{"ya", "2026-11-25T15:00:00Z", []string{"es"}},
		{"Mon", "2026-11-30T09:00:00Z", nil},
	} {
		if got := say(Read(c.text, now, c.hint...)); got != c.want {
			t.Errorf("%q, hints %v: got %s, want %s", c.text, c.hint, got, c.want)
		}
	}
}

// Nobody's typing makes Read slow, and a story is no answer.
func TestLongTexts(t *testing.T) {
	now := at(t, "UTC", "2026-11-25 15:00")
	spaces := strings.Repeat(" ", 500)
	for text, want := range map[string]string{
		"tomorrow morning" + spaces:                         "2026-11-26T09:00:00Z",
		"tomorrow morning" + spaces + "but please not then": "ASK",
		strings.Repeat("a", 1_000_000):                      "ASK",
		strings.Repeat("in 5 min ", 100_000):                "ASK",
		strings.Repeat("9:", 100_000):                       "ASK",
		"":                                                  "ASK",
		"\x00\xff\xfe":                                      "ASK",
		"tomorrow\x00evening":                               "2026-11-26T20:00:00Z",
	} {
		if got := say(Read(text, now)); got != want {
			t.Errorf("%.40q: got %s, want %s", text, got, want)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	now := time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC)
	for name, text := range map[string]string{
		"short": "fri 9pm",
		"long":  "could you ask me tomorrow around nine in the evening please",
		"worst": strings.Repeat("tomorow ", 25),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Read(text, now)
			}
		})
	}
}

// The words are read once, at the first question.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, name := range names {
			if _, err := load(name); err != nil {
				b.Fatal(err)
			}
		}
	}
}
