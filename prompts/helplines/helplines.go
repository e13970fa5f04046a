// Package helplines holds the services a person in need can turn to, as data:
// lines.toml, one row a service, each with its source and the date it was last
// seen. It reads them, lays an operator's own file over them, and refuses what
// is half said, naming file and line.
//
// It knows no language and guesses no country. Choosing among the lines is
// dialog/support's; what they say around them is the words' beside this folder.
package helplines

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strings"

	"afterglow/dialog/support"
)

//go:embed lines.toml
var builtin []byte

// Load gives the built-in book with the named files laid over it, in order. In
// a file a row with a known id (a country with a known code) replaces ours, a
// new one is added, and remove = true takes one away. What replaces keeps the
// place of what it replaced; what is new comes first, because an operator who
// adds a line knows their people.
//
// The error lists everything wrong in the first file that has a fault, a line
// each, with a hint.
func Load(paths ...string) (support.Book, error) {
	var book support.Book
	if err := lay(&book, "lines.toml", builtin); err != nil {
		return support.Book{}, err
	}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			return support.Book{}, fmt.Errorf("read helplines: %w; hint: check the path, or leave it out to use the built-in list", err)
		}
		if err := lay(&book, p, text); err != nil {
			return support.Book{}, err
		}
	}
	return book, nil
}

// lay puts one file over the book.
func lay(book *support.Book, name string, text []byte) error {
	f, err := parse(name, text)
	if err != nil {
		return err
	}
	var faults []string
	var added []support.Line
	for i, r := range f.Line {
		at := slices.IndexFunc(book.Lines, func(l support.Line) bool { return l.ID == r.ID })
		switch {
		case r.Remove && at < 0:
			faults = append(faults, fmt.Sprintf("%s:%d: nothing called %q to remove; hint: `bot try answers` and docs/helplines.md show the ids", name, f.lineOf("line", i), r.ID))
		case r.Remove:
			book.Lines = slices.Delete(book.Lines, at, at+1)
		case at >= 0:
			book.Lines[at] = r.line()
		default:
			added = append(added, r.line())
		}
	}
	for i, r := range f.Country {
		at := slices.IndexFunc(book.Countries, func(c support.Country) bool { return c.Code == r.Code })
		switch {
		case r.Remove && at < 0:
			faults = append(faults, fmt.Sprintf("%s:%d: no country %q to remove; hint: use its two-letter code in capitals", name, f.lineOf("country", i), r.Code))
		case r.Remove:
			book.Countries = slices.Delete(book.Countries, at, at+1)
		case at >= 0:
			book.Countries[at] = r.country()
		default:
			book.Countries = append(book.Countries, r.country())
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("helplines: %s", strings.Join(faults, "\n"))
	}
	book.Lines = append(added, book.Lines...)
	slices.SortStableFunc(book.Countries, func(a, b support.Country) int { return strings.Compare(a.Code, b.Code) })
	return nil
}
