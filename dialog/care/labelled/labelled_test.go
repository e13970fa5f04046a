package labelled_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
)

func TestRead(t *testing.T) {
	got, err := labelled.Read(strings.NewReader("i was raped, now i bleed\t2,4\t3\tself\n\nhi\t0\t0\tself\n"), "dev/en.own.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].First() != care.NonConsent || got[0].Categories[1] != care.Medical || got[0].Severity != 3 || got[0].Lang != "en" || got[1].First() != care.Benign {
		t.Errorf("got %+v", got)
	}
}

func TestReadNamesTheLine(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"hi\t0\t0", "3 fields"},
		{"hi\t9\t0\tself", "category"},
		{"hi\t0\t7\tself", "severity"},
		{"hi\t0\t2\tself", "only benign has 0"},
		{"hi\t1\t0\tself", "only benign has 0"},
		{"hi\t0\t0\tthem", "about"},
	} {
		_, err := labelled.Read(strings.NewReader("ok\t0\t0\tself\n"+c.line+"\n"), "en.tsv")
		if err == nil || !strings.Contains(err.Error(), "en.tsv:2:") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want en.tsv:2 and %q", c.line, err, c.want)
		}
	}
	if _, err := labelled.ReadDir(fstest.MapFS{}); err == nil {
		t.Error("an empty folder is no error")
	}
}

// TestMeasure counts a handful by hand.
func TestMeasure(t *testing.T) {
	result := func(want care.Category, severity int, got care.Category, found int) labelled.Result {
		return labelled.Result{
			Example: labelled.Example{Categories: []care.Category{want}, Severity: severity, Lang: "en"},
			Finding: care.Finding{Categories: []care.Category{got}, Severity: found},
		}
	}
	m := labelled.Measure([]labelled.Result{
		result(care.SelfHarm, 3, care.SelfHarm, 3),
		result(care.SelfHarm, 3, care.Benign, 0),
		result(care.SelfHarm, 1, care.SelfHarm, 2),
		result(care.Violence, 2, care.NonConsent, 2),
		result(care.Drop, 1, care.Drop, 1),
		result(care.Benign, 0, care.Benign, 0),
		result(care.Benign, 0, care.Drop, 1),
	})
	for _, c := range []struct {
		name      string
		got, want labelled.Share
	}{
		{"danger", m.Danger, labelled.Share{N: 1, Of: 2}},
		{"ordinary", m.Ordinary, labelled.Share{N: 1, Of: 2}},
		{"serious", m.Serious, labelled.Share{N: 1, Of: 3}},
		{"worst", m.Worst, labelled.Share{N: 0, Of: 1}},
		{"drops", m.Drops, labelled.Share{N: 1, Of: 1}},
		{"false alarms", m.FalseAlarms, labelled.Share{N: 1, Of: 2}},
		{"severity", m.Severity, labelled.Share{N: 2, Of: 3}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	if m.WorstIs != care.Violence {
		t.Errorf("the worst is %v", m.WorstIs)
	}
}
