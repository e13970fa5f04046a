package aftercare_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/when"
	"afterglow/dialog"
	"afterglow/dialog/aftercare"
	"afterglow/dialog/chattest"
	"afterglow/prompts"
)

// script is the real bot: the shipped flows and words.
func script(t testing.TB) *dialog.Script {
	t.Helper()
	book, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	content, err := book.Content()
	if err != nil {
		t.Fatal(err)
	}
	content.ReadTime = func(text string, now time.Time, langs ...string) (time.Time, dialog.Reading) {
		a := when.Read(text, now, langs...)
		return a.At, map[when.Kind]dialog.Reading{when.At: dialog.Moment, when.None: dialog.Declined}[a.Kind]
	}
	codes(&content)
	s, err := aftercare.New(content)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// codes lets people invite others, by codes that are only wrapped.
func codes(content *aftercare.Content) {
	content.Invite = func(who dialog.PersonID, secret string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(secret + string(who)))
	}
	content.Invited = func(code string) (dialog.PersonID, string, bool) {
		text, err := base64.RawURLEncoding.DecodeString(code)
		if err != nil || len(text) <= 16 {
			return "", "", false
		}
		return dialog.PersonID(text[16:]), string(text[:16]), strings.HasPrefix(string(text[16:]), "test:")
	}
}

func TestChats(t *testing.T) { chattest.Run(t, script(t), "testdata/chat") }
