package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"afterglow/dialog/care"
	"afterglow/dialog/support"
	"afterglow/prompts"
	"afterglow/prompts/helplines"
)

// tryAnswers prints every answer of care in every language, for people to read
// and sign. Each stands under language/category/severity/about, first as it is
// for somebody whose country is unknown; then come the resources of every
// country we list, and the sentences of the body's ladder and the clocks.
func tryAnswers(out io.Writer) error {
	loaded, err := prompts.Load()
	if err != nil {
		return err
	}
	words := loaded.Reviewed()
	book, err := helplines.Load()
	if err != nil {
		return err
	}
	p := &printer{out: out}
	for _, lang := range slices.Sorted(maps.Keys(words)) {
		table := words[lang]
		w := support.Words(func(key string) []string { return table[key] })
		for c := care.SelfHarm; c <= care.Drop; c++ {
			for severity := 1; severity <= 3; severity++ {
				for about := care.Self; about <= care.Actor; about++ {
					f := care.Finding{Categories: []care.Category{c}, Severity: severity, About: about}
					p.answer(fmt.Sprintf("%s/%s/%d/%s", lang, c, severity, about), support.Compose(w, book, f, support.Place{}))
				}
			}
			p.places(lang, w, book, c)
		}
		p.answer(lang+"/medical/clock/self", support.Clock(w, book, care.Self, support.Place{}))
		p.answer(lang+"/medical/clock/other", support.Clock(w, book, care.Other, support.Place{}))
		p.rest(lang, table)
	}
	return p.err
}

// printer keeps the first error, so that what prints can be read without it.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) print(format string, args ...any) {
	if _, err := fmt.Fprintf(p.out, format, args...); err != nil {
		p.err = errors.Join(p.err, fmt.Errorf("print answers: %w", err))
	}
}

func (p *printer) answer(head string, a support.Answer) {
	p.print("== %s\n\n%s\n\n", head, a.Text())
	for _, b := range a.Buttons {
		p.print("[%s] ", b.Label)
	}
	p.print("\n\n")
}

// places prints the resources of each country for the most serious answer.
func (p *printer) places(lang string, w support.Words, book support.Book, c care.Category) {
	for about := care.Self; about <= care.Actor; about += care.Actor {
		for _, code := range book.Listed() {
			f := care.Finding{Categories: []care.Category{c}, Severity: 3, About: about}
			a := support.Compose(w, book, f, support.Place{Country: code})
			p.print("-- %s/%s/%s in %s: %s\n", lang, c, about, code, a.Step)
			for _, r := range a.Resources {
				p.print("   %s\n", r)
			}
		}
	}
	p.print("\n")
}

// rest prints what is not an answer to a message: what buttons answer, the body, the clocks.
func (p *printer) rest(lang string, table map[string][]string) {
	p.print("== %s/everything else\n\n", lang)
	for _, key := range slices.Sorted(maps.Keys(table)) {
		for _, s := range table[key] {
			p.print("%s: %s\n", key, s)
		}
	}
	p.print("\n")
}
