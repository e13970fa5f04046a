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

// A stem that the filter itself does not refuse is a slip of the pen.
func TestEveryStemIsRefused(t *testing.T) {
	f, stems := shipped(t)
	for _, stem := range stems {
		if line := strings.TrimLeft(stem, "=*"); f.Check(line) == nil {
			t.Errorf("%q passes", line)
		}
	}
}
