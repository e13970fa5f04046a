package discord

import (
	"bytes"
	"strings"
	"time"

	"afterglow/dialog"
)

// event is what a message in the direct messages means; false if nothing.
func (m *message) event(self string, edited bool) (dialog.Event, bool) {
	ev := dialog.Event{ID: "message " + m.ID, Person: personOf(m.Author.ID), At: when(m.ID)}
	ours := m.Author.Bot || m.Author.ID == self || m.Webhook != ""
	if ours || m.Guild != "" || !isID(m.ID) || !isID(m.Channel) || !isID(m.Author.ID) {
		return ev, false
	}
	if m.Type != 0 && m.Type != 19 { // anything but a message and a reply is Discord's own notice
		return ev, false
	}
	text := valid(m.Content)
	switch {
	case edited && (m.Edited == "" || text == ""):
		return ev, false // Discord added the picture of a page, or the like
	case edited:
		ev.Kind, ev.Text = dialog.Edited, text
		ev.ID = "edit " + m.ID + " " + clip(m.Edited, 40)
		if at, err := time.Parse(time.RFC3339, m.Edited); err == nil {
			ev.At = at
		}
	case strings.TrimSpace(text) != "":
		ev.Kind, ev.Text = dialog.Text, text
		if name, rest, ok := command(text); ok {
			ev.Kind, ev.Name, ev.Text = dialog.Command, name, rest
		}
	default:
		ev.Kind, ev.Name = dialog.Media, m.media()
	}
	return ev, true
}

// command reads "/name rest", for those who type what they could pick.
func command(text string) (name, rest string, ok bool) {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if len(word) < 2 || len(word) > 33 || word[0] != '/' {
		return "", "", false
	}
	for _, r := range word[1:] {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' {
			return "", "", false
		}
	}
	return strings.ToLower(word[1:]), strings.TrimSpace(rest), true
}

func (m *message) media() string {
	switch {
	case m.Flags&voiceFlag != 0:
		return "voice"
	case len(m.Stickers) > 0:
		return "sticker"
	case len(m.Poll) > 0 && !bytes.Equal(m.Poll, []byte("null")):
		return "poll"
	case len(m.Files) == 0:
		return "other"
	}
	kind, _, _ := strings.Cut(m.Files[0].Type, "/")
	switch kind {
	case "image":
		return "photo"
	case "video":
		return "video"
	case "audio":
		return "voice"
	}
	return "file"
}
