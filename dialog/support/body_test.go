package support

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type answers = map[string][]string

func TestLadder(t *testing.T) {
	for _, tt := range []struct {
		name    string
		part    Part
		answers answers
		want    Rung
		done    bool
	}{
		{"nothing asked yet", Pain, answers{}, "", false},
		{"no sign: the second question is needed", Pain, answers{"signs": {"none"}}, "", false},
		{"a sign needs no second question", Pain, answers{"signs": {"belly"}}, Now, true},
		{"pain that returns", Pain, answers{"signs": {"none"}, "kind": {"returns"}}, Days, true},
		{"mild pain", Pain, answers{"signs": {"none"}, "kind": {"mild"}}, Unsure, true},
		{"both skipped", Pain, answers{"signs": nil, "kind": nil}, Unsure, true},
		{"a soaked pad", Bleeding, answers{"signs": {"pad"}}, Now, true},
		{"after menopause", Bleeding, answers{"signs": {"none"}, "kind": {"menopause"}}, Days, true},
		{"pregnant", Bleeding, answers{"signs": {"none"}, "kind": {"pregnant"}}, Today, true},
		{"a little, once", Bleeding, answers{"signs": {"none"}, "kind": {"little"}}, Unsure, true},
		{"hoarse", Neck, answers{"signs": {"voice"}}, Now, true},
		{"not agreed, no sign", Neck, answers{"signs": {"none"}, "agreed": {"no"}}, Now, true},
		{"agreed, no sign", Neck, answers{"signs": {"none"}, "agreed": {"yes"}}, Today, true},
		{"rather not say", Neck, answers{"signs": {"none"}, "agreed": {"unsaid"}}, Today, true},
		{"all skipped", Neck, answers{"signs": nil, "agreed": nil}, Today, true},
		{"a part we do not know", "elbow", answers{"signs": nil}, Unsure, true},
	} {
		got, done := Ladder(tt.part, tt.answers)
		if got != tt.want || done != tt.done {
			t.Errorf("%s: %q, %v; want %q, %v", tt.name, got, done, tt.want, tt.done)
		}
	}
}

// Whatever else is answered, a danger sign means now; and two answers are enough.
func TestLadderOnlyClimbs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom(Parts).Draw(t, "part")
		given := answers{}
		danger := false
		for _, q := range Questions(part) {
			picked := rapid.SliceOfDistinct(rapid.SampledFrom(q.Options), rapid.ID[string]).Draw(t, q.ID)
			given[q.ID] = picked
			if q.ID == "signs" && slices.ContainsFunc(picked, func(s string) bool { return s != "none" }) {
				danger = true
			}
		}
		rung, done := Ladder(part, given)
		if !done {
			t.Fatalf("%s: %v is not enough", part, given)
		}
		if danger && rung != Now {
			t.Fatalf("%s: %v is %s", part, given, rung)
		}
	})
}

func TestAtMostTwoQuestions(t *testing.T) {
	for _, p := range Parts {
		if n := len(Questions(p)); n == 0 || n > 2 {
			t.Errorf("%s asks %d questions", p, n)
		}
	}
}
