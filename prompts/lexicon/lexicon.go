// Package lexicon holds what the safety recogniser knows of words, one TOML
// file a language, and the trained model that decides where the rules end.
// docs/care.md explains both.
package lexicon

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"afterglow/dialog/care"
)

//go:embed *.toml model.bin
var files embed.FS

// Load makes the recogniser out of the built-in lexicon and model. Errors name
// the file and, where there is one, the line.
func Load() (*care.Recogniser, error) {
	g, err := Grammar(files)
	if err != nil {
		return nil, err
	}
	b, err := files.ReadFile("model.bin")
	if err != nil {
		return nil, fmt.Errorf("lexicon: %w", err)
	}
	model, err := care.DecodeModel(b)
	if err != nil {
		return nil, fmt.Errorf("lexicon: model.bin: %w", err)
	}
	return care.New(g, model), nil
}

// Grammar compiles all TOML files in dir, in the order of their names.
func Grammar(dir fs.FS) (*care.Grammar, error) {
	names, err := fs.Glob(dir, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("lexicon: %w", err)
	}
	var all []care.Lexicon
	for _, name := range names {
		lex, err := read(dir, name)
		if err != nil {
			return nil, err
		}
		all = append(all, lex)
	}
	g, err := care.Compile(all...)
	if fault, ok := errors.AsType[*care.LexiconError](err); ok {
		name := fault.Lexicon + ".toml"
		return nil, fmt.Errorf("lexicon: %s:%d: %w", name, lineOf(dir, name, fault.Entry), err)
	}
	return g, err
}

// file is a lexicon as people write it.
type file struct {
	Tells []string            `toml:"tells"`
	Words map[string][]string `toml:"words"`
	Loud  []string            `toml:"loud"`
	Clock []string            `toml:"clock"`
	Body  []string            `toml:"body"`
	Typos map[string]string   `toml:"typos"`
	Keys  []string            `toml:"keys"`
	Masks []struct {
		Name string   `toml:"name"`
		Say  []string `toml:"say"`
	} `toml:"mask"`
	Rules []struct {
		Name     string   `toml:"name"`
		Is       string   `toml:"is"`
		Severity int      `toml:"severity"`
		About    string   `toml:"about"`
		Sure     bool     `toml:"sure"`
		Past     int      `toml:"past"`
		Say      []string `toml:"say"`
		Unless   []string `toml:"unless"`
	} `toml:"rule"`
}

func read(dir fs.FS, name string) (care.Lexicon, error) {
	b, err := fs.ReadFile(dir, name)
	if err != nil {
		return care.Lexicon{}, fmt.Errorf("lexicon: %w", err)
	}
	var f file
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&f); err != nil {
		return care.Lexicon{}, fmt.Errorf("lexicon: %s%s: %w", name, position(err), err)
	}
	lex := care.Lexicon{Name: strings.TrimSuffix(name, ".toml"), Tells: f.Tells, Words: f.Words, Loud: f.Loud, Clock: f.Clock, Body: f.Body, Typos: f.Typos, Keys: f.Keys}
	for _, m := range f.Masks {
		lex.Masks = append(lex.Masks, care.Mask{Name: m.Name, Say: m.Say})
	}
	for _, r := range f.Rules {
		rule := care.Rule{Name: r.Name, Severity: r.Severity, Sure: r.Sure, Past: r.Past, Say: r.Say, Unless: r.Unless}
		var ok bool
		if rule.Is, ok = care.ParseCategory(r.Is); !ok {
			return lex, fmt.Errorf("lexicon: %s:%d: rule %q: unknown category %q", name, lineOf(dir, name, r.Name), r.Name, r.Is)
		}
		if r.About != "" {
			rule.Whom = true
			if rule.About, ok = care.ParseAbout(r.About); !ok {
				return lex, fmt.Errorf("lexicon: %s:%d: rule %q: unknown about %q; there are self, other and actor", name, lineOf(dir, name, r.Name), r.Name, r.About)
			}
		}
		lex.Rules = append(lex.Rules, rule)
	}
	return lex, nil
}

// position is where TOML itself is broken, as ":line", or "".
func position(err error) string {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
		line, _ := strict.Errors[0].Position()
		return ":" + strconv.Itoa(line)
	}
	if broken, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := broken.Position()
		return ":" + strconv.Itoa(line)
	}
	return ""
}

// lineOf is the first line of a file that quotes entry, or names it as a key; 1 if none does.
func lineOf(dir fs.FS, name, entry string) int {
	b, _ := fs.ReadFile(dir, name)
	for i, line := range strings.Split(string(b), "\n") {
		if strings.Contains(line, strconv.Quote(entry)) || strings.HasPrefix(line, entry+" =") {
			return i + 1
		}
	}
	return 1
}
