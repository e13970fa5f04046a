package main

import (
	"fmt"

	"afterglow/prompts"
)

// checkCmd proves everything that can be proven before a start.
type checkCmd struct{}

func (checkCmd) Run(w *world) error {
	cfg, err := loadConfig(w.flags.Config, w.getenv)
	if err != nil {
		return err
	}
	book, err := prompts.Load(cfg.Prompts...)
	if err != nil {
		return fmt.Errorf("check: words and flows:\n%w", err)
	}
	script, err := newScript(book)
	if err != nil {
		return fmt.Errorf("check: %w", book.Locate(err))
	}
	problems := book.Check(script)
	for _, p := range problems {
		fmt.Fprintln(w.out, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("check: %d problems", len(problems))
	}
	words := 0
	for _, lang := range book.Langs {
		words += len(book.Words[lang])
	}
	fmt.Fprintf(w.out, "All is well: %d flows, %d words in %v, %d starters, %d places.\n", len(book.Flows), words, book.Langs, len(book.Cards[prompts.Default]), len(book.Zones))
	return nil
}
