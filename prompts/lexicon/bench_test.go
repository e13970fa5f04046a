package lexicon_test

import (
	"strings"
	"testing"
	"time"
)

const typical = "I feel a bit low after last night, he was lovely but then he left early and I could not sleep, is that common?"

// painful are texts of 4,096 characters made to cost as much as they can.
var painful = map[string]string{
	"words":    repeat(typical + " "),
	"i":        repeat("i "),
	"me":       repeat("me he "),
	"kill":     repeat("kill "),
	"he hit":   repeat("he hit my neck and "),
	"one word": repeat("a"),
	"letters":  repeat("k i l l "),
	"no space": repeat("iwanttokillmyself "),
	"leet":     repeat("k1ll "),
	"accents":  repeat("é\u0301\u0301\u0301"),
	"emoji":    repeat("😭🔪"),
	"invalid":  repeat("\xff"),
	"stars":    repeat("r*pe* "),
	"dots":     repeat("d.i.e."),
}

func repeat(s string) string { return string([]rune(strings.Repeat(s, 4096))[:4096]) }

func BenchmarkReadShort(b *testing.B) {
	r := load(b)
	b.ReportAllocs()
	for b.Loop() {
		r.Read(typical)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkReadLong(b *testing.B) {
	r := load(b)
	for name, text := range painful {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Read(text)
			}
		})
	}
}

func BenchmarkReadManyAtOnce(b *testing.B) {
	r := load(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.Read(typical)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// TestNothingTakesLong holds texts made to cost much against a typical message
// 37 times as short. The bound is a ratio, so that a slow machine passes too;
// were anything quadratic, it would be passed.
func TestNothingTakesLong(t *testing.T) {
	const most = 600 // times; the worst measured was 160
	r := load(t)
	best := func(text string) time.Duration {
		least := time.Hour
		for range 7 {
			start := time.Now()
			r.Read(text)
			least = min(least, time.Since(start))
		}
		return least
	}
	one := best(typical)
	for name, text := range painful {
		if took := best(text); took > most*one {
			t.Errorf("%s takes %v, a typical message %v", name, took, one)
		}
	}
}
