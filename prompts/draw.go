package prompts

import (
	"fmt"
	"strings"

	"afterglow/dialog"
)

// Draw gives flows as a diagram, in "mermaid" or "dot": steps from top to
// bottom, conditions on the arrows that skip them, branches to other flows.
// Without names it draws all. An unknown name is an error.
func (b *Book) Draw(format string, names ...string) (string, error) {
	if len(names) == 0 {
		names = sorted(b.Flows)
	}
	var d drawing = &mermaid{}
	if format == "dot" {
		d = &dot{}
	}
	d.begin()
	for _, name := range names {
		f := b.Flows[name]
		if f == nil {
			return "", fmt.Errorf("no flow is named %q\nhint: there are %s", name, strings.Join(sorted(b.Flows), ", "))
		}
		draw(d, f)
	}
	return d.end(), nil
}

// drawing is a language for graphs.
type drawing interface {
	begin()
	group(name string)
	node(id, label string, asks bool)
	edge(from, to, label string)
	groupEnd()
	end() string
}

func draw(d drawing, f *dialog.Flow) {
	d.group(f.Name)
	var ids []string
	for i := range f.Steps {
		st := &f.Steps[i]
		id := fmt.Sprintf("%s_%d", f.Name, i)
		ids = append(ids, id)
		d.node(id, stepLabel(st), st.Asks())
	}
	end := f.Name + "_end"
	d.node(end, doneLabel(f), false)
	d.groupEnd()
	ids = append(ids, end)
	for i := range f.Steps {
		st := &f.Steps[i]
		d.edge(ids[i], ids[i+1], "")
		if len(st.When) > 0 && i > 0 {
			d.edge(ids[i-1], ids[i+1], "unless "+conds(st.When))
		}
		for _, b := range st.On {
			if flow, ok := strings.CutPrefix(b.Do, "flow:"); ok {
				d.edge(ids[i], flow+"_0", b.Option)
			}
		}
	}
}

func stepLabel(st *dialog.Step) string {
	switch {
	case st.Form == dialog.Do:
		return strings.Join(st.Do, ", ")
	case st.Form == dialog.Say:
		return "say " + st.Key
	}
	label := fmt.Sprintf("%s (%s)", st.Key, st.Form)
	opts := strings.Join(st.Options, " / ")
	if st.From != "" {
		opts = strings.TrimPrefix(opts+" / @"+st.From, " / ")
	}
	if opts != "" {
		label += ": " + opts
	}
	return label
}

func doneLabel(f *dialog.Flow) string {
	if len(f.Done) == 0 {
		return "end"
	}
	return "end: " + strings.Join(f.Done, ", ")
}

func conds(list []dialog.Cond) string {
	var parts []string
	for _, c := range list {
		parts = append(parts, c.Key+" = "+strings.Join(c.Values, "|"))
	}
	return strings.Join(parts, " and ")
}

type mermaid struct{ nodes, edges strings.Builder }

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, "'") + `"` }

func (m *mermaid) begin()            { m.nodes.WriteString("flowchart TD\n") }
func (m *mermaid) group(name string) { fmt.Fprintf(&m.nodes, "  subgraph %s\n", name) }
func (m *mermaid) node(id, label string, asks bool) {
	left, right := "[", "]"
	if asks {
		left, right = "([", "])"
	}
	fmt.Fprintf(&m.nodes, "    %s%s%s%s\n", id, left, quote(label), right)
}
func (m *mermaid) edge(from, to, label string) {
	if label != "" {
		label = "|" + quote(label) + "|"
	}
	fmt.Fprintf(&m.edges, "  %s -->%s %s\n", from, label, to)
}
func (m *mermaid) groupEnd()   { m.nodes.WriteString("  end\n") }
func (m *mermaid) end() string { return m.nodes.String() + m.edges.String() }

type dot struct{ nodes, edges strings.Builder }

func (d *dot) begin() { d.nodes.WriteString("digraph flows {\n  node [fontname=\"sans-serif\"];\n") }
func (d *dot) group(name string) {
	fmt.Fprintf(&d.nodes, "  subgraph cluster_%s {\n    label=%s;\n", name, quote(name))
}
func (d *dot) node(id, label string, asks bool) {
	shape := "plaintext"
	if asks {
		shape = "box"
	}
	fmt.Fprintf(&d.nodes, "    %s [label=%s, shape=%s];\n", id, quote(label), shape)
}
func (d *dot) edge(from, to, label string) {
	fmt.Fprintf(&d.edges, "  %s -> %s [label=%s];\n", from, to, quote(label))
}
func (d *dot) groupEnd()   { d.nodes.WriteString("  }\n") }
func (d *dot) end() string { return d.nodes.String() + d.edges.String() + "}\n" }
