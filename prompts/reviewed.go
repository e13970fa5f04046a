package prompts

import (
	"embed"
	"fmt"
	"io/fs"
	"path"

	"github.com/pelletier/go-toml/v2"
)

//go:embed */care.toml */support.toml
var reviewed embed.FS

// Reviewed are the sentences of care and support, which experts sign: language
// to key to variants. The key of first under [selfharm.3.self] in care.toml is
// "care.selfharm.3.self.first".
func Reviewed() (map[string]map[string][]string, error) {
	all := map[string]map[string][]string{}
	names, err := fs.Glob(reviewed, "*/*.toml")
	if err != nil {
		return nil, fmt.Errorf("list words: %w", err)
	}
	for _, name := range names {
		text, err := reviewed.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read words: %w", err)
		}
		var tree map[string]any
		if err := toml.Unmarshal(text, &tree); err != nil {
			return nil, fmt.Errorf("read words: %s: %w", name, err)
		}
		lang := path.Dir(name)
		if all[lang] == nil {
			all[lang] = map[string][]string{}
		}
		base := path.Base(name)
		if err := flatten(all[lang], base[:len(base)-len(".toml")], tree); err != nil {
			return nil, fmt.Errorf("read words: %s: %w", name, err)
		}
	}
	return all, nil
}

// flatten joins the names of tables with dots.
func flatten(into map[string][]string, key string, value any) error {
	switch v := value.(type) {
	case string:
		into[key] = []string{v}
	case []any:
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return fmt.Errorf("%s: only sentences belong here", key)
			}
			into[key] = append(into[key], s)
		}
	case map[string]any:
		for name, x := range v {
			if err := flatten(into, key+"."+name, x); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("%s: only sentences belong here", key)
	}
	return nil
}
