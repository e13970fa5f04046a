package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Register tells Discord which commands there are, if it does not know yet. Each
// can be used by a person who installed the bot and by the members of a server
// that did, in the bot's direct messages, in servers and in any private chat.
func (b *Bot) Register(ctx context.Context) error {
	want := b.slashCommands()
	at := discordgo.EndpointApplicationGlobalCommands(b.app)
	body, err := b.call(ctx, request{op: "read commands", method: "GET", url: at + "?with_localizations=true"})
	if err != nil {
		return err
	}
	var have []slashCommand
	if json.Unmarshal(body, &have) == nil && alike(have, want) {
		return nil
	}
	_, err = b.call(ctx, request{op: "register commands", method: "PUT", url: at, body: want})
	if err == nil {
		b.log.Info("commands are registered; by this link people add the bot to their account", "commands", len(want), "link", b.InstallURL())
	}
	return err
}

// keepRegistering tries until it has worked.
func (b *Bot) keepRegistering(ctx context.Context) {
	for try := 0; ; try++ {
		err := b.Register(ctx)
		if err == nil || ctx.Err() != nil || b.killed() != nil {
			return
		}
		b.log.Error("commands could not be registered", "err", err)
		if sleep(ctx, min(b.pace.backoff<<min(try, 12), time.Hour)) != nil {
			return
		}
	}
}

// slashCommand is a command as Discord takes and gives it, in the fields that we set.
type slashCommand struct {
	Type         int                         `json:"type"`
	Name         string                      `json:"name"`
	Names        map[discordgo.Locale]string `json:"name_localizations,omitempty"`
	Description  string                      `json:"description"`
	Descriptions map[discordgo.Locale]string `json:"description_localizations,omitempty"`
	Options      []slashOption               `json:"options,omitempty"`
	NSFW         bool                        `json:"nsfw"`
	Installs     []int                       `json:"integration_types"`
	Contexts     []int                       `json:"contexts"`
}

type slashOption struct {
	Type         int                         `json:"type"`
	Name         string                      `json:"name"`
	Names        map[discordgo.Locale]string `json:"name_localizations,omitempty"`
	Description  string                      `json:"description"`
	Descriptions map[discordgo.Locale]string `json:"description_localizations,omitempty"`
	MaxLength    int                         `json:"max_length,omitempty"`
	Choices      []slashChoice               `json:"choices,omitempty"`
}

type slashChoice struct {
	Name  string                      `json:"name"`
	Names map[discordgo.Locale]string `json:"name_localizations,omitempty"`
	Value string                      `json:"value"`
}

// maxCommandText keeps what is typed behind a command a short text.
const maxCommandText = 1000

func (b *Bot) slashCommands() []slashCommand {
	list := []slashCommand{}
	for _, c := range b.cfg.Commands {
		s := slashCommand{
			Type: 1, Name: clip(strings.ToLower(c.Name), 32), NSFW: b.cfg.AgeLabel,
			Installs: []int{0, 1}, Contexts: []int{0, 1, 2},
		}
		s.Names = b.localised("name."+c.Name, 32, true)
		s.Description, s.Descriptions = b.described("about."+c.Name, s.Name)
		if c.Text {
			o := slashOption{Type: 3, Name: optionText, MaxLength: maxCommandText}
			o.Names = b.localised("name_option.text", 32, true)
			o.Description, o.Descriptions = b.described("about_option.text", optionText)
			s.Options = append(s.Options, o)
		}
		if c.Share && b.cfg.Share != nil {
			o := slashOption{Type: 3, Name: optionDo}
			o.Names = b.localised("name_option.do", 32, true)
			o.Description, o.Descriptions = b.described("about_option.do", optionDo)
			label := or(b.word("", "share", 100), valueShare)
			o.Choices = []slashChoice{{Name: label, Names: b.localised("share", 100, false), Value: valueShare}}
			s.Options = append(s.Options, o)
		}
		list = append(list, s)
	}
	return list
}

func (b *Bot) described(key, other string) (string, map[discordgo.Locale]string) {
	return or(b.word("", key, 100), other), b.localised(key, 100, false)
}

// localised are the words of the languages other than the first, by Discord's
// names. A name has to be one lower-case word.
func (b *Bot) localised(key string, max int, name bool) map[discordgo.Locale]string {
	out := map[discordgo.Locale]string{}
	standard := b.word("", key, max)
	for _, lang := range b.cfg.Langs[min(len(b.cfg.Langs), 1):] {
		w := b.word(lang, key, max)
		if name {
			w = strings.ReplaceAll(strings.ToLower(w), " ", "-")
		}
		if w == "" || w == standard {
			continue
		}
		for _, l := range locales(lang) {
			out[l] = w
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// locales are Discord's names for a language of ours: the very one, or all that
// are forms of it.
func locales(lang string) []discordgo.Locale {
	var out []discordgo.Locale
	for l := range discordgo.Locales {
		own := strings.ToLower(string(l))
		base, _, _ := strings.Cut(own, "-")
		if own == lang {
			return []discordgo.Locale{l}
		}
		if own != "" && base == lang {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return out
}

// alike tells whether Discord has the commands as we want them, in any order.
func alike(have, want []slashCommand) bool {
	canon := func(list []slashCommand) []byte {
		list = slices.Clone(list)
		slices.SortFunc(list, func(x, y slashCommand) int { return strings.Compare(x.Name, y.Name) })
		for i := range list {
			list[i].Installs = sorted(list[i].Installs)
			list[i].Contexts = sorted(list[i].Contexts)
		}
		out, _ := json.Marshal(list) // strings and numbers only: it can not fail
		return out
	}
	return bytes.Equal(canon(have), canon(want))
}

func sorted(list []int) []int {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
