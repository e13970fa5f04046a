package aftercare_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// BenchmarkStep is one tap in a check-in, from bytes to bytes: decode, step,
// encode, with 0, 50 and 500 check-ins behind the person. BenchmarkFloor is the
// floor: a bare machine that answers the same taps by a switch and decodes and
// encodes the same content with encoding/json.
func BenchmarkStep(b *testing.B) {
	for _, n := range []int{0, 50, 500} {
		b.Run(fmt.Sprintf("checkins=%d", n), func(b *testing.B) {
			s := script(b)
			blob, press := tapper(b, s, n)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				ev := dialog.Event{ID: fmt.Sprint(i), Person: "test:p", Kind: dialog.Press, Data: press[i%2]}
				next, out, err := s.Apply(blob, "test:p", 1, ev, start.Add(time.Duration(i)*time.Second))
				if err != nil || len(out.Deliver) != 1 {
					b.Fatal(err, len(out.Deliver))
				}
				_ = next
			}
			b.ReportMetric(float64(len(blob)), "state-B")
		})
	}
}

func BenchmarkFloor(b *testing.B) {
	for _, n := range []int{0, 50, 500} {
		b.Run(fmt.Sprintf("checkins=%d", n), func(b *testing.B) {
			s := script(b)
			blob, _ := tapper(b, s, n)
			state, err := dialog.DecodeState(blob)
			if err != nil {
				b.Fatal(err)
			}
			data, err := json.Marshal(bareOf(state))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				var m bare
				if err := json.Unmarshal(data, &m); err != nil {
					b.Fatal(err)
				}
				if m.tap([]string{"bright", "mixed"}[i%2], fmt.Sprint(i)) == "" {
					b.Fatal("no answer")
				}
				if _, err := json.Marshal(&m); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(data)), "state-B")
		})
	}
}

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// tapper is a settled person with n check-ins behind them, in the middle of
// another, and the data of two buttons under the open question.
func tapper(t testing.TB, s *dialog.Script, n int) ([]byte, [2]string) {
	v := &visitor{w: &walker{t: nil, script: s}, now: start}
	say := func(kind dialog.Kind, text string) {
		t.Helper()
		v.n++
		v.now = v.now.Add(time.Second)
		ev := dialog.Event{ID: fmt.Sprint("before ", v.n), Kind: kind, Text: text}
		if kind == dialog.Command {
			ev.Name, ev.Text = text, ""
		}
		if kind == dialog.Press {
			ev.Data, ev.Text = text, ""
		}
		next, out, err := s.Apply(v.blob, "test:p", 7, ev, v.now)
		if err != nil {
			t.Fatal(err)
		}
		v.blob = next
		for _, e := range out.Deliver {
			v.screen = e.Msg
			r := dialog.Receipt{Entry: e.ID, OK: true, Ref: dialog.Ref(fmt.Sprint(v.n))}
			if v.blob, _, err = s.Apply(v.blob, "test:p", 7, dialog.Event{Kind: dialog.Sent, Receipt: &r}, v.now); err != nil {
				t.Fatal(err)
			}
		}
	}
	say(dialog.Command, "start")
	for _, line := range []string{"yes", "agree", "Berlin", "needs", "any", "1,2,5", "done", "1,5", "done", "1,2", "done", "1,6", "done", "1", "done", "close", "later", "half", "at once", "yes", "quiet and far away", "tea"} {
		say(dialog.Text, line)
	}
	for range n {
		say(dialog.Command, "checkin")
		for _, line := range []string{"yes", "mixed", "tired, sore", "close, calm, sad", "rest", "quiet", "1,2,3 ", "done", "more of it, sooner", "a good evening, all in all", "mine", "no"} {
			say(dialog.Text, line)
		}
		v.now = v.now.Add(9 * time.Hour)
	}
	say(dialog.Command, "checkin")
	say(dialog.Text, "yes")
	bs := v.buttons()
	if len(bs) < 2 {
		t.Fatal("no question is open")
	}
	return v.blob, [2]string{bs[0].Data, bs[1].Data}
}

// bare is a conversation as somebody would write it down in a hurry.
type bare struct {
	Person, Lang, Zone string
	Step               string
	Answers            map[string][]string
	Seen               map[string]time.Time
	Timers             []dialog.Timer
	Outbox             []string
	Trail              []dialog.Trace
	Profile            *aftercare.Profile
	Journal            *aftercare.Journal
	Plan               *aftercare.Plan
	Deck               *aftercare.Deck
}

func bareOf(s *dialog.State) *bare {
	all := aftercare.Everything(s)
	m := &bare{
		Person: string(s.Person), Lang: s.Lang, Zone: s.Zone, Step: "overall",
		Answers: map[string][]string{"ready": {"yes"}}, Seen: map[string]time.Time{}, Timers: s.Timers, Trail: s.Trail,
		Profile: all.Profile, Journal: all.Journal, Plan: all.Plan, Deck: all.Deck,
	}
	for i := range s.SeenCount() {
		m.Seen[fmt.Sprintf("%016x", i*7919)] = start
	}
	return m
}

// tap answers the check-in by a switch.
func (m *bare) tap(option, id string) string {
	if _, twice := m.Seen[id]; twice {
		return "again"
	}
	m.Seen[id] = start
	answer := ""
	switch m.Step {
	case "overall":
		switch option {
		case "bright", "mixed", "heavy", "numb", "unsure":
			m.Answers["overall"] = []string{option}
			m.Step = "body"
			answer = "And your body? Pick whatever fits."
		default:
			answer = "I didn't quite catch that."
		}
	case "body":
		answer = "What is there, in feelings?"
	}
	m.Outbox = append(m.Outbox, answer)
	return answer
}

// A state after 50 check-ins stays small.
func TestStateStaysSmall(t *testing.T) {
	s := script(t)
	for n, most := range map[int]int{50: 16 << 10, 500: 64 << 10} {
		if n > 50 && testing.Short() {
			continue
		}
		blob, _ := tapper(t, s, n)
		t.Logf("after %d check-ins: %d bytes", n, len(blob))
		if len(blob) > most {
			t.Errorf("after %d check-ins the state has %d bytes, more than %d", n, len(blob), most)
		}
	}
}
