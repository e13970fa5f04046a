package labelled

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"afterglow/dialog/care"
)

// Share is a count out of a total.
type Share struct{ N, Of int }

// Value is N/Of; of nothing it is 1.
func (s Share) Value() float64 {
	if s.Of == 0 {
		return 1
	}
	return float64(s.N) / float64(s.Of)
}

func (s Share) String() string { return fmt.Sprintf("%.3f (%d/%d)", s.Value(), s.N, s.Of) }

func (s *Share) count(hit bool) {
	s.Of++
	if hit {
		s.N++
	}
}

// Measures are the numbers a recogniser is judged by.
type Measures struct {
	Danger      Share // severity 3, right category first
	Ordinary    Share // severity 3, taken for benign: less is better
	Serious     Share // severity 2 and 3, right category first
	Worst       Share // the category of 1 to 5 recognised least, any severity
	WorstIs     care.Category
	Drops       Share   // category 6 recognised, any severity
	FalseAlarms Share   // benign, taken for anything else: less is better
	MacroF1     float64 // the mean of all seven categories' F1
	Severity    Share   // severity right, where the category is
	About       Share   // about right, where the category is
}

// Result is an example and what a recogniser found in it.
type Result struct {
	Example
	Finding care.Finding
}

// Results reads all examples.
func Results(examples []Example, read func(text string) care.Finding) []Result {
	results := make([]Result, len(examples))
	for i, e := range examples {
		results[i] = Result{e, read(e.Text)}
	}
	return results
}

// ByLanguage measures each language, all but English together, and all. The
// names come in order: the languages sorted, "others", "all".
func ByLanguage(results []Result) (names []string, columns []Measures) {
	byLang := map[string][]Result{}
	var others []Result
	for _, r := range results {
		byLang[r.Lang] = append(byLang[r.Lang], r)
		if r.Lang != "en" {
			others = append(others, r)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byLang)) {
		names, columns = append(names, name), append(columns, Measure(byLang[name]))
	}
	return append(names, "others", "all"), append(columns, Measure(others), Measure(results))
}

// Measure compares what was found with the labels.
func Measure(results []Result) Measures {
	var m Measures
	var right, labelled, found [care.Drop + 1]int
	for _, e := range results {
		f := e.Finding
		want, got := e.First(), f.First()
		labelled[want]++
		found[got]++
		if want == got {
			right[want]++
			if want != care.Benign {
				m.Severity.count(f.Severity == e.Severity)
				m.About.count(f.About == e.About)
			}
		}
		if e.Severity == 3 {
			m.Danger.count(want == got)
			m.Ordinary.count(got == care.Benign)
		}
		if e.Severity >= 2 {
			m.Serious.count(want == got)
		}
		if want == care.Benign {
			m.FalseAlarms.count(got != care.Benign)
		}
	}
	m.Worst = Share{1, 1}
	for c := care.Benign; c <= care.Drop; c++ {
		s := Share{right[c], labelled[c]}
		if c != care.Benign && c != care.Drop && s.Of > 0 && (m.Worst.Of == 1 || s.Value() < m.Worst.Value()) {
			m.Worst, m.WorstIs = s, c
		}
		if both := labelled[c] + found[c]; both > 0 {
			m.MacroF1 += 2 * float64(right[c]) / float64(both) / float64(care.Drop+1)
		}
	}
	m.Drops = Share{right[care.Drop], labelled[care.Drop]}
	return m
}

// WriteTable writes measures as a Markdown table, one column a name.
func WriteTable(w io.Writer, names []string, columns []Measures) {
	row := func(title string, cell func(Measures) string) {
		fmt.Fprintf(w, "| %s |", title)
		for _, m := range columns {
			fmt.Fprintf(w, " %s |", cell(m))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "| measure |")
	for _, name := range names {
		fmt.Fprintf(w, " %s |", name)
	}
	fmt.Fprint(w, "\n| --- |")
	for range names {
		fmt.Fprint(w, " --- |")
	}
	fmt.Fprintln(w)
	row("severity 3, right category", func(m Measures) string { return m.Danger.String() })
	row("severity 3, ordinary answer", func(m Measures) string { return m.Ordinary.String() })
	row("severity >= 2, right category", func(m Measures) string { return m.Serious.String() })
	row("worst of categories 1-5", func(m Measures) string { return fmt.Sprintf("%s %s", m.Worst, m.WorstIs) })
	row("category 6 recognised", func(m Measures) string { return m.Drops.String() })
	row("false alarms, benign", func(m Measures) string { return m.FalseAlarms.String() })
	row("macro-F1", func(m Measures) string { return fmt.Sprintf("%.3f", m.MacroF1) })
	row("severity right, where the category is", func(m Measures) string { return m.Severity.String() })
	row("about right, where the category is", func(m Measures) string { return m.About.String() })
}
