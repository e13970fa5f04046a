package discord

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/discord/discordtest"
	"afterglow/dialog"
)

// ask answers everything with a question of toggles that remembers what is on.
func ask() func(dialog.Event) []dialog.Message {
	on := map[string]bool{}
	return func(ev dialog.Event) []dialog.Message {
		m := dialog.Message{Text: "Which?", Many: true}
		if ev.Kind == dialog.Press {
			m.Edit = ev.Screen
			on[ev.Data] = !on[ev.Data]
		}
		if ev.Data == "done" {
			return []dialog.Message{{Text: "Thank you.", Edit: ev.Screen}}
		}
		m.Choices = choices("tea cocoa water/bread soup fruit/done/<stop")
		for _, row := range m.Choices {
			for i := range row {
				row[i].On = on[row[i].Data]
			}
		}
		return []dialog.Message{m}
	}
}

func TestMenu(t *testing.T) {
	h := open(t, nil, ask()).online()
	h.do(h.p.Slash("/needs"))
	h.reads(`< Which? [tea] [cocoa] [water] [bread] [soup] [fruit] [done] [stop]`)
	h.do(h.p.Choose("tea", "soup"))
	h.reads(`< Which? [✓ tea] [cocoa] [water] [bread] [✓ soup] [fruit] [done] [stop]`)
	h.do(h.p.Choose("soup", "water"))
	h.reads(`< Which? [✓ tea] [cocoa] [✓ water] [bread] [soup] [fruit] [done] [stop]`)
	h.do(h.p.Press("done"))
	h.reads(`< Thank you.`)
	if got := h.events(); !strings.HasPrefix(got, "command needs; press tea ") || strings.Count(got, "press") != 5 {
		t.Error(got)
	}
	h.clean()
}

func TestForm(t *testing.T) {
	h := open(t, nil, func(ev dialog.Event) []dialog.Message {
		if ev.Kind == dialog.Command {
			return []dialog.Message{{Text: "Anything to note?", Choices: choices("<skip <stop")}}
		}
		return []dialog.Message{{Text: "Noted: " + dialog.Escape(ev.Text)}}
	}).online()
	h.do(h.p.Slash("/journal"))
	h.reads(`< Anything to note? [skip] [stop] [Write it here]`)
	h.do(h.p.Press("Write it here"))
	h.do(h.p.Submit("what *we* did_not say"))
	h.reads(`
< Anything to note? [skip] [stop] [Write it here]
< Noted: what *we* did_not say`)
	h.p.Type("and this")
	h.reads(`
< Anything to note? [skip] [stop] [Write it here]
< Noted: what *we* did_not say
> and this
< Noted: and this`)
	h.clean()
}

func TestEdits(t *testing.T) {
	h := open(t, nil, nil).online()
	h.p.Type("hello")
	h.reads("> hello\n< text hello")
	h.p.Edit("hullo")
	h.reads("> hullo\n< text hello\n< edited hullo")
	h.clean()
}

// lines are what may be shared; the second is longer than a preview has room for.
func lines3(string) []string {
	return []string{"Shall we talk about afterwards?", "What did you like?", "5 * 5"}
}

func TestElsewhereIsQuiet(t *testing.T) {
	h := open(t, func(c *Config, _ *pace) { c.Share = lines3 }, nil).online()
	const line = "< (private) I only talk one to one, in private messages. Nothing of this chat reaches me. [Find me here]"
	for _, context := range []int{discordtest.Guild, discordtest.Private} {
		chat := h.p.In(context)
		h.do(chat.Slash("/needs"))
		h.readsIn(chat, line)
		m := chat.Messages()[0]
		if m.Components[0].URL != "https://discord.com/users/"+discordtest.BotID {
			t.Errorf("the way leads to %s", m.Components[0].URL)
		}
	}
	if h.events() != "" {
		t.Errorf("something became an event: %s", h.events())
	}
	h.clean()
}

