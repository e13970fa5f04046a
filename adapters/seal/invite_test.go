package seal

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

var codeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

const aSecret = "0123456789abcdef"

func TestAnInviteLeadsBack(t *testing.T) {
	ring := newRing(t)
	for _, who := range []dialog.PersonID{
		"telegram:1", "telegram:4503599627370495", "telegram:18446744073709551615", "discord:1234567890123456789",
		"telegram:007", "telegram:-5", "console:you", "telegram", ":",
	} {
		code := ring.Invite(who, aSecret)
		if !codeForm.MatchString(code) {
			t.Errorf("%q: no start of a chat carries %q", string(who), code)
		}
		got, secret, ok := ring.Invited(code)
		if !ok || got != who || secret != aSecret {
			t.Errorf("%q comes back as %q, %q, %v", string(who), string(got), secret, ok)
		}
	}
	if code := ring.Invite(dialog.PersonID(strings.Repeat("x", 40)), aSecret); code != "" {
		t.Errorf("a long address gives %q", code)
	}
	if code := ring.Invite("telegram:1", "short"); code != "" {
		t.Errorf("a short secret gives %q", code)
	}
}

// A code outlives a turn of the keys and a restart, and is nothing to another bot.
func TestAnInviteIsOfOneKeyring(t *testing.T) {
	ring, other := newRing(t), newRing(t)
	code := ring.Invite("telegram:17", aSecret)
	if _, _, ok := other.Invited(code); ok {
		t.Error("another keyring opens it")
	}
	if _, err := ring.Add(time.Now()); err != nil {
		t.Fatal(err)
	}
	text, err := ring.Text()
	must(t, err)
	again, err := ParseKeyring(text)
	must(t, err)
	if who, _, ok := again.Invited(code); !ok || who != "telegram:17" {
		t.Errorf("after a restart it leads to %q, %v", string(who), ok)
	}
	for i := range code { // one character other than it was
		c := byte('A')
		if code[i] == c {
			c = 'B'
		}
		if _, _, ok := ring.Invited(code[:i] + string(c) + code[i+1:]); ok {
			t.Errorf("it opens with character %d changed", i)
		}
	}
}

// FuzzInvited: nothing opens but what was made, in exactly the form it was made in.
func FuzzInvited(f *testing.F) {
	ring := newRing(f)
	f.Add("")
	f.Add("AAAA")
	f.Add(ring.Invite("telegram:17", aSecret))
	f.Add(ring.Invite("console:you", aSecret))
	f.Fuzz(func(t *testing.T, code string) {
		who, secret, ok := ring.Invited(code)
		if ok && ring.Invite(who, secret) != code {
			t.Errorf("%q opens, and is none", code)
		}
	})
}
