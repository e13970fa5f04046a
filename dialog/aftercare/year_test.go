package aftercare_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
	"afterglow/dialog/neutral"
	"afterglow/prompts"
)

var yearZones = []string{"Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe"}

// yearScript is the real bot that reads the times this test types, and the filter it uses.
func yearScript(t testing.TB, change ...func(*aftercare.Content)) (*dialog.Script, *neutral.Filter) {
	t.Helper()
	book, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	content, err := book.Content()
	if err != nil {
		t.Fatal(err)
	}
	content.ReadTime = readTime
	codes(&content)
	for _, do := range change {
		do(&content)
	}
	s, err := aftercare.New(content)
	if err != nil {
		t.Fatal(err)
	}
	return s, neutral.New(book.Stems)
}

// year lets people live and returns what was wrong, the seeds named, and the counts.
func year(script *dialog.Script, filter *neutral.Filter, people int, bent func(*soul)) (wrong []string, counts map[string]int) {
	from, to := time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC), time.Date(2027, 1, 3, 9, 0, 0, 0, time.UTC)
	counts = map[string]int{}
	var mu sync.Mutex
	var wait sync.WaitGroup
	seeds := make(chan uint64)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			mine := map[string]int{}
			for seed := range seeds {
				s := newSoul(script, seed, yearZones, from, to)
				s.bent = bent
				s.live()
				mine["events"] += s.events
				faults := judge(s.log, filter, to, mine)
				if s.fault != "" {
					faults = append(faults, s.fault)
				}
				mu.Lock()
				for _, f := range faults {
					wrong = append(wrong, fmt.Sprintf("person %d: %s", seed, f))
				}
				mu.Unlock()
			}
			mu.Lock()
			defer mu.Unlock()
			for k, n := range mine {
				counts[k] += n
			}
		})
	}
	for seed := range uint64(people) {
		seeds <- seed + 1
	}
	close(seeds)
	wait.Wait()
	slices.Sort(wrong)
	return wrong, counts
}

// doubtful is what a witness can not always tell: whether a ceiling was reached
// at the minute at which a late host looked, and whether a silence ended before or
// after a word of the person. One in a hundred people may leave such a doubt.
var doubtful = []string{"never came", "silenced, though", "after two encounters"}

// A thousand people live through a year, and whatever comes to them unasked is
// held against what they were promised.
func TestYear(t *testing.T) {
	people := 1000
	if testing.Short() {
		people = 60
	}
	script, filter := yearScript(t)
	all, counts := year(script, filter, people, nil)
	var wrong, unsure []string
	for _, w := range all {
		if slices.ContainsFunc(doubtful, func(d string) bool { return strings.Contains(w, d) }) {
			unsure = append(unsure, w)
		} else {
			wrong = append(wrong, w)
		}
	}
	if len(unsure) > people/100 {
		wrong = append(wrong, unsure...)
	}
	for i, w := range wrong {
		if i == 40 {
			t.Errorf("and %d more", len(wrong)-i)
			break
		}
		t.Error(w)
	}
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, "\n%8d  %s", counts[key], key)
	}
	t.Logf("%d people, a year; %d times the witness could not tell:%s", people, len(unsure), b.String())
}

