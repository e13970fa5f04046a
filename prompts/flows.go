package prompts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"afterglow/dialog"
)

// fileFlow and fileStep are a flow as it is written; docs/flows.md is the page
// for those who write them.
type fileFlow struct {
	Open  bool       `toml:"open"`
	Exact bool       `toml:"exact"`
	Bare  bool       `toml:"bare"`
	Aside bool       `toml:"aside"`
	Help  bool       `toml:"help"`
	Step  []fileStep `toml:"step"`
	Done  fileDo     `toml:"done"`
	Stop  fileDo     `toml:"stop"`
}

type fileDo struct {
	Do []string `toml:"do"`
}

type fileStep struct {
	Ask string   `toml:"ask"`
	Say string   `toml:"say"`
	Do  []string `toml:"do"`

	One    any      `toml:"one"`
	Many   any      `toml:"many"`
	Each   any      `toml:"each"`
	Rate   []string `toml:"rate"`
	Text   int      `toml:"text"`
	Time   bool     `toml:"time"`
	Number []int    `toml:"number"`
	Own    bool     `toml:"own"`
	Read   string   `toml:"read"`

	When map[string][]string `toml:"when"`
	Skip bool                `toml:"skip"`
	Must bool                `toml:"must"`
	On   map[string]string   `toml:"on"`
}

func (b *Book) flow(name, file, data string) error {
	var f fileFlow
	if err := decode(file, data, &f); err != nil {
		return err
	}
	flow := &dialog.Flow{Name: name, Open: f.Open, Bare: f.Bare, Exact: f.Exact, Aside: f.Aside, Help: f.Help, Done: f.Done.Do, Stop: f.Stop.Do}
	b.lines["flow "+name] = Pos{file, 1}
	var errs []error
	for i := range f.Step {
		st, err := f.Step[i].step()
		pos := Pos{file, lineOfStep(data, i)}
		if err != nil {
			errs = append(errs, &Problem{pos, err.Error(), "docs/flows.md shows each kind of step"})
			continue
		}
		if other, _ := flow.Step(st.Key); other != nil {
			errs = append(errs, &Problem{pos, fmt.Sprintf("two steps are named %q", st.Key), "give the second one its own name"})
			continue
		}
		b.lines["flow "+name+"."+st.Key] = pos
		flow.Steps = append(flow.Steps, st)
	}
	b.Flows[name] = flow
	return errors.Join(errs...)
}

// lineOfStep is the line of the i-th [[step]].
func lineOfStep(data string, i int) int {
	for n, line := range strings.Split(data, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "[[step]]") {
			if i == 0 {
				return n + 1
			}
			i--
		}
	}
	return 0
}

// step turns a step as written into a step as held.
func (f *fileStep) step() (st dialog.Step, err error) {
	st = dialog.Step{Skip: f.Skip, Must: f.Must, Own: f.Own, Rates: f.Rate, Max: f.Text, Do: f.Do, Read: f.Read}
	for _, key := range sorted(f.When) {
		st.When = append(st.When, dialog.Cond{Key: key, Values: f.When[key]})
	}
	for _, opt := range sorted(f.On) {
		st.On = append(st.On, dialog.Branch{Option: opt, Do: f.On[opt]})
	}
	switch {
	case f.Say != "" && f.Ask == "" && len(f.Do) == 0:
		st.Key, st.Form = f.Say, dialog.Say
		return st, f.onlyStatement()
	case len(f.Do) > 0 && f.Ask == "" && f.Say == "":
		st.Key, st.Form = "do "+f.Do[0], dialog.Do
		return st, f.onlyStatement()
	case f.Ask == "" || f.Say != "" || len(f.Do) > 0:
		return st, errors.New("a step is either ask, say or do")
	}
	st.Key = f.Ask
	var free dialog.Form
	switch {
	case f.Text > 0:
		free = dialog.Write
	case f.Time:
		free = dialog.When
	case f.Number != nil:
		if len(f.Number) != 2 || f.Number[0] > f.Number[1] {
			return st, fmt.Errorf("%s: number is [smallest, largest]", st.Key)
		}
		free, st.Min, st.Max = dialog.Number, f.Number[0], f.Number[1]
	}
	lists := 0
	for form, v := range map[dialog.Form]any{dialog.One: f.One, dialog.Many: f.Many, dialog.Each: f.Each} {
		if v == nil {
			continue
		}
		lists++
		st.Form = form
		if st.Options, st.From, st.FromAt, err = options(v); err != nil {
			return st, fmt.Errorf("%s: %w", st.Key, err)
		}
	}
	switch {
	case lists > 1:
		return st, fmt.Errorf("%s: one, many and each exclude each other", st.Key)
	case lists == 0 && free == 0:
		return st, fmt.Errorf("%s: says not how it is answered (one, many, each, text, time, number)", st.Key)
	case lists == 0:
		st.Form = free
	case free != 0 && st.Form != dialog.One:
		return st, fmt.Errorf("%s: text, time and number go with one, not with %s", st.Key, st.Form)
	default:
		st.Free = free
	}
	if (st.Form == dialog.Each) != (len(st.Rates) > 0) {
		return st, fmt.Errorf("%s: each and rate go together", st.Key)
	}
	if st.Read != "" && f.Text == 0 {
		return st, fmt.Errorf("%s: read goes with text", st.Key)
	}
	if st.Own && st.Form != dialog.Many && st.Form != dialog.Each {
		return st, fmt.Errorf("%s: own goes with many and each", st.Key)
	}
	for _, b := range st.On {
		if st.From == "" && !slices.Contains(st.Options, b.Option) && !(b.Option == "skip" && st.Skip) {
			return st, fmt.Errorf("%s: on names %q, which is no option of it", st.Key, b.Option)
		}
	}
	if f.Must {
		return st, fmt.Errorf("%s: must goes with say", st.Key)
	}
	return st, nil
}

func (f *fileStep) onlyStatement() error {
	if f.One != nil || f.Many != nil || f.Each != nil || f.Text != 0 || f.Time || f.Number != nil || f.On != nil || f.Skip || f.Own || f.Rate != nil {
		return errors.New("say and do take no answer: only when and must go with them")
	}
	return nil
}

// options are a list of ids, or "@name" for a list that Go knows, or both; at is
// how many ids stand before that list.
func options(v any) (ids []string, from string, at int, err error) {
	if name, ok := v.(string); ok {
		v = []any{name}
		if !strings.HasPrefix(name, "@") {
			return nil, "", 0, errors.New(`options are a list of ids, or "@name" for a list the program knows`)
		}
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, "", 0, errors.New(`options are a list of ids, or "@name" for a list the program knows`)
	}
	for _, x := range list {
		id, ok := x.(string)
		switch {
		case !ok || id == "" || id == "@" || strings.ContainsAny(id, "<+= "):
			return nil, "", 0, fmt.Errorf("%v is no option id", x)
		case id[0] == '@' && from != "":
			return nil, "", 0, fmt.Errorf("%s is a second list, and there can be one", id)
		case id[0] == '@':
			from, at = id[1:], len(ids)
		case slices.Contains(ids, id):
			return nil, "", 0, fmt.Errorf("option %q comes twice", id)
		default:
			ids = append(ids, id)
		}
	}
	return ids, from, at, nil
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
