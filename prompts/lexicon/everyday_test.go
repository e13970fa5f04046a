package lexicon_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"afterglow/dialog/care"
)

// frames reads testdata/DIR/*.txt: one frame a line, "(we|i) had sex (|yesterday)"
// for all the sentences it stands for. Lines of "#" are comments.
func frames(t *testing.T, dir string) (lines []string) {
	t.Helper()
	files, err := filepath.Glob("testdata/" + dir + "/*.txt")
	if err != nil || len(files) != 5 {
		t.Fatalf("%s: %d files, want one a language (%v)", dir, len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// spell lists the sentences of a frame.
func spell(frame string) []string {
	before, rest, ok := strings.Cut(frame, "(")
	if !ok {
		return []string{strings.ReplaceAll(strings.Join(strings.Fields(frame), " "), " ,", ",")}
	}
	inside, after, _ := strings.Cut(rest, ")")
	var all []string
	for alternative := range strings.SplitSeq(inside, "|") {
		all = append(all, spell(before+alternative+after)...)
	}
	return all
}

// TestEveryday: what people say most to this bot, in all its plain ways, is not
// danger. None is the goal; the floors hold what is reached.
func TestEveryday(t *testing.T) {
	r := load(t)
	all, alarms := 0, 0
	for _, frame := range frames(t, "everyday") {
		for _, text := range spell(frame) {
			all++
			if f := r.Read(text); f.First() != care.Benign {
				alarms++
				t.Logf("%q is %v %d", text, f.Categories, f.Severity)
			}
		}
	}
	if all < 15_000 || alarms > everydayAlarms {
		t.Errorf("%d of %d everyday sentences are taken for danger, the most is %d", alarms, all, everydayAlarms)
	}
}

// TestTwins: the same beginnings with one clause more are the danger they tell of.
func TestTwins(t *testing.T) {
	r := load(t)
	all, missed := 0, 0
	for _, line := range frames(t, "twins") {
		number, frame, _ := strings.Cut(line, "\t")
		want, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for _, text := range spell(frame) {
			all++
			if f := r.Read(text); f.First() != care.Category(want) {
				missed++
				t.Logf("%q is %v %d, want %v", text, f.Categories, f.Severity, care.Category(want))
			}
		}
	}
	if all < 700 || missed > twinsMissed {
		t.Errorf("%d of %d twins are not what they tell, the most is %d", missed, all, twinsMissed)
	}
}
