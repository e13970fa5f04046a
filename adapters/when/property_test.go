package when

import (
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// scraps are what the properties build texts of: words of every class and
// language, numbers in every shape, and noise.
func scraps() []string {
	out := []string{"9", "21h30", "9:30pm", "3.12.", "12/3", "2026-12-03", "0", "24", "99", "1,5", "h", "👎", "xyzzy", "in", "am", "-5"}
	for _, name := range names {
		v := loaded()[name]
		n := 0
		for _, m := range []class{aNumber, aDay, aWeekday, aShortDay, aMonth, aPart, aPartToday, aUnit, aSpan, isAndHalf, isHalf, isPast, isTo, isAt, isIn, isHence, isOClock, isNo, isNow, isNotNow, isSameTime, isNextWeek, isNext, aFeast} {
			for phrase := range v.phrases {
				if v.phrases[phrase][0].class == m {
					out = append(out, phrase)
					if n++; n%12 == 0 {
						break
					}
				}
			}
		}
	}
	return out
}

var zones = []string{"Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}

// drawNow draws a moment with a zone, half of them within a day of a change of the clocks.
func drawNow(t *rapid.T) time.Time {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(rapid.Int64Range(1_000_000_000, 2_500_000_000).Draw(t, "now"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).In(zone)
	if _, change := now.ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near") {
		now = change.Add(time.Duration(rapid.Int64Range(-26*3600, 3*3600).Draw(t, "off")) * time.Second).In(zone)
	}
	return now
}

func TestProperties(t *testing.T) {
	words := rapid.SampledFrom(scraps())
	rapid.Check(t, func(t *rapid.T) {
		now := drawNow(t)
		text := strings.Join(rapid.SliceOfN(words, 1, 6).Draw(t, "text"), " ")
		var langs []string
		if rapid.Bool().Draw(t, "hinted") {
			langs = []string{rapid.SampledFrom(names).Draw(t, "lang")}
		}
		a := Read(text, now, langs...)
		if b := Read(text, now, langs...); a != b {
			t.Fatalf("the same question, two answers: %v, %v", a, b)
		}
		check(t, a, now)
	})
}

// check holds for every answer.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, a Answer, now time.Time) {
	t.Helper()
	if a.Kind != At {
		if !a.At.IsZero() {
			t.Fatalf("%v carries a time", a)
		}
		return
	}
	if a.At.Before(now) {
		t.Fatalf("%v is before %v", a.At, now)
	}
	if a.At.After(now.Add(Horizon)) {
		t.Fatalf("%v is beyond the horizon of %v", a.At, now)
	}
	if a.At.Location() != now.Location() {
		t.Fatalf("zone is %v, want %v", a.At.Location(), now.Location())
	}
}

// Whatever is said of a time, "not" before it never becomes that time.
func TestRefusalsNeverSchedule(t *testing.T) {
	refusals := map[string][]string{
		"en": {"not %", "don't ask me %", "no, not %", "never %", "anything but %", "% is not possible", "i can't %", "please don't write %", "%? no", "stop writing %"},
		"es": {"no %", "% no", "no me escribas %", "nunca %", "% no puedo", "menos %", "ni %", "% imposible"},
		"de": {"nicht %", "% nicht", "bitte nicht %", "nie %", "% kann ich nicht", "kein Kontakt %", "außer %", "% geht nicht"},
		"fr": {"pas %", "% non", "ne m'écris pas %", "jamais %", "% je ne peux pas", "sauf %", "% c'est impossible"},
		"pt": {"não %", "% não", "não me chame %", "nunca %", "% não posso", "menos %", "nem %", "% é impossível"},
	}
	times := map[string][]string{
		"en": {"tomorrow", "tomorrow evening", "on friday at 9pm", "in 20 minutes", "half eight tomorrow evening", "on 3 dec"},
		"es": {"mañana", "mañana por la noche", "el viernes a las 21h", "en 20 minutos", "el 3 de diciembre"},
		"de": {"morgen", "morgen Abend", "am Freitag um 21 Uhr", "in 20 Minuten", "am 3. Dezember"},
		"fr": {"demain", "demain soir", "vendredi à 21h", "dans 20 minutes", "le 3 décembre"},
		"pt": {"amanhã", "amanhã à noite", "sexta às 21h", "daqui a 20 minutos", "dia 3 de dezembro"},
	}
	now := time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC)
	for lang, frames := range refusals {
		for _, moment := range times[lang] {
			if a := Read(moment, now, lang); a.Kind != At {
				t.Errorf("%q: got %s, want a time", moment, say(a))
			}
			for _, frame := range frames {
				text := strings.ReplaceAll(frame, "%", moment)
				for _, hints := range [][]string{{lang}, nil} {
					if a := Read(text, now, hints...); a.Kind == At {
						t.Errorf("%q (hints %v): declined, got %s", text, hints, say(a))
					}
				}
			}
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	set := labels(t, "dev.tsv")
	want := make([]Answer, len(set))
	for i, l := range set {
		want[i] = l.read()
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i, l := range set {
				if got := l.read(); got != want[i] {
					t.Errorf("%q: got %v, want %v", l.text, got, want[i])
				}
			}
		})
	}
	all.Wait()
}

func FuzzRead(f *testing.F) {
	for _, l := range labels(f, "dev.tsv") {
		f.Add(l.text, l.now.Unix(), l.lang)
	}
	zone, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, unix int64, lang string) {
		for _, now := range []time.Time{time.Unix(unix, 0).In(zone), time.Unix(unix%4_000_000_000, 0).UTC()} {
			a := Read(text, now, lang)
			if year := now.Year(); year > 0 && year < 9999 {
				check(t, a, now)
			}
		}
	})
}
