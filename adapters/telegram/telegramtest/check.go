package telegramtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

//go:embed testdata/api.json
var apiJSON []byte

// spec is the part of the official interface that is in use.
var spec = func() (api struct {
	Methods map[string]map[string]field `json:"methods"`
	Types   map[string]map[string]field `json:"types"`
}) {
	if err := json.Unmarshal(apiJSON, &api); err != nil {
		panic("telegramtest: testdata/api.json: " + err.Error())
	}
	return api
}()

type field struct {
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

// check refuses a call whose method, parameters or their types are not those of
// the interface. The real server ignores a name it does not know; that hides a
// slip, so here it is a problem.
func (s *Server) check(method string, params map[string]string) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checked(method, params)
}

func (s *Server) checked(method string, params map[string]string) *refusal {
	s.calls = append(s.calls, Call{method, maps.Clone(params)})
	fields, ok := spec.Methods[method]
	if !ok {
		s.problem("%s: no method of this name is in use", method)
		return &refusal{Code: 404, Text: "Not Found"}
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		f, ok := fields[name]
		if !ok {
			s.problem("%s: no parameter is named %s", method, name)
			return bad("unknown parameter %s", name)
		}
		if err := formValue(f.Types, params[name]); err != nil {
			s.problem("%s: %s: %v", method, name, err)
			return bad("can't parse %s: %v", name, err)
		}
	}
	for name, f := range fields {
		if f.Required && params[name] == "" {
			s.problem("%s: %s is missing", method, name)
			return bad("%s is empty", name)
		}
	}
	return nil
}

// formValue checks a value as it stands in a form.
func formValue(types []string, value string) error {
	var errs []string
	for _, t := range types {
		var err error
		switch t {
		case "String":
			if strings.HasPrefix(value, file) {
				err = fmt.Errorf("a file, not a string")
			}
		case "InputFile":
			if !strings.HasPrefix(value, file) {
				err = fmt.Errorf("not a file")
			}
		case "Integer":
			_, err = strconv.ParseInt(value, 10, 64)
		case "Boolean":
			_, err = strconv.ParseBool(value)
		default:
			var v any
			if err = json.Unmarshal([]byte(value), &v); err == nil {
				err = checker{}.json(t, v)
			}
		}
		if err == nil {
			return nil
		}
		errs = append(errs, err.Error())
	}
	return fmt.Errorf("%s", strings.Join(errs, ", "))
}

// checker checks JSON. What the bot sends may be of the types in use only; what
// the tests let people send may be of others as well.
type checker struct{ others bool }

func (c checker) json(t string, v any) error {
	if of, ok := strings.CutPrefix(t, "Array of "); ok {
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("not an array")
		}
		for i, x := range list {
			if err := c.json(of, x); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return nil
	}
	ok := true
	switch t {
	case "String":
		_, ok = v.(string)
	case "Integer":
		var n float64
		n, ok = v.(float64)
		ok = ok && n == float64(int64(n))
	case "Float":
		_, ok = v.(float64)
	case "Boolean", "True":
		_, ok = v.(bool)
	default:
		return c.object(t, v)
	}
	if !ok {
		return fmt.Errorf("not of type %s", t)
	}
	return nil
}

func (c checker) object(t string, v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("not an object")
	}
	fields, ok := spec.Types[t]
	if !ok && c.others {
		return nil
	}
	if !ok {
		return fmt.Errorf("type %s is not in use", t)
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		f, ok := fields[name]
		if !ok {
			return fmt.Errorf("%s has no field %s", t, name)
		}
		var err error
		for _, ft := range f.Types {
			if err = c.json(ft, m[name]); err == nil {
				break
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name, f := range fields {
		if _, ok := m[name]; f.Required && !ok {
			return fmt.Errorf("%s lacks %s", t, name)
		}
	}
	return nil
}
