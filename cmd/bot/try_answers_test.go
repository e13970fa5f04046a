package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestTryAnswersPrintsThemAllForAReader(t *testing.T) {
	var out bytes.Buffer
	if err := tryAnswers(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if n, want := strings.Count(text, "\n== ")+1, 5*(6*3*3+3); n != want {
		t.Errorf("%d headings, want %d", n, want)
	}
	for _, head := range []string{"== de/selfharm/1/self\n", "== en/medical/3/other\n", "== es/nonconsent/2/actor\n", "== fr/minor/3/self\n", "== pt/drop/2/self\n", "-- en/violence/self in GB: "} {
		if !strings.Contains(text, head) {
			t.Errorf("no %q", head)
		}
	}
	if strings.ContainsRune(text[:strings.Index(text, "/everything else")], '{') {
		t.Error("a placeholder is left in an answer")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestTryAnswersTellsWhenItCanNotPrint(t *testing.T) {
	if err := tryAnswers(full{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
}
