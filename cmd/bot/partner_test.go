package main

import (
	"regexp"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/adapters/telegram/telegramtest"
)

var codeShown = regexp.MustCompile(`/partner ([A-Za-z0-9_-]{40,64})`)

// Two people on two platforms: one invites on Telegram, the other comes on
// Discord; what one shares the other sees, and an ended link is gone on both sides.
func TestPartners(t *testing.T) {
	t.Parallel()
	tg, dc := telegramtest.New(), discordtest.New()
	t.Cleanup(tg.Close)
	t.Cleanup(dc.Close)
	logs := &logged{}
	env := append(discordEnv(t, dc), "TELEGRAM_TOKEN="+telegramtest.Token, "TELEGRAM_API_URL="+tg.URL())
	startBot(t, logs, env, "run", "--warp", "3600", "--data", t.TempDir(), "--config", discordConfig(t, ""))
	connected(t, dc)
	ana := &evening{t: t, server: tg, who: tg.Person("en")}
	ben := &discordEvening{t: t, server: dc, who: dc.Person("en-US")}
	for _, g := range []guest{ana, ben} {
		g.type_("/start", "18 or older")
		g.press("Yes, I'm 18 or older", "Is it all right if I keep that?")
		g.press("Yes, that's fine", "which city")
		g.type_("Berlin", "Where would you like to begin?")
	}
	ana.type_("/needs", "someone in particular|depend on who")
	ana.press("In general", "Touch")
	ana.press("cuddling", "cuddling")
	ana.press("Done", "Words")
	ana.type_("stop", "getting to know each other")

	ana.type_("/partner", "Show somebody a card")
	ana.press("Invite somebody", "safe saying no")
	ana.press("Yes", "How shall they see you?")
	ana.type_("Morgenrot", "Make the code")
	ana.press("Make the code", "ends in 24 hours")
	code := codeShown.FindStringSubmatch(ana.who.Chat())
	if code == nil {
		t.Fatalf("no code:\n%s", ana.who.Chat())
	}
	ben.type_("/partner text="+code[1], "safe saying no")
	ben.press("Yes", "How shall they see you?")
	ben.type_("Abendrot", "Shall I ask them?")
	ben.press("Yes, ask them", "If they agree")

	// menu opens /partner until what the other did has come.
	menu := func(g guest, shows func() bool) {
		t.Helper()
		for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
			g.type_("/partner", "card")
			if shows() {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("it never came\n%s\n%s", ana.who.Chat(), ben.who)
			}
		}
	}
	anaSees := func(label string) func() bool {
		return func() bool { return has(ana.who.Screen().Labels(), label) }
	}
	benSees := func(label string) func() bool {
		return func() bool {
			all := ben.who.Messages()
			return has(all[len(all)-1].Labels(), label)
		}
	}
	menu(ana, anaSees("Abendrot: used your code"))
	ana.press("Abendrot: used your code", "has used your code")
	ana.press("Yes, link up", "They see nothing of yours")
	menu(ben, benSees("Morgenrot: new"))
	ben.press("Morgenrot: new", "Say thank you")
	ben.press("Back", "Morgenrot")

	ana.press("Choose what they see", "nobody can tell")
	ana.press("Touch", "Touch")
	ana.press("Done", "exactly what they'd see")
	ana.press("Yes, in 12 hours", "They'll see it") // twelve seconds here
	menu(ben, benSees("Morgenrot: new"))
	ben.press("Morgenrot: new", "See what is here")
	ben.press("See what is here", "Side by side|Say thank you")
	if !regexp.MustCompile(`(?s)Morgenrot lets you see.*cuddling`).MatchString(ben.who.String()) {
		t.Errorf("what was shared is not seen:\n%s", ben.who)
	}
	ben.press("End the link", "They aren't told")
	ben.press("Yes, end it", "It's ended")
	menu(ana, func() bool { return !has(ana.who.Screen().Labels(), "Abendrot") })

	for _, problem := range tg.Problems() {
		t.Errorf("Telegram would have refused: %s", problem)
	}
	ana.tellsNothing(logs.String(), ana.who.ID)
	ben.clean(logs.String())
}

func has(labels []string, label string) bool {
	for _, l := range labels {
		if l == label {
			return true
		}
	}
	return false
}
