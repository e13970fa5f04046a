package discord

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"afterglow/dialog"
)

// What Discord sends, as far as we look at it. The library's types lose a whole
// event over one field they do not expect, so these are ours, and lenient:
// whatever has a surprising shape is left empty.

type user struct {
	ID  string `json:"id"`
	Bot bool   `json:"bot"`
}

type message struct {
	ID         string          `json:"id"`
	Channel    string          `json:"channel_id"`
	Guild      string          `json:"guild_id"`
	Type       int             `json:"type"`
	Author     user            `json:"author"`
	Content    string          `json:"content"`
	Edited     string          `json:"edited_timestamp"`
	Flags      int             `json:"flags"`
	Webhook    string          `json:"webhook_id"`
	Files      []upload        `json:"attachments"`
	Stickers   []struct{}      `json:"sticker_items"`
	Poll       json.RawMessage `json:"poll"`
	Components []component     `json:"components"`
}

type upload struct {
	Type string `json:"content_type"`
}

type interaction struct {
	ID      string              `json:"id"`
	Token   string              `json:"token"`
	Type    int                 `json:"type"`
	Channel string              `json:"channel_id"`
	Guild   string              `json:"guild_id"`
	Context *int                `json:"context"`
	Locale  string              `json:"locale"`
	User    user                `json:"user"`
	Member  struct{ User user } `json:"member"`
	Message message             `json:"message"`
	Data    struct {
		Type       int         `json:"type"`
		Name       string      `json:"name"`
		ID         string      `json:"custom_id"`
		Component  int         `json:"component_type"`
		Values     []string    `json:"values"`
		Options    []argument  `json:"options"`
		Components []formField `json:"components"`
	} `json:"data"`
}

type argument struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// formField is a row, a label or an input of a form that was sent.
type formField struct {
	Value      string      `json:"value"`
	Component  *formField  `json:"component"`
	Components []formField `json:"components"`
}

// text is the first text that was written into the form.
func (f *formField) text(depth int) string {
	if f == nil || depth == 0 {
		return ""
	}
	if f.Value != "" {
		return f.Value
	}
	if t := f.Component.text(depth - 1); t != "" {
		return t
	}
	for i := range f.Components {
		if t := f.Components[i].text(depth - 1); t != "" {
			return t
		}
	}
	return ""
}

const (
	kindPing, kindCommand, kindComponent, kindComplete, kindForm = 1, 2, 3, 4, 5

	contextDM = 1 // the bot's own direct messages

	voiceFlag = 1 << 13
)

// decode reads JSON into v as far as its fields have the shape we know.
func decode(data []byte, v any) bool {
	err := json.Unmarshal(data, v)
	_, odd := err.(*json.UnmarshalTypeError)
	return err == nil || odd
}

func readInteraction(data []byte) (*interaction, bool) {
	in := new(interaction)
	if !decode(data, in) || in.Type == kindPing {
		return in, in.Type == kindPing
	}
	if in.User.ID == "" {
		in.User = in.Member.User
	}
	return in, isID(in.ID) && isToken(in.Token) && isID(in.User.ID)
}

// private tells whether it happened in the bot's own direct messages. In doubt
// it did not.
func (in *interaction) private() bool {
	return in.Context != nil && *in.Context == contextDM && in.Guild == "" && isID(in.Channel)
}

func (in *interaction) lang() string { return lang(in.Locale) }

// lang is a locale as the dialog writes it, "" if it is none.
func lang(locale string) string {
	for _, r := range locale {
		if r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return ""
		}
	}
	if len(locale) > 8 {
		return ""
	}
	return strings.ToLower(locale)
}

// argument is the value of the command's option.
func (in *interaction) argument(name string) string {
	for _, o := range in.Data.Options {
		var s string
		if o.Name == name && json.Unmarshal(o.Value, &s) == nil {
			return s
		}
	}
	return ""
}

// events are what the interaction means: one press, command or text; or a press
// for every toggle that a menu was left in another state than it was shown in.
func (in *interaction) events() []dialog.Event {
	ev := dialog.Event{
		ID:     "interaction " + in.ID,
		Person: personOf(in.User.ID),
		At:     when(in.ID),
		Lang:   in.lang(),
		Hint:   in.hint(time.Now()).String(),
	}
	switch in.Type {
	case kindCommand:
		ev.Kind, ev.Name = dialog.Command, clip(in.Data.Name, 32)
		if ev.Text = in.argument(optionText); ev.Text == "" {
			ev.Text = in.argument(optionDo)
		}
		ev.Text = valid(ev.Text)
		return []dialog.Event{ev}
	case kindForm:
		ev.Kind = dialog.Text
		for i := range in.Data.Components {
			if ev.Text == "" {
				ev.Text = valid(in.Data.Components[i].text(4))
			}
		}
		return []dialog.Event{ev}
	case kindComponent:
		ev.Kind = dialog.Press
		if isID(in.Message.ID) {
			ev.Screen = place{in.Channel, []string{in.Message.ID}}.ref()
		}
		if in.Data.Component == typeButton {
			ev.Data = valid(clip(in.Data.ID, maxData))
			return []dialog.Event{ev}
		}
		var out []dialog.Event
		for _, v := range in.changes() {
			one := ev
			one.Data = v
			one.ID += " " + v
			out = append(out, one)
		}
		return out
	}
	return nil
}

// changes are the values of a menu to press. Of a menu of toggles: those that are
// chosen and were not, or were and are no longer, in the order they are shown
// in; the message that Discord sends along tells how it was.
func (in *interaction) changes() []string {
	now := in.Data.Values[:min(len(in.Data.Values), maxOptions)]
	if !strings.HasPrefix(in.Data.ID, idMany) {
		if len(now) == 0 {
			return nil
		}
		return []string{valid(clip(now[0], maxData))}
	}
	var out []string
	for _, row := range in.Message.Components {
		for _, menu := range row.Components {
			if menu.ID != in.Data.ID {
				continue
			}
			for _, o := range menu.Options {
				if slices.Contains(now, o.Value) != o.Default && len(out) < maxOptions {
					out = append(out, o.Value)
				}
			}
		}
	}
	return out
}

func (in *interaction) hint(now time.Time) hint {
	return hint{
		reply:  in.Type == kindCommand,
		until:  now.Add(tokenLife),
		screen: in.Message.ID,
		lang:   in.lang(),
		token:  in.Token,
	}
}

// when is the time that one of Discord's ids was made, by Discord's clock; zero
// if it is none.
func when(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n>>22 == 0 {
		return time.Time{}
	}
	return epoch.Add(time.Duration(n>>22) * time.Millisecond)
}

// byTime compares ids by when they were made. They are numbers, of which the
// upper bits are the time.
func byTime(x, y string) int {
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
}

// idAt is below every id that is made from at on.
func idAt(at time.Time) string {
	return strconv.FormatUint(uint64(at.Sub(epoch).Milliseconds())<<22, 10)
}

// epoch is when Discord's ids begin to count; its reference, "snowflakes".
var epoch = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)

// valid is s as text that can be stored, of a length no platform exceeds.
func valid(s string) string {
	const most = 16000 // bytes; Discord allows 4000 characters
	if len(s) > most {
		s = s[:most]
		for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
			s = s[:len(s)-1]
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
