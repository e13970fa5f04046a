package discord

import (
	"context"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

// TestThinkingAnsweredElsewhere: what one replica has taken another may answer;
// the first does not take the answer for "thinking" and clear it away.
func TestThinkingAnsweredElsewhere(t *testing.T) {
	var asked dialog.Event
	h := open(t, nil, func(ev dialog.Event) []dialog.Message { asked = ev; return nil }).online()
	other, err := newBot(context.Background(), h.bot.cfg, hurry)
	if err != nil {
		t.Fatal(err)
	}
	h.do(h.p.Slash("/needs"))
	h.wait("it is taken", func() bool { return h.events() == "command needs" })
	h.mu.Lock()
	answer := dialog.Message{ID: "a", Text: "Which?", Hint: asked.Hint}
	h.mu.Unlock()
	if _, err := other.Send(context.Background(), asked.Person, answer); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * hurry.unanswered)
	h.reads("< Which?")
	h.clean()
}

// TestLanguageAfterAStart: a message that is typed does not tell the language; who
// has an open question is written to in theirs all the same.
func TestLanguageAfterAStart(t *testing.T) {
	words := func(lang, key string) string {
		if lang == "de" && key == "discord.write" {
			return "Hier schreiben"
		}
		return english(lang, key)
	}
	ask := func(dialog.Event) []dialog.Message {
		return []dialog.Message{{Text: "Noch etwas?", Choices: choices("<nein")}}
	}
	german := func(c *Config, _ *pace) { c.Words = words }
	h := open(t, german, ask).online()
	h.do(h.p.Slash("/needs"))
	h.wait("it is answered", func() bool { return strings.Contains(h.p.String(), "Noch etwas?") })
	h.do(h.stop())
	h.start(german, ask)
	h.online()
	h.p.Type("ja")
	h.wait("it is answered", func() bool { return strings.Count(h.p.String(), "Noch etwas?") == 2 })
	if chat := h.p.String(); !strings.HasSuffix(strings.TrimSpace(chat), "[nein] [Hier schreiben]") {
		t.Error(chat)
	}
	h.clean()
}

// TestWrittenBeforeTheAnswer: what somebody wrote while the answer to something
// older was under way stands above that answer, and is found all the same.
func TestWrittenBeforeTheAnswer(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.slow = 100 * time.Millisecond
	h.p.Type("one")
	h.wait("it is heard", func() bool { return h.bot.dms.get(h.p.ID) != "" })
	h.s.SendAway(4000)
	h.s.ForgetSessions()
	h.s.DropSockets()
	h.p.Type("two") // nobody will repeat it
	h.reads("> one\n> two\n< text one [on]")
	h.s.SendAway(0)
	h.reads("> one\n> two\n< text one [on]\n< text two [on]")
	h.clean()
}
