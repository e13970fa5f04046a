package prompts

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// decode reads a TOML file strictly into v, with the place of whatever is wrong.
func decode(file, data string, v any) error {
	err := toml.NewDecoder(strings.NewReader(data)).DisallowUnknownFields().Decode(v)
	var strict *toml.StrictMissingError
	var syntax *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &strict):
		var errs []error
		for _, e := range strict.Errors {
			line, _ := e.Position()
			errs = append(errs, &Problem{Pos{file, line}, fmt.Sprintf("unknown key %q", strings.Join(e.Key(), ".")), "docs/flows.md lists every key"})
		}
		return errors.Join(errs...)
	case errors.As(err, &syntax):
		line, _ := syntax.Position()
		return &Problem{Pos{file, line}, strings.TrimPrefix(syntax.Error(), "toml: "), ""}
	}
	return &Problem{Pos{File: file}, err.Error(), ""}
}

// entry is one key of a file of words.
type entry struct {
	key    string // dotted
	values []string
	line   int
}

// entries reads a TOML file that holds nothing but strings and lists of
// strings, in tables, each with its line.
func entries(file, data string) ([]entry, error) {
	var p unstable.Parser
	p.Reset([]byte(data))
	var list []entry
	var errs []error
	table := ""
	for p.NextExpression() {
		n := p.Expression()
		var key []string
		line := 0
		for it := n.Key(); it.Next(); {
			k := it.Node()
			if line == 0 {
				line = p.Shape(k.Raw).Start.Line
			}
			key = append(key, string(k.Data))
		}
		dotted := strings.Join(key, ".")
		switch n.Kind {
		case unstable.Table:
			table = dotted
		case unstable.KeyValue:
			if table != "" {
				dotted = table + "." + dotted
			}
			values, ok := stringsOf(n.Value())
			if !ok {
				errs = append(errs, &Problem{Pos{file, line}, fmt.Sprintf("%s is neither a text nor a list of texts", dotted), "write it in quotes"})
				continue
			}
			list = append(list, entry{dotted, values, line})
		case unstable.ArrayTable:
			errs = append(errs, &Problem{Pos{file, line}, fmt.Sprintf("[[%s]] has no place among words", dotted), ""})
		}
	}
	if err := p.Error(); err != nil {
		var any map[string]any
		if err := decode(file, data, &any); err != nil { // says the same, with the line
			return nil, errors.Join(append(errs, err)...)
		}
		return nil, errors.Join(append(errs, err)...)
	}
	var any map[string]any
	if err := decode(file, data, &any); err != nil { // keys that come twice
		errs = append(errs, err)
	}
	return list, errors.Join(errs...)
}

func stringsOf(n *unstable.Node) ([]string, bool) {
	switch n.Kind {
	case unstable.String:
		return []string{string(n.Data)}, true
	case unstable.Array:
		var list []string
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			if it.Node().Kind != unstable.String {
				return nil, false
			}
			list = append(list, string(it.Node().Data))
		}
		return list, true
	}
	return nil, false
}