func TestShare(t *testing.T) {
	h := open(t, func(c *Config, _ *pace) { c.Share = lines3 }, nil).online()
	chat := h.p.In(discordtest.Private)
	h.do(chat.Slash("/starters do=share"))
	first := chat.Messages()[0]
	if !first.Private || !slices.Equal(first.Labels(), []string{"Put it in the chat", "Show me another"}) {
		t.Fatalf("%s", chat)
	}
	h.do(chat.Press("Show me another"))
	second := chat.Messages()[0]
	shown := func(m discordtest.Message) string { return m.Text[strings.LastIndex(m.Text, "\n")+1:] }
	if shown(first) == shown(second) || !slices.Contains(lines3(""), shown(second)) {
		t.Fatalf("%s", chat)
	}
	h.do(chat.Press("Put it in the chat"))
	h.readsIn(chat, "< (private) It's in the chat.\n< "+shown(second))
	if h.events() != "" {
		t.Errorf("something became an event: %s", h.events())
	}

	const sorry = "< (private) That didn't work, nothing was posted. I may not be allowed to write in this chat."
	h.s.Fail(1, discordtest.NoAccess)
	chat = h.p.In(discordtest.Guild)
	h.do(chat.Slash("/starters do=share"))
	h.do(chat.Press("Put it in the chat"))
	h.readsIn(chat, sorry)

	h.s.Fail(1, discordtest.Hushed)
	chat = h.p.In(discordtest.Guild)
	h.do(chat.Slash("/starters do=share"))
	h.do(chat.Press("Put it in the chat"))
	h.wait("it is told", func() bool { return strings.HasPrefix(chat.String(), sorry+"\n< (private) ") })

	h.do(h.p.Slash("/starters do=share")) // with the bot alone there is nobody to share with
	h.reads("< command starters share")
	h.clean()
}

// TestLateAnswers: an answer finds its place however long it took.
func TestLateAnswers(t *testing.T) {
	h := open(t, nil, func(ev dialog.Event) []dialog.Message {
		m := dialog.Message{Text: say(ev), Choices: choices("a b")}
		if ev.Kind == dialog.Press {
			m.Edit = ev.Screen
			m.Text = "pressed " + ev.Data
		}
		return []dialog.Message{m}
	}).online()
	h.do(h.p.Slash("/needs"))
	h.reads("< command needs [a] [b]")
	h.s.Expire() // it has run out at Discord's, though not by our clock
	h.do(h.p.Press("a"))
	h.reads("< pressed a [a] [b]")
	h.do(h.p.Slash("/after"))
	h.reads("< pressed a [a] [b]\n< …\n< command after [a] [b]")
	if h.s.Count("open") != 0 {
		t.Error("a channel was opened that was known")
	}
	h.clean()
}

// TestThinking is not left standing when there is nothing to say.
func TestThinking(t *testing.T) {
	h := open(t, nil, func(dialog.Event) []dialog.Message { return nil }).online()
	h.do(h.p.Slash("/stop"))
	h.reads("< …")
	h.reads("")
	h.clean()
}

// TestSorry: when nobody can take a command, the person is told.
func TestSorry(t *testing.T) {
	h := open(t, func(_ *Config, p *pace) { p.giveUp = 50 * time.Millisecond }, nil)
	h.fails = 1000
	h.online()
	h.do(h.p.Slash("/needs"))
	h.reads("< Something is not working on my side right now, sorry. What you told me before is safe. Please try again in a little while.")
	h.clean()
}

func TestPictureAndFile(t *testing.T) {
	h := open(t, nil, func(ev dialog.Event) []dialog.Message {
		card := &dialog.File{Name: "card.png", Type: "image/png", Bytes: []byte("png")}
		if ev.Kind == dialog.Press {
			return []dialog.Message{{Text: "Only words.", Edit: ev.Screen}}
		}
		return []dialog.Message{{Text: "Your card.", Picture: card, Choices: choices("fine")}, {File: &dialog.File{Name: "all.txt", Bytes: []byte("x")}}}
	}).online()
	h.do(h.p.Slash("/card"))
	h.reads("< (card.png) Your card. [fine]\n< (all.txt)")
	h.do(h.p.Press("fine"))
	h.reads("< Only words.\n< (all.txt)")
	h.clean()
}

