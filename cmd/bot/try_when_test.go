package main

import (
	"strings"
	"testing"
	"time"
)

func TestTryWhen(t *testing.T) {
	now := time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC)
	long := strings.Repeat("tomorrow ", 20_000)
	in := "tomorrow morning\r\nnever\nin\t20 min\n\n" + long + "\nfri 9pm"
	want := "tomorrow morning\t2026-11-26T09:00:00Z\nnever\tNONE\nin 20 min\t2026-11-25T15:20:00Z\n\tASK\n" +
		long + "\tASK\nfri 9pm\t2026-11-27T21:00:00Z\n"
	var out strings.Builder
	if err := tryWhen(strings.NewReader(in), &out, now, ""); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got %.300q, want %.300q", out.String(), want)
	}
}

func TestTryWhenHint(t *testing.T) {
	now := time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC)
	for lang, want := range map[string]string{"es": "3/12\t2026-12-03T09:00:00Z\n", "en": "3/12\tASK\n", "": "3/12\tASK\n"} {
		var out strings.Builder
		if err := tryWhen(strings.NewReader("3/12\n"), &out, now, lang); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("hint %q: got %q, want %q", lang, out.String(), want)
		}
	}
}
