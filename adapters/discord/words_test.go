package discord

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"afterglow/prompts"
)

// book is the built-in words, read once.
var book = func() *prompts.Book {
	b, err := prompts.Load()
	if err != nil {
		panic(err)
	}
	return b
}()

// english is [Config.Words] by the built-in words.
func english(_, key string) string {
	if v := book.Words[prompts.Default][key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// mute has no words of its own: what the adapter adds by itself is left out.
func mute(string, string) string { return "" }

// hurry is [usual] for tests.
var hurry = pace{
	idle: 5 * time.Second, writes: 2000, backoff: 10 * time.Millisecond, backoffMax: 100 * time.Millisecond, settled: time.Second,
	lease: 200 * time.Millisecond, look: 50 * time.Millisecond,
	hung: time.Second, retry: 10 * time.Millisecond, headStart: 5 * time.Millisecond, lag: 200 * time.Millisecond, giveUp: 5 * time.Second,
	unanswered: 200 * time.Millisecond, drain: 2 * time.Second, reopen: 20 * time.Millisecond, identify: 10 * time.Millisecond,
}

// testLog writes into the test's own log, with everything.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(lines{t}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type lines struct{ testing.TB }

func (l lines) Write(p []byte) (int, error) {
	l.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// TestWords asks for every sentence that the adapter uses.
func TestWords(t *testing.T) {
	for _, key := range []string{
		"elsewhere", "open", "write", "write_title", "write_label", "pick", "pick_many", "failed",
		"preview", "post", "another", "posted", "post_failed", "share", "about_option.text", "about_option.do",
	} {
		if english("", "discord."+key) == "" {
			t.Errorf("nobody has words for discord.%s", key)
		}
	}
	b := &Bot{cfg: Config{Words: english}}
	for key, max := range map[string]int{"write": maxLabel, "write_title": 45, "write_label": 45, "open": maxLabel, "post": maxLabel, "about_option.do": 100, "share": 100} {
		if w := b.word("", key, max); strings.HasSuffix(w, "…") {
			t.Errorf("discord.%s is longer than %d", key, max)
		}
	}
}
