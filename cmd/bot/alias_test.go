package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

var anAlias = regexp.MustCompile(`who=([0-9a-f]{8})\b`)

// aliased lists who the lines of a log are about.
func aliased(log string) (who []string) {
	for _, m := range anAlias.FindAllStringSubmatch(log, -1) {
		who = append(who, m[1])
	}
	return who
}

func TestAliases(t *testing.T) {
	const mira, noor = dialog.PersonID("telegram:5550001234"), dialog.PersonID("discord:5550001234")
	keyOf := func(p dialog.PersonID) dialog.Key { return dialog.Key("hash of " + p) }
	now := time.Date(2026, 6, 12, 0, 0, 0, 0, time.UTC)
	start := func(out *bytes.Buffer) *slog.Logger {
		a := &aliases{now: func() time.Time { return now }}
		a.know(keyOf)
		return slog.New(aliasing{slog.NewTextHandler(out, nil), a})
	}
	var out bytes.Buffer
	log := start(&out)
	log.Info("a line", "who", mira)
	now = now.Add(24*time.Hour - time.Second) // as late as can be on the same day, in any zone of the operator's
	log.With("platform", "telegram").Warn("another", "err", errors.New("away"), "who", mira)
	log.Info("of the record", "who", keyOf(mira))
	log.Info("of somebody else", "who", noor)
	log.With("who", noor).WithGroup("g").Info("given before")
	now = now.Add(time.Second)
	log.Info("midnight", "who", mira)
	start(&out).Info("after a restart", "who", mira)

	who := aliased(out.String())
	if len(who) != 7 {
		t.Fatalf("%d lines have an alias:\n%s", len(who), out.String())
	}
	one, other, tomorrow, restarted := who[0], who[3], who[5], who[6]
	if who[1] != one || who[2] != one || who[4] != other {
		t.Errorf("the same person has several aliases on one day: %q", who)
	}
	all := []string{one, other, tomorrow, restarted}
	slices.Sort(all)
	if len(slices.Compact(all)) != 4 {
		t.Errorf("an alias stays over midnight, a restart, or stands for two: %q", who)
	}
	for _, secret := range []string{"5550001234", "hash of"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log tells %q:\n%s", secret, out.String())
		}
	}
	if !strings.Contains(out.String(), "platform=telegram") || !strings.Contains(out.String(), "err=away") {
		t.Errorf("something else is lost:\n%s", out.String())
	}
}

// TestNobodyIsNamedWithoutAliases: even a log that nobody has prepared tells no
// id, and neither does one that does not know yet whose record is whose.
func TestNobodyIsNamedWithoutAliases(t *testing.T) {
	var out bytes.Buffer
	plain := slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})
	for _, h := range []slog.Handler{plain, slog.NewJSONHandler(&out, nil), aliasing{plain, &aliases{now: time.Now}}} {
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelError} {
			slog.New(h).Log(context.Background(), level, "a line", "who", dialog.PersonID("telegram:5550001234"),
				slog.Group("more", "whose", dialog.Key("5550001234"), "nobody", dialog.PersonID("")))
		}
	}
	if strings.Contains(out.String(), "5550001234") || strings.Count(out.String(), "somebody") != 3*5 {
		t.Errorf("got\n%s", out.String())
	}
}
