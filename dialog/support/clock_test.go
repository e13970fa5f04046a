package support

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWindows(t *testing.T) {
	const h = time.Hour
	for _, tt := range []struct {
		since time.Duration
		want  string // pep copper ulipristal levonorgestrel
	}{
		{0, "open 72h0m0s, open 120h0m0s, open 120h0m0s, open 72h0m0s"},
		{48 * h, "open 24h0m0s, open 72h0m0s, open 72h0m0s, open 24h0m0s"},
		{48*h + 1, "late 23h59m59.999999999s, open 71h59m59.999999999s, open 71h59m59.999999999s, open 23h59m59.999999999s"},
		{72 * h, "late 0s, open 48h0m0s, open 48h0m0s, open 0s"},
		{72*h + 1, "closed 0s, open 47h59m59.999999999s, open 47h59m59.999999999s, closed 0s"},
		{120 * h, "closed 0s, open 0s, open 0s, closed 0s"},
		{120*h + 1, "closed 0s, closed 0s, closed 0s, closed 0s"},
		{365 * 24 * h, "closed 0s, closed 0s, closed 0s, closed 0s"},
		{Unknown, "unknown 0s, unknown 0s, unknown 0s, unknown 0s"},
	} {
		ws, ok := Windows(tt.since)
		if !ok {
			t.Errorf("%v: refused", tt.since)
			continue
		}
		var got []string
		for _, w := range ws {
			got = append(got, fmt.Sprintf("%s %v", w.State, w.Left))
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("after %v:\n got %s\nwant %s", tt.since, s, tt.want)
		}
	}
}

func TestTheFutureCanNotBeCountedFrom(t *testing.T) {
	for _, since := range []time.Duration{-1, -time.Hour, Unknown + 1} {
		if ws, ok := Windows(since); ok {
			t.Errorf("%v gave %v", since, ws)
		}
	}
}

func TestLeftIsNeverRoundedUp(t *testing.T) {
	w := Words(func(key string) []string {
		return map[string][]string{
			"support.left.less":  {"less"},
			"support.left.hour":  {"one"},
			"support.left.hours": {"{n} h"},
			"support.left.days":  {"{n} d"},
		}[key]
	})
	for d, want := range map[time.Duration]string{
		0:                             "less",
		time.Hour - 1:                 "less",
		time.Hour:                     "one",
		2*time.Hour - 1:               "one",
		2 * time.Hour:                 "2 h",
		48*time.Hour - 1:              "47 h",
		48 * time.Hour:                "2 d",
		72*time.Hour - 1:              "2 d",
		120 * time.Hour:               "5 d",
		47*time.Hour + 59*time.Minute: "47 h",
	} {
		if got := w.Left(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
