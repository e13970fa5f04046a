package discordtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

//go:embed testdata/api.json
var apiJSON []byte

// schema is a node of Discord's OpenAPI document, in the words it uses.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       types              `json:"type"`
	Properties map[string]*schema `json:"properties"`
	More       *schema            `json:"additionalProperties"`
	MaxProps   *int               `json:"maxProperties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	OneOf      []*schema          `json:"oneOf"`
	AnyOf      []*schema          `json:"anyOf"`
	AllOf      []*schema          `json:"allOf"`
	Enum       []any              `json:"enum"`
	Const      any                `json:"const"`
	Pattern    *regexp.Regexp     `json:"pattern"`
	MinLength  *int               `json:"minLength"`
	MaxLength  *int               `json:"maxLength"`
	MinItems   *int               `json:"minItems"`
	MaxItems   *int               `json:"maxItems"`
	Minimum    *float64           `json:"minimum"`
	Maximum    *float64           `json:"maximum"`
}

// types is "type": one name, or several.
type types []string

func (t *types) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

var spec = func() (api struct {
	Requests map[string]*schema `json:"requests"`
	Schemas  map[string]*schema `json:"schemas"`
}) {
	if err := json.Unmarshal(apiJSON, &api); err != nil {
		panic("discordtest: testdata/api.json: " + err.Error())
	}
	return api
}()

// Check tells what Discord would refuse about a request's body: of "message",
// "edit", "original", "followup", "callback", "commands" or "open". files is how
// many uploads come with it.
func Check(request string, v any, files int) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return err
	}
	if err := conform(spec.Requests[request], plain, request); err != nil {
		return err
	}
	if request == "callback" || request == "commands" || request == "open" {
		return nil
	}
	b := new(body)
	if err := json.Unmarshal(raw, b); err != nil {
		return err
	}
	if c := unescaped(b.Content); c != "" {
		return fmt.Errorf("content: %q is not escaped", c)
	}
	return rules(b, files)
}

// conform compares a value with what Discord's document says of it, and returns
// the first thing that does not fit, with its path. Stricter than Discord, it
// minds a name that the document does not have.
func conform(s *schema, v any, path string) error {
	if s.Ref != "" {
		to := spec.Schemas[s.Ref]
		if to == nil {
			return fmt.Errorf("%s: testdata/api.json lacks %s", path, s.Ref)
		}
		return conform(to, v, path)
	}
	for _, all := range s.AllOf {
		if err := conform(all, v, path); err != nil {
			return err
		}
	}
	if any := append(slices.Clone(s.OneOf), s.AnyOf...); len(any) > 0 {
		if err := conformAny(any, v, path); err != nil {
			return err
		}
	}
	if s.Const != nil && v != s.Const {
		return fmt.Errorf("%s: is not %v", path, s.Const)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		return fmt.Errorf("%s: is none of %v", path, s.Enum)
	}
	if len(s.Type) > 0 && !slices.Contains(s.Type, kind(v)) && !(kind(v) == "integer" && slices.Contains(s.Type, "number")) {
		return fmt.Errorf("%s: is a %s, not a %v", path, kind(v), s.Type)
	}
	switch v := v.(type) {
	case string:
		n := utf8.RuneCountInString(v)
		if s.MinLength != nil && n < *s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
			return fmt.Errorf("%s: has %d characters", path, n)
		}
		if s.Pattern != nil && !s.Pattern.MatchString(v) {
			return fmt.Errorf("%s: does not look like %s", path, s.Pattern)
		}
	case float64:
		if s.Minimum != nil && v < *s.Minimum || s.Maximum != nil && v > *s.Maximum {
			return fmt.Errorf("%s: %v is out of bounds", path, v)
		}
	case []any:
		return s.list(v, path)
	case map[string]any:
		return s.object(v, path)
	}
	return nil
}

// conformAny asks for one that fits; of several that do not, it tells about the
// one that came furthest.
func conformAny(list []*schema, v any, path string) error {
	var best error
	for _, s := range list {
		err := conform(s, v, path)
		if err == nil {
			return nil
		}
		if best == nil || len(err.Error()) > len(best.Error()) {
			best = err
		}
	}
	return best
}

func (s *schema) list(v []any, path string) error {
	if s.MinItems != nil && len(v) < *s.MinItems || s.MaxItems != nil && len(v) > *s.MaxItems {
		return fmt.Errorf("%s: has %d items", path, len(v))
	}
	for i, item := range v {
		if s.Items == nil {
			break
		}
		if err := conform(s.Items, item, fmt.Sprintf("%s.%d", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func (s *schema) object(v map[string]any, path string) error {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return fmt.Errorf("%s: lacks %s", path, name)
		}
	}
	if s.MaxProps != nil && len(v) > *s.MaxProps {
		return fmt.Errorf("%s: has %d names", path, len(v))
	}
	for name, value := range v {
		in := s.Properties[name]
		if in == nil {
			in = s.More
		}
		if in == nil && s.Properties != nil {
			return fmt.Errorf("%s: knows no %s", path, name)
		}
		if in == nil {
			continue
		}
		if err := conform(in, value, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
