// Package labelled reads sentences that people have labelled, and measures how
// well a recogniser agrees with them.
package labelled

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"afterglow/dialog/care"
)

// Example is a sentence and what a person says it tells.
type Example struct {
	Text       string
	Categories []care.Category // the most urgent first; Benign alone
	Severity   int
	About      care.About
	Lang       string // "en"; the part of a file's name before the first dot
}

// First is the most urgent category.
func (e Example) First() care.Category { return e.Categories[0] }

// Read reads lines of text TAB categories TAB severity TAB about: "1,6" are
// the numbers of two categories, the most urgent first. Empty lines are left
// out. Errors name the file and the line.
func Read(r io.Reader, name string) ([]Example, error) {
	base := name[strings.LastIndexByte(name, '/')+1:]
	lang, _, _ := strings.Cut(base, ".")
	var all []Example
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		e, err := parse(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("labelled: %s:%d: %w", name, n, err)
		}
		e.Lang = lang
		all = append(all, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("labelled: read %s: %w", name, err)
	}
	return all, nil
}

// ReadDir reads all .tsv files of dir, in the order of their names.
func ReadDir(dir fs.FS) ([]Example, error) {
	names, err := fs.Glob(dir, "*.tsv")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("labelled: no .tsv files: %w", cmp.Or(err, fs.ErrNotExist))
	}
	var all []Example
	for _, name := range names {
		f, err := dir.Open(name)
		if err != nil {
			return nil, fmt.Errorf("labelled: %w", err)
		}
		examples, err := Read(f, name)
		f.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, examples...)
	}
	return all, nil
}

func parse(line string) (Example, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return Example{}, fmt.Errorf("%d fields, want 4", len(fields))
	}
	e := Example{Text: fields[0]}
	for number := range strings.SplitSeq(fields[1], ",") {
		c, err := strconv.Atoi(strings.TrimSpace(number))
		if err != nil || c < 0 || c > int(care.Drop) {
			return Example{}, fmt.Errorf("category %q, want 0 to 6", number)
		}
		e.Categories = append(e.Categories, care.Category(c))
	}
	var err error
	if e.Severity, err = strconv.Atoi(strings.TrimSpace(fields[2])); err != nil || e.Severity < 0 || e.Severity > 3 {
		return Example{}, fmt.Errorf("severity %q, want 0 to 3", fields[2])
	}
	if (e.First() == care.Benign) != (e.Severity == 0) {
		return Example{}, fmt.Errorf("category %d with severity %d: only benign has 0", e.First(), e.Severity)
	}
	for about := care.Self; about <= care.Actor; about++ {
		if about.String() == strings.TrimSpace(fields[3]) {
			e.About = about
			return e, nil
		}
	}
	return Example{}, fmt.Errorf("about %q, want self, other or actor", fields[3])
}
