package support

import "slices"

// Part is what a person reported about their body in a check-in.
type Part string

const (
	Pain     Part = "pain"
	Bleeding Part = "bleeding"
	Neck     Part = "neck" // neck or breathing
)

// Parts are all of them, in the order of urgency: whoever reports several is
// asked about the most dangerous first.
var Parts = []Part{Neck, Bleeding, Pain}

// Rung is how soon a doctor belongs to it.
type Rung string

const (
	Now    Rung = "now"   // emergency number or emergency department
	Today  Rung = "today" // have it checked today
	Days   Rung = "days"  // make an appointment within days
	Unsure Rung = "ask"   // nothing known that is urgent: ask a doctor or pharmacist, and what would make it urgent
)

// Question is one of at most two that a part asks. Its words stand under
// "support.body." + part + "." + ID + ".ask", and those of an option under the
// option's name.
type Question struct {
	ID      string
	Many    bool // several options may hold; "none" is the way to say that none does
	Options []string
}

// Questions are those of a part, in order. The second is only worth asking when
// the first did not already answer it: see [Ladder].
func Questions(p Part) []Question {
	switch p {
	case Pain:
		return []Question{
			{"signs", true, []string{"belly", "fever", "breath", "head", "injury", "stuck", "none"}},
			{"kind", false, []string{"returns", "deep", "skin", "mild", "unsure"}},
		}
	case Bleeding:
		return []Question{
			{"signs", true, []string{"pad", "nostop", "faint", "urine", "none"}},
			{"kind", false, []string{"repeats", "menopause", "pregnant", "little", "unsure"}},
		}
	case Neck:
		return []Question{
			{"signs", true, []string{"out", "breath", "voice", "marks", "foggy", "none"}},
			{"agreed", false, []string{"yes", "no", "unsaid"}},
		}
	}
	return nil
}

// Ladder decides from the answers to a part's questions, by question ID, as the
// options' names. It reports false while the second question is still needed.
// Skipping a question is an answer: an empty list that is present.
//
// It only ever climbs: any urgent sign is Now whatever the rest says, and what
// nobody answered is never taken for harmless. The neck is special: squeezed in
// an assault it is Now without any sign, squeezed by agreement it is still
// worth a look soon.
func Ladder(p Part, answers map[string][]string) (Rung, bool) {
	signs, asked := answers["signs"]
	if !asked {
		return "", false
	}
	if slices.ContainsFunc(signs, func(s string) bool { return s != "none" }) {
		return Now, true
	}
	second := Questions(p)
	if len(second) == 0 {
		return Unsure, true
	}
	kind, asked := answers[second[1].ID]
	if !asked {
		return "", false
	}
	is := func(options ...string) bool {
		return slices.ContainsFunc(kind, func(k string) bool { return slices.Contains(options, k) })
	}
	switch p {
	case Neck:
		if is("no") {
			return Now, true
		}
		return Today, true
	case Bleeding:
		switch {
		case is("pregnant"):
			return Today, true
		case is("repeats", "menopause"):
			return Days, true
		}
	case Pain:
		if is("returns", "deep", "skin") {
			return Days, true
		}
	}
	return Unsure, true
}

// Advice is what to do by when, from "support.body." + part + "." + rung, with
// the emergency number of the place.
func Advice(w Words, b Book, p Part, r Rung, at Place) string {
	return w.say("support.body."+string(p)+"."+string(r), "emergency", w.emergency(b.Country(at.Country), 0))
}
