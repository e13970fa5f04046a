package aftercare_test

import (
	"testing"

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
	s, err := aftercare.New(content)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestChats(t *testing.T) { chattest.Run(t, script(t), "testdata/chat") }
