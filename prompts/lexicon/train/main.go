// Command train makes prompts/lexicon/model.bin from the lexicon and the
// labelled sentences in dialog/care/testdata/dev. Run it from the module's
// root, after every change to either:
//
//	go run ./prompts/lexicon/train
//
// The same input gives the same bytes. With -check nothing is written: the
// measures are printed as they stand in docs/care.md, those of the built-in model on
// the parts nothing is trained on, and those of a model that was trained without the
// last fold of dev on that fold.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"afterglow/dialog/care"
	"afterglow/dialog/care/labelled"
	"afterglow/dialog/care/learn"
	"afterglow/prompts/lexicon"
)

const (
	sentences = "dialog/care/testdata/dev"
	lexicons  = "prompts/lexicon"
)

func main() {
	check := flag.Bool("check", false, "measure, write nothing")
	flag.Parse()
	if err := run(*check, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(check bool, out io.Writer) error {
	g, err := lexicon.Grammar(os.DirFS(lexicons))
	if err != nil {
		return err
	}
	examples, err := labelled.ReadDir(os.DirFS(sentences))
	if err != nil {
		return fmt.Errorf("%w (run it from the module's root)", err)
	}
	if check {
		return report(out, g, examples)
	}
	model := learn.Fit(g, examples, learn.Defaults())
	model.Origin = learn.Origin(g, examples, learn.Defaults())
	b := model.Encode()
	name := filepath.Join(lexicons, "model.bin")
	if err := os.WriteFile(name, b, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d bytes from %d sentences\n", name, len(b), len(examples))
	return nil
}

func report(out io.Writer, g *care.Grammar, examples []labelled.Example) error {
	r, err := lexicon.Load()
	if err != nil {
		return err
	}
	var fair []labelled.Result
	for _, part := range []string{"latest", "later", "fresh", "trial", "once", "held", "hard"} {
		examples, err := labelled.ReadDir(os.DirFS("dialog/care/testdata/" + part))
		if err != nil {
			return err
		}
		results := labelled.Results(examples, r.Read)
		table(out, part, results)
		if part != "hard" {
			fair = append(fair, results...)
		}
	}
	table(out, "the six fair parts together", fair)
	table(out, "the last fold of dev", learn.Validate(g, examples, learn.Brief()))
	return nil
}

func table(out io.Writer, title string, results []labelled.Result) {
	fmt.Fprintf(out, "\n%s\n\n", title)
	names, columns := labelled.ByLanguage(results)
	labelled.WriteTable(out, names, columns)
}
