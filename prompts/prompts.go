// Package prompts holds every word a person reads and every flow, and the
// loader that proves them. Files stand in one folder a language (en/checkin.toml
// for the words of flows/checkin.toml); an operator may lay a folder of the same
// shape over them, file by file and key by key.
package prompts

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"afterglow/dialog"
)

//go:embed flows/*.toml */*.toml *.toml *.tsv
var builtin embed.FS

// Default is the language that has every word; others may lag behind.
const Default = "en"

// Book is everything loaded: what the bot can say, and where each piece stands.
type Book struct {
	Flows map[string]*dialog.Flow
	Words map[string]dialog.Words // by language
	Langs []string                // those a conversation can be held in: Default first, the rest sorted
	Cards map[string][]Card       // the deck of starters, by language
	Zones []Place
	Stems []string // banned in unasked text, of all languages

	lines map[string]Pos // where a word or step is written: "en checkin.overall.ask", "flow checkin.overall"
}

// Pos is a place in a file.
type Pos struct {
	File string
	Line int
}

func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Problem is something wrong with a word or a flow, and what to do about it.
type Problem struct {
	Pos
	Text string
	Hint string // may be empty
}

func (p *Problem) Error() string {
	s := p.Pos.String() + ": " + p.Text
	if p.Hint != "" {
		s += "\n  hint: " + p.Hint
	}
	return s
}

// Load reads the built-in words and flows and lays the given folders over them,
// the last on top. All problems found are joined in the error, each a *[Problem].
func Load(overlays ...string) (*Book, error) {
	b := &Book{
		Flows: map[string]*dialog.Flow{},
		Words: map[string]dialog.Words{},
		Cards: map[string][]Card{},
		lines: map[string]Pos{},
	}
	errs := []error{b.layer(builtin, "")}
	for _, dir := range overlays {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			errs = append(errs, &Problem{Pos{File: dir}, "no such folder of words", "check the setting \"prompts\" in the config file"})
			continue
		}
		errs = append(errs, b.layer(os.DirFS(dir), dir))
	}
	for lang, words := range b.Words {
		if len(words["language.name"]) > 0 { // others have only some words: help, unasked lines
			b.Langs = append(b.Langs, lang)
		}
	}
	slices.SortFunc(b.Langs, func(x, y string) int {
		if x == Default {
			return -1
		}
		if y == Default {
			return 1
		}
		return strings.Compare(x, y)
	})
	return b, errors.Join(errs...)
}

// layer reads one folder. dir stands before the names in messages.
func (b *Book) layer(files fs.FS, dir string) error {
	var errs []error
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".toml" && path.Ext(name) != ".tsv" {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		shown := path.Join("prompts", name)
		if dir != "" {
			shown = path.Join(dir, name)
		}
		errs = append(errs, b.file(name, shown, string(data)))
		return nil
	})
	return errors.Join(append(errs, err)...)
}

func (b *Book) file(name, shown, data string) error {
	folder, base := path.Split(name)
	folder, base = strings.TrimSuffix(folder, "/"), strings.TrimSuffix(base, path.Ext(base))
	switch {
	case name == "zones.tsv":
		return b.zones(shown, data)
	case name == "banned.toml":
		return b.banned(shown, data)
	case folder == "flows":
		return b.flow(base, shown, data)
	case base == "deck" && isLang(folder):
		return b.deck(folder, shown, data)
	case isLang(folder) && path.Ext(name) == ".toml":
		return b.words(folder, base, shown, data)
	case folder == "helplines" || folder == "lexicon":
		return nil // their own packages read these
	}
	return &Problem{Pos{File: shown}, "a file of no use here", "words go to LANGUAGE/NAME.toml, flows to flows/NAME.toml"}
}

// isLang tells whether a folder is named after a language: "en", "pt-br".
func isLang(folder string) bool {
	if len(folder) != 2 && len(folder) != 5 {
		return false
	}
	for i, r := range folder {
		if (i == 2) != (r == '-') || i != 2 && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}