func TestRemove(t *testing.T) {
	h := open(t, nil, func(ev dialog.Event) []dialog.Message {
		return []dialog.Message{{Text: strings.Repeat("A long story. ", 200)}, {Text: "And a short one."}}
	}).online()
	h.p.Type("hello")
	h.wait("three messages", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return len(h.refs) == 2 })
	refs := append(h.refs, "nonsense", dialog.Ref(h.p.Chat.ID+"/"+h.p.Messages()[0].ID))
	left, err := h.bot.Remove(context.Background(), personOf(h.p.ID), refs)
	if err != nil || !slices.Equal(left, refs[2:]) {
		t.Errorf("left %v, %v", left, err)
	}
	h.reads("> hello")
	left, err = h.bot.Remove(context.Background(), personOf(h.p.ID), refs[:2]) // gone already
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	h.clean()
}

// TestEditOfWhatIsGone: what can not be changed any more is said anew.
func TestEditOfWhatIsGone(t *testing.T) {
	h := open(t, nil, oneButton).online()
	h.p.Type("one")
	h.reads("> one\n< text one [on]")
	h.wait("it is known where", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return len(h.refs) == 1 })
	me, first := personOf(h.p.ID), h.refs[0]
	if left, err := h.bot.Remove(context.Background(), me, h.refs); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	second, err := h.bot.Send(context.Background(), me, dialog.Message{ID: "a", Text: "Gone.", Edit: first})
	h.do(err)
	h.reads("> one\n< Gone.")
	h.s.Fail(1, discordtest.NoAccess)
	third, err := h.bot.Send(context.Background(), me, dialog.Message{ID: "b", Text: "Not for us.", Edit: second})
	h.do(err)
	h.reads("> one\n< Gone.\n< Not for us.")
	if first == second || second == third {
		t.Errorf("said at %s, %s, %s", first, second, third)
	}
	h.clean()
}

func TestTyping(t *testing.T) {
	h := open(t, nil, nil).online()
	if err := h.bot.Typing(context.Background(), personOf(h.p.ID)); err != nil || h.s.Count("typing") != 0 {
		t.Error("a stranger's channel is not opened for that", err)
	}
	h.p.Type("hello")
	h.reads("> hello\n< text hello")
	if err := h.bot.Typing(context.Background(), personOf(h.p.ID)); err != nil || h.s.Count("typing") != 1 {
		t.Error(err)
	}
}

// TestAcknowledgement: Discord's three seconds hold however slow the host is. Not
// one event is taken before all are acknowledged; and of three rounds, so that a
// machine with other things to do may have a bad moment, one keeps to the goal.
func TestAcknowledgement(t *testing.T) {
	const goal = 1500 * time.Millisecond
	for round := 1; ; round++ {
		late := acknowledged(t)
		t.Logf("p50 %v, p99.9 %v, longest %v", late[len(late)/2], late[len(late)*999/1000], late[len(late)-1])
		if late[len(late)*999/1000] < goal {
			return
		}
		if round == 3 {
			t.Fatalf("p99.9 is above %v", goal)
		}
	}
}

// acknowledged lets many people run many commands while the host is stuck, and
// returns how long each acknowledgement took, sorted. One that never came took as
// long as Discord waits.
func acknowledged(t *testing.T) []time.Duration {
	stuck := make(chan struct{})
	h := open(t, nil, func(dialog.Event) []dialog.Message {
		<-stuck
		return nil
	}).online()
	h.s.AckTime = 3 * time.Second
	const people, each = 50, 20
	done := make(chan []time.Duration, people)
	for range people {
		go func() {
			p := h.s.Person("de")
			var never []time.Duration
			for range each {
				if p.Slash("/needs") != nil {
					never = append(never, h.s.AckTime)
				}
			}
			done <- never
		}()
	}
	var acks []time.Duration
	for range people {
		acks = append(acks, <-done...)
	}
	close(stuck)
	acks = append(acks, h.s.Acks()...)
	slices.Sort(acks)
	if len(acks) < people*each {
		t.Errorf("%d acknowledged", len(acks))
	}
	h.clean()
	return acks
}
