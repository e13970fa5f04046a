package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Message is one message in a chat, as the person sees it.
type Message struct {
	ID         string
	Bot        bool   // the bot's; else the person's
	Text       string // without looks
	Raw        string // as it was sent
	Components []Component
	Files      []File
	Private    bool // ephemeral: nobody else sees it
	Silent     bool
	Thinking   bool // the bot has announced an answer
	Edits      int

	channel string
	removed bool
	media   map[string]any
}

// File is an upload.
type File struct {
	Name string
	Data []byte
}

// Component is a button, or an entry of a menu.
type Component struct {
	Label   string
	ID      string // of the button or the menu
	Value   string // of the entry
	URL     string
	Chosen  bool // a menu's entry that is ticked
	Many    bool // of a menu that takes several
	Answers bool // a button that answers: not one that opens a page
}

// Labels are the buttons and entries, top to bottom. An entry that is ticked
// begins with "✓ ".
func (m *Message) Labels() []string {
	var out []string
	for _, c := range m.Components {
		label := c.Label
		if c.Chosen {
			label = "✓ " + label
		}
		out = append(out, label)
	}
	return out
}

const maxContent = 2000

// body is a message as it is sent.
type body struct {
	Content    string            `json:"content"`
	Components []json.RawMessage `json:"components"`
	Files      []struct {
		ID   string `json:"id"`
		Name string `json:"filename"`
	} `json:"attachments"`
	Mentions *struct {
		Parse []string `json:"parse"`
		Users []string `json:"users"`
		Roles []string `json:"roles"`
	} `json:"allowed_mentions"`
	Flags   int  `json:"flags"`
	Nonce   any  `json:"nonce"`
	Enforce bool `json:"enforce_nonce"`
}

const (
	flagNoPreview, flagPrivate, flagThinking, flagSilent = 1 << 2, 1 << 6, 1 << 7, 1 << 12
)

type row struct {
	Type       int    `json:"type"`
	Components []node `json:"components"`
}

type node struct {
	Type    int    `json:"type"`
	Style   int    `json:"style"`
	Label   string `json:"label"`
	ID      string `json:"custom_id"`
	URL     string `json:"url"`
	Min     *int   `json:"min_values"`
	Max     *int   `json:"max_values"`
	Options []struct {
		Label   string `json:"label"`
		Value   string `json:"value"`
		Default bool   `json:"default"`
	} `json:"options"`
}

// rules are what Discord refuses beyond its document.
func rules(b *body, files int) error {
	if n := len(utf16.Encode([]rune(b.Content))); n > maxContent {
		return fmt.Errorf("content: has %d characters", n)
	}
	if strings.TrimSpace(b.Content) == "" && files == 0 {
		return fmt.Errorf("content: is empty")
	}
	if b.Mentions == nil || len(b.Mentions.Parse)+len(b.Mentions.Users)+len(b.Mentions.Roles) > 0 {
		return fmt.Errorf("allowed_mentions: somebody could be pinged")
	}
	if len(b.Components) > 5 {
		return fmt.Errorf("components: has %d rows", len(b.Components))
	}
	seen := map[string]bool{}
	for i, raw := range b.Components {
		var r row
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("components.%d: %w", i, err)
		}
		for j, n := range r.Components {
			at := fmt.Sprintf("components.%d.components.%d", i, j)
			if n.ID != "" && seen[n.ID] {
				return fmt.Errorf("%s.custom_id: stands twice", at)
			}
			seen[n.ID] = true
			if err := n.rules(len(r.Components)); err != nil {
				return fmt.Errorf("%s%w", at, err)
			}
		}
	}
	return nil
}

func (n *node) rules(inRow int) error {
	switch {
	case n.Type == 2 && strings.TrimSpace(n.Label) == "":
		return fmt.Errorf(".label: is empty")
	case n.Type == 2 && n.Style == 5 && (n.URL == "" || n.ID != ""):
		return fmt.Errorf(": a link has an address and no id")
	case n.Type == 2 && n.Style != 5 && (n.URL != "" || n.ID == ""):
		return fmt.Errorf(": a button has an id and no address")
	case n.Type == 3 && inRow != 1:
		return fmt.Errorf(": a menu stands alone in its row")
	case n.Type != 3:
		return nil
	}
	least, most := 1, 1
	if n.Min != nil {
		least = *n.Min
	}
	if n.Max != nil {
		most = *n.Max
	}
	chosen := 0
	var values []string
	for _, o := range n.Options {
		if o.Default {
			chosen++
		}
		if slices.Contains(values, o.Value) {
			return fmt.Errorf(".options: a value stands twice")
		}
		values = append(values, o.Value)
	}
	if least > most || most > len(n.Options) || chosen > most {
		return fmt.Errorf(": %d to %d of %d options, %d chosen", least, most, len(n.Options), chosen)
	}
	return nil
}

// show makes what the person sees of a body.
func (b *body) show(m *Message) {
	m.Raw, m.Text = b.Content, Plain(b.Content)
	m.Components = nil
	for _, raw := range b.Components {
		var r row
		if json.Unmarshal(raw, &r) != nil {
			continue
		}
		for _, n := range r.Components {
			if n.Type == 2 {
				m.Components = append(m.Components, Component{Label: n.Label, ID: n.ID, URL: n.URL, Answers: n.Style != 5})
			}
			for _, o := range n.Options {
				m.Components = append(m.Components, Component{
					Label: o.Label, ID: n.ID, Value: o.Value, Chosen: o.Default, Many: n.Max != nil && *n.Max > 1 || n.Min != nil && *n.Min == 0,
				})
			}
		}
	}
	m.media = map[string]any{"components": b.Components}
}

// Plain is Discord's markup as it is read: escaped characters stand for
// themselves, and the stars of bold text are gone.
func Plain(raw string) string {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] == '\\' && i+1 < len(raw) && strings.IndexByte("\\`*_~|<[]#>-()", raw[i+1]) >= 0:
			i++
			b.WriteByte(raw[i])
		case strings.HasPrefix(raw[i:], "**"):
			i++
		default:
			b.WriteByte(raw[i])
		}
	}
	return b.String()
}

// unescaped finds markup that is neither bold nor escaped, outside of addresses.
func unescaped(raw string) string {
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] == '\\':
			i++
		case strings.HasPrefix(raw[i:], "**"):
			i++
		case strings.HasPrefix(raw[i:], "http://"), strings.HasPrefix(raw[i:], "https://"):
			if n := strings.IndexAny(raw[i:], " \n"); n > 0 {
				i += n
			} else {
				return ""
			}
		case strings.IndexByte("`*_~|<[", raw[i]) >= 0,
			strings.IndexByte("#>-", raw[i]) >= 0 && (i == 0 || raw[i-1] == '\n'):
			return string(raw[i])
		}
	}
	return ""
}
