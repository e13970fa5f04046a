package neutral_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"afterglow/dialog/neutral"
)

// The shipped filter: what the loader makes of prompts/banned.toml. Those files
// hold nothing but lists of plain strings, so their quotes are all that is read
// here; the real loader lives outside of dialog.
func shipped(t testing.TB) (*neutral.Filter, []string) {
	stems := quoted(t, filepath.Join("..", "..", "prompts", "banned.toml"))
	if len(stems) < 1000 {
		t.Fatalf("only %d stems found", len(stems))
	}
	return neutral.New(stems), stems
}

var (
	comment = regexp.MustCompile(`(?m)^\s*#.*$`)
	note    = regexp.MustCompile(`(?ms)^note\s*=\s*("""(.*?)"""|"[^\n]*"$)`)
	quote   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

func quoted(t testing.TB, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = note.ReplaceAll(comment.ReplaceAll(text, nil), nil)
	var out []string
	for _, q := range quote.FindAllString(string(text), -1) {
		s, err := strconv.Unquote(q)
		if err != nil {
			t.Fatalf("%s: %s: %v", file, q, err)
		}
		out = append(out, s)
	}
	return out
}

func TestShippedLinesPass(t *testing.T) {
	f, _ := shipped(t)
	for _, lang := range strings.Fields("en es de fr pt") {
		lines := quoted(t, filepath.Join("..", "..", "prompts", lang, "nudge.toml"))
		if len(lines) < 14+6+3 {
			t.Errorf("%s: only %d lines", lang, len(lines))
		}
		seen := map[string]bool{}
		for _, line := range lines {
			if err := f.Check(line); err != nil {
				t.Errorf("%s: %q: %v", lang, line, err)
			}
			if seen[line] && line != "Pause" {
				t.Errorf("%s: %q stands twice", lang, line)
			}
			seen[line] = true
		}
	}
}

// A stem that the filter itself does not refuse is a slip of the pen.
func TestEveryStemIsRefused(t *testing.T) {
	f, stems := shipped(t)
	for _, stem := range stems {
		if line := strings.TrimLeft(stem, "=*"); f.Check(line) == nil {
			t.Errorf("%q passes", line)
		}
	}
}
