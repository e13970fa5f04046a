package main

import (
	"time"

	"afterglow/adapters/when"
	"afterglow/dialog"
	"afterglow/dialog/aftercare"
	"afterglow/prompts"
)

// loadScript is what the bot can say and do: built in, with the operator's
// folders over it.
func loadScript(cfg Config) (*dialog.Script, error) {
	book, err := prompts.Load(cfg.Prompts...)
	if err != nil {
		return nil, err
	}
	return newScript(book)
}

// newScript joins the words with what reads times and danger.
func newScript(book *prompts.Book) (*dialog.Script, error) {
	content, err := book.Content()
	if err != nil {
		return nil, err
	}
	content.ReadTime = readTime
	return aftercare.New(content)
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