// The oracle has to notice when the bot breaks its word. Each of these breaks one
// thing, and the year has to find it.
func TestYearCatches(t *testing.T) {
	for _, broken := range []struct {
		name, says string
		with       func(*dialog.Script)
		each       func(*soul)
	}{
		{name: "quiet hours, ceilings, pauses and all else ignored", says: "in quiet hours", with: func(s *dialog.Script) {
			s.Unasked = nil
			s.Timers["nudge"] = func(t *dialog.Turn, tm dialog.Timer) {
				if !strings.HasPrefix(tm.Note, "silence") {
					t.Wait("nudge", tm.Note, time.Time{})
				}
			}
		}, each: shift(9 * time.Hour)},
		{name: "what is on its way is not taken back", says: "came after", with: func(s *dialog.Script) { s.Unasked = nil }},
		{name: "all comes an hour early", says: "agreed was", each: shift(-time.Hour)},
		{name: "all comes three days late", says: "never came", each: shift(72 * time.Hour)},
		{name: "all is forgotten", says: "never came", with: func(s *dialog.Script) {
			s.Timers["nudge"] = func(*dialog.Turn, dialog.Timer) {}
		}},
		{name: "a pause is not kept", says: "came after pause", with: func(s *dialog.Script) { s.Actions["pause.save"] = func(*dialog.Turn) {} }},
		{name: "an agreed time is not planned", says: "nothing is planned", with: func(s *dialog.Script) { s.Actions["after.plan"] = func(*dialog.Turn) {} }},
		{name: "silence is not heard", says: "after two encounters without an answer", with: func(s *dialog.Script) {
			ring := s.Timers["nudge"]
			s.Timers["nudge"] = func(t *dialog.Turn, tm dialog.Timer) {
				if !strings.HasPrefix(tm.Note, "silence") {
					ring(t, tm)
				}
			}
		}},
		{name: "a line that hints", says: "does not pass", with: func(s *dialog.Script) {
			s.Values["nudge_line"] = func(*dialog.Turn) string { return "How was last night?" }
		}},
		{name: "a word is told at any hour", says: "word came at", with: pushy},
		{name: "a word is told as often as it comes", says: "word is number 2 of the day", with: pushy},
		{name: "a week has no end", says: "word is number 4 in seven days", with: pushy},
		{name: "a word takes the room of check-ins", says: "leaves no room", with: pushy},
		{name: "a word does not mind a pause", says: "word came after pause", with: pushy},
		{name: "a word does not mind what was hard", says: "word came after hold", with: pushy},
		{name: "a word is told after it was read", says: "a word, and nothing is there", with: pushy},
		{name: "a word is told again the next day", says: "a second word for the same thing", with: func(s *dialog.Script) {
			may := s.Unasked
			s.Unasked = func(t *dialog.Turn, r *dialog.Run, e *dialog.Entry) bool {
				ok := may(t, r, e)
				if ok && strings.HasPrefix(r.Note, "word:") {
					t.State.SetTimer(dialog.Timer{Name: "word", Wall: dialog.Wall(t.Now, t.State.Zone).Add(24 * time.Hour)})
				}
				return ok
			}
		}},
		{name: "a word is told to nobody", says: "a word (kind)", with: func(s *dialog.Script) {
			s.Timers["word"] = func(*dialog.Turn, dialog.Timer) {}
		}},
		{name: "a word that has to wait is lost", says: "a word (", with: func(s *dialog.Script) {
			ring, may := s.Timers["word"], s.Unasked
			s.Timers["word"] = func(t *dialog.Turn, tm dialog.Timer) {
				ring(t, tm)
				t.State.StopTimer("word", "")
			}
			s.Unasked = func(t *dialog.Turn, r *dialog.Run, e *dialog.Entry) bool {
				defer t.State.StopTimer("word", "")
				return may(t, r, e)
			}
		}},
		{name: "a word that was put off is forgotten", says: "a word was put off", with: func(s *dialog.Script) {
			ring := s.Timers["word"]
			s.Timers["word"] = func(t *dialog.Turn, tm dialog.Timer) {
				if tm.Count == 0 {
					ring(t, tm)
				}
			}
		}},
	} {
		t.Run(broken.name, func(t *testing.T) {
			script, filter := yearScript(t)
			if broken.with != nil {
				broken.with(script)
			}
			wrong, _ := year(script, filter, 12, broken.each)
			if !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, broken.says) }) {
				t.Errorf("nobody noticed; found were %d other faults", len(wrong))
			}
		})
	}
}

// pushy tells of every word at once, whatever forbids it.
func pushy(s *dialog.Script) {
	s.Timers["word"] = func(t *dialog.Turn, tm dialog.Timer) {
		t.Wait("nudge", "word:"+fmt.Sprint(t.Rand(1<<20)), time.Time{})
	}
	may := s.Unasked
	s.Unasked = func(t *dialog.Turn, r *dialog.Run, e *dialog.Entry) bool {
		return strings.HasPrefix(r.Note, "word:") || may(t, r, e)
	}
}

// shift moves whatever is newly planned, behind the bot's back.
func shift(by time.Duration) func(*soul) {
	return func(s *soul) {
		for i := range s.state.Timers {
			if t := &s.state.Timers[i]; t.Name == "nudge" && !s.moved[t.Note] {
				s.moved[t.Note] = true
				t.Wall, t.Latest = t.Wall.Add(by), t.Latest.Add(30*24*time.Hour)
			}
		}
		s.blob = s.state.Encode()
	}
}
