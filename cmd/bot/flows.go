package main

import (
	"fmt"

	"afterglow/prompts"
)

// flowsCmd draws every flow, or the ones named.
type flowsCmd struct {
	Format string   `help:"mermaid or dot." enum:"mermaid,dot" default:"mermaid"`
	Names  []string `arg:"" optional:"" help:"Flows to draw; all if none is named."`
}

func (c *flowsCmd) Run(w *world) error {
	cfg, err := loadConfig(w.flags.Config, w.getenv)
	if err != nil {
		return err
	}
	book, err := prompts.Load(cfg.Prompts...)
	if err != nil {
		return err
	}
	drawing, err := book.Draw(c.Format, c.Names...)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(w.out, drawing)
	return err
}
