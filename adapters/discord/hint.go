package discord

import (
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// hint is what travels in [dialog.Event.Hint] to the message that answers:
// where Discord waits for it, and until when. It holds a secret that is worth
// nothing after a quarter of an hour.
type hint struct {
	reply  bool      // "thinking" is shown where the answer is to stand; else an old message waits to be changed
	until  time.Time // the token lives
	screen string    // without reply: the message that the press was on
	lang   string    // of the person's client
	token  string    // "": none
}

// tokenLife is a little less than Discord's 15 minutes.
const tokenLife = 14*time.Minute + 30*time.Second

func (h hint) String() string {
	kind := "u"
	if h.reply {
		kind = "r"
	}
	return strings.Join([]string{kind, strconv.FormatInt(h.until.Unix(), 36), h.screen, h.lang, h.token}, " ")
}

// readHint reads what String wrote; of anything else nothing is left.
func readHint(s string) hint {
	f := strings.SplitN(s, " ", 5)
	if len(f) != 5 || f[0] != "u" && f[0] != "r" {
		return hint{}
	}
	at, err := strconv.ParseInt(f[1], 36, 64)
	if err != nil || !isToken(f[4]) {
		return hint{lang: f[3]}
	}
	return hint{reply: f[0] == "r", until: time.Unix(at, 0), screen: f[2], lang: f[3], token: f[4]}
}

func (h hint) alive(now time.Time) bool { return h.token != "" && now.Before(h.until) }

// isToken tells whether s can stand in an address.
func isToken(s string) bool {
	if s == "" || len(s) > 512 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '=') {
			return false
		}
	}
	return true
}

// place is what a [dialog.Ref] of ours means: a channel and the messages in it
// that are one message of the bot; the last has the choices.
type place struct {
	channel  string
	messages []string
}

func (p place) ref() dialog.Ref {
	return dialog.Ref(p.channel + "/" + strings.Join(p.messages, "+"))
}

func (p place) last() string { return p.messages[len(p.messages)-1] }

// readRef reads a ref; false if it is none of ours.
func readRef(r dialog.Ref) (place, bool) {
	channel, list, ok := strings.Cut(string(r), "/")
	p := place{channel, strings.Split(list, "+")}
	if !ok || !isID(channel) || len(p.messages) > 32 {
		return place{}, false
	}
	for _, m := range p.messages {
		if !isID(m) {
			return place{}, false
		}
	}
	return p, true
}

// personOf and userOf translate between Discord's ids and ours. The id is the
// user's, since that is the same wherever they come from; the channel of their
// direct messages is looked up.
func personOf(user string) dialog.PersonID { return dialog.PersonID(Name + ":" + user) }

func userOf(p dialog.PersonID) (string, bool) {
	user, ok := strings.CutPrefix(string(p), Name+":")
	return user, ok && isID(user)
}
