package main

import (
	"fmt"
	"time"
)

// tryCmd shows what parts of the bot make of lines of text: one line in, one
// result out, tab separated.
type tryCmd struct {
	Care    tryCareCmd    `cmd:"" help:"Look for danger: one message a line; prints it with category numbers and severity."`
	When    tryWhenCmd    `cmd:"" help:"Read moments: one expression a line; prints it with an RFC 3339 time, ASK or NONE."`
	Answers tryAnswersCmd `cmd:"" help:"Print every answer to danger, in every language, for a human to read."`
}

type tryWhenCmd struct {
	Now  string `help:"Fixes clock and zone, as in 2026-03-02T10:00:00+01:00." placeholder:"RFC3339"`
	Lang string `help:"The language: en, es, de, fr or pt; any of them if not given." placeholder:"LANG"`
}

func (c *tryWhenCmd) Run(w *world) error {
	now := time.Now()
	if c.Now != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, c.Now); err != nil {
			return hint(fmt.Errorf("--now %q is no RFC 3339 time", c.Now), "as in 2026-03-02T10:00:00+01:00")
		}
	}
	return tryWhen(w.in, w.out, now, c.Lang)
}

type tryCareCmd struct {
	Explain bool `help:"Say why, in a further column."`
}

func (c *tryCareCmd) Run(w *world) error { return tryCare(w.in, w.out, c.Explain) }

type tryAnswersCmd struct{}

func (tryAnswersCmd) Run(w *world) error { return tryAnswers(w.out) }
