package main

import (
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
	content, err := book.Content()
	if err != nil {
		return nil, err
	}
	return aftercare.New(content)
}
