package main

import (
	"fmt"
	"io"
	"time"

	"afterglow/prompts"
	"afterglow/prompts/helplines"
)

// checkCmd proves everything that can be proven before a start.
type checkCmd struct{}

func (checkCmd) Run(w *world) error {
	cfg, err := loadConfig(w.flags.Config, w.getenv)
	if err != nil {
		return err
	}
	book, script, err := loadScript(cfg, nil)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	problems := book.Check(script)
	for _, p := range problems {
		fmt.Fprintln(w.out, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("check: %d problems", len(problems))
	}
	if err := staleLines(w.out, time.Now()); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	words := 0
	for _, lang := range book.Langs {
		words += len(book.Words[lang])
	}
	fmt.Fprintf(w.out, "All is well: %d flows, %d words in %v, %d starters, %d places.\n", len(book.Flows), words, book.Langs, len(book.Cards[prompts.Default]), len(book.Zones))
	return nil
}

// staleLines lists the helplines that nobody has looked at for more than a year.
func staleLines(out io.Writer, now time.Time) error {
	book, err := helplines.Load()
	if err != nil {
		return err
	}
	for _, e := range book.Stale(now) {
		fmt.Fprintf(out, "to confirm: helpline %s was last seen %s\n", e.ID, e.Seen)
	}
	return nil
}
