package main

import (
	"fmt"
	"time"

	"afterglow/adapters/seal"
	"afterglow/adapters/when"
	"afterglow/dialog"
	"afterglow/dialog/aftercare"
	"afterglow/prompts"
)

// loadScript is what the bot can say and do: the words and flows, built in and
// with the operator's folders over them, joined with what reads times and danger,
// and with the ring that seals invites; without one nobody can be invited.
func loadScript(cfg Config, ring *seal.Keyring) (*prompts.Book, *dialog.Script, error) {
	book, err := prompts.Load(cfg.Prompts...)
	if err != nil {
		return nil, nil, fmt.Errorf("words and flows:\n%w", err)
	}
	content, err := book.Content()
	if err != nil {
		return nil, nil, err
	}
	content.ReadTime = readTime
	content.GoneDays = cfg.Keys.policy().GoneDays()
	if ring != nil {
		content.Invite, content.Invited = ring.Invite, ring.Invited
	}
	script, err := aftercare.New(content)
	if err != nil {
		return nil, nil, book.Locate(err)
	}
	return book, script, nil
}

// readTime lets package when read a moment.
func readTime(text string, now time.Time, langs ...string) (time.Time, dialog.Reading) {
	switch a := when.Read(text, now, langs...); a.Kind {
	case when.At:
		return a.At, dialog.Moment
	case when.None:
		return time.Time{}, dialog.Declined
	}
	return time.Time{}, dialog.Unclear
}
