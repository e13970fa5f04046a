package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestTryCare(t *testing.T) {
	long := strings.Repeat("tea and a blanket ", 1<<16)
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"an empty line", "\n", "\t0\t0\n"},
		{"danger and not", "i want to die\nhi\n", "i want to die\t1\t3\nhi\t0\t0\n"},
		{"no end of line", "i'm 17", "i'm 17\t5\t3\n"},
		{"CRLF", "hi\r\nok\r\n", "hi\t0\t0\nok\t0\t0\n"},
		{"tabs", "tea\tand a\tblanket\n", "tea and a blanket\t0\t0\n"},
		{"a line of a megabyte", long + "\nok\n", long + "\t0\t0\nok\t0\t0\n"},
	} {
		var out strings.Builder
		if err := tryCare(strings.NewReader(c.in), &out, false); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := out.String(); got != c.want {
			t.Errorf("%s: got %.200q, want %.200q", c.name, got, c.want)
		}
	}
}

func TestTryCareExplains(t *testing.T) {
	var out strings.Builder
	if err := tryCare(strings.NewReader("i was raped\nhi\n"), &out, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if f := strings.Split(lines[0], "\t"); len(f) != 4 || !strings.Contains(f[3], "rule en: raped") {
		t.Errorf("got %q, want four columns, the last naming the rule", lines[0])
	}
	if f := strings.Split(lines[1], "\t"); len(f) != 4 || f[3] != "" {
		t.Errorf("got %q, want four columns, the last empty", lines[1])
	}
}

func TestTryCareFails(t *testing.T) {
	broken := errors.New("pulled out")
	in := io.MultiReader(strings.NewReader("hi\n"), iotest.ErrReader(broken))
	var out strings.Builder
	if err := tryCare(in, &out, false); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
	if out.String() != "hi\t0\t0\n" {
		t.Errorf("got %q: what was read before is lost", out.String())
	}
}
