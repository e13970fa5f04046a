package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/prompts"
)

// words are the built-in ones.
func words(t testing.TB) func(lang, key string) string {
	book, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return func(lang, key string) string {
		for _, l := range []string{lang, prompts.Default} {
			if v := book.Words[l][key]; len(v) > 0 {
				return v[0]
			}
		}
		return ""
	}
}

// In a group one neutral line tells where the bot is to be found, once a minute
// at most; nothing said there becomes an event. A channel is left.
func TestGroups(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	in := &inbox{}
	run(t, s, Config{Words: words(t)}, in)
	mira := s.Person("en")
	g, channel := s.Group("supergroup"), s.Group("channel")
	g.Say(mira, map[string]any{"text": "Good morning."})
	g.Say(mira, map[string]any{"text": "/needs@" + telegramtest.Username})
	g.Say(mira, map[string]any{"text": "@" + telegramtest.Username + " are you there?"})
	g.Say(mira, map[string]any{"voice": map[string]any{"file_id": "x", "file_unique_id": "y", "duration": 1}})
	mira.Type("in private")
	if !s.Wait(func() bool {
		return len(in.texts(nil)) == 1 && len(g.Messages()) == 1 && channel.Left() && s.Unconfirmed() == 0
	}) {
		t.Fatalf("%q; %d lines; left %v", in.texts(nil), len(g.Messages()), channel.Left())
	}
	line := g.Messages()[0]
	if want := words(t)("en", "telegram.group") + " [" + words(t)("en", "telegram.open") + "]"; line.String() != want || !line.Quiet {
		t.Errorf("%s", line)
	}
	if url := line.Buttons[0][0].URL; url != "https://t.me/"+telegramtest.Username {
		t.Error(url)
	}
	if len(channel.Messages()) != 0 {
		t.Error("a channel was written to")
	}
	other := s.Group("group")
	other.Say(mira, map[string]any{"text": "/start@" + telegramtest.Username})
	if !s.Wait(func() bool { return len(other.Messages()) == 1 }) {
		t.Error("another group is told nothing")
	}
}

// Inline answers are kept for nobody.
func TestInline(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	asked := make(chan string, 2)
	in := &inbox{}
	run(t, s, Config{Inline: func(lang, query string) []InlineResult {
		asked <- lang + " " + query
		var list []InlineResult
		for i := range 60 {
			list = append(list, InlineResult{ID: fmt.Sprint("s", i), Title: "A <start>", Text: "*Afterwards* I like quiet & tea"})
		}
		return append([]InlineResult{{ID: "", Title: "x", Text: "x"}, {ID: "empty", Title: "x"}}, list...)
	}}, in)
	mira := s.Person("pt-BR")
	id := mira.Ask("quiet")
	if !s.Wait(func() bool { return s.Answer(id) != "" }) {
		t.Fatal("no answer")
	}
	if q := <-asked; q != "pt-br quiet" {
		t.Error(q)
	}
	var list []struct{ ID string }
	if err := json.Unmarshal([]byte(s.Answer(id)), &list); err != nil || len(list) != 50 {
		t.Errorf("%d results, %v", len(list), err)
	}
	if len(in.texts(nil)) != 0 {
		t.Error("an inline query became an event")
	}
}

func TestInlineWithoutHook(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	run(t, s, Config{}, &inbox{})
	id := s.Person("").Ask("x")
	if !s.Wait(func() bool { return s.Answer(id) == "[]" }) {
		t.Errorf("%q", s.Answer(id))
	}
}

// What is shown already is not registered again.
func TestRegister(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{
		Commands: []string{"start", "help", "nothing"},
		Words: func(lang, key string) string {
			if key == "telegram.command.nothing" {
				return ""
			}
			return lang + " " + strings.TrimPrefix(key, "telegram.")
		},
	})
	langs := []string{"en", "de", "pt-br", "pt"}
	if err := b.Register(context.Background(), langs...); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{
		"":   `[{"command":"start","description":"en command.start"},{"command":"help","description":"en command.help"}]`,
		"de": `[{"command":"start","description":"de command.start"},{"command":"help","description":"de command.help"}]`,
		"pt": `[{"command":"start","description":"pt-br command.start"},{"command":"help","description":"pt-br command.help"}]`,
	} {
		if got := s.Menu(lang); got != want {
			t.Errorf("%q: %s", lang, got)
		}
	}
	set := func() (n int) {
		for _, c := range s.Calls("") {
			if strings.HasPrefix(c.Method, "set") {
				n++
			}
		}
		return n
	}
	if n := set(); n != 9 {
		t.Errorf("%d calls to set something", n)
	}
	if err := b.Register(context.Background(), langs...); err != nil || set() != 9 {
		t.Errorf("registered again: %v, %d calls", err, set())
	}
	s.Close()
	if err := b.Register(context.Background(), "en"); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("%v", err)
	}
}

// The words that come with the program fit Telegram, and tell nothing on a lock screen.
func TestOwnWords(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	book, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for key, v := range book.Words[prompts.Default] {
		name, ok := strings.CutPrefix(key, "telegram.")
		if !ok {
			continue
		}
		if c, ok := strings.CutPrefix(name, "command."); ok {
			commands = append(commands, c)
		}
		for _, stem := range book.Stems {
			if strings.Contains(strings.ToLower(v[0]), stem) {
				t.Errorf("%s holds %q", key, stem)
			}
		}
	}
	slices.Sort(commands)
	b := open(t, s, Config{Commands: commands, Words: words(t)})
	if err := b.Register(context.Background(), book.Langs...); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(s.Menu(""), `"command"`); n < 15 {
		t.Errorf("%d commands are in the menu", n)
	}
}
