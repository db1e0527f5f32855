package packsrc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"go.yaml.in/yaml/v3"
)

// maxSource bounds a source, in octets, and maxDepth its nesting.
const (
	maxSource = 1 << 20
	maxDepth  = 24
)

// readTree reads a source as a tree of JSON: maps, lists, texts, flags, null and
// json.Number. Anchors and tags of a program's own are refused: a source says
// what it means where it stands.
func readTree(tree fs.FS, name string) (map[string]any, error) {
	raw, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	return parseTree(raw)
}

func parseTree(raw []byte) (map[string]any, error) {
	if len(raw) > maxSource {
		return nil, errors.New("the source is too large")
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("a source is one document")
	}
	v, err := plain(doc.Content[0], 0)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("a source is a map")
	}
	return m, nil
}

func plain(n *yaml.Node, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("line %d: nested too deeply", n.Line)
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		return nil, fmt.Errorf("line %d: no anchors", n.Line)
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if _, twice := out[key.Value]; twice || key.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("line %d: the member %q stands twice, or is no text", key.Line, key.Value)
			}
			v, err := plain(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			out[key.Value] = v
		}
		return out, nil
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			var err error
			if out[i], err = plain(c, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return scalar(n)
}

func scalar(n *yaml.Node) (any, error) {
	switch n.Tag {
	case "!!str", "!!timestamp": // a date stays the text that it is
		return n.Value, nil
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value), nil
		}
	case "!!bool":
		return n.Value == "true", nil
	case "!!null":
		return nil, nil
	}
	return nil, fmt.Errorf("line %d: %q is written in another way", n.Line, n.Value)
}

// readStrict reads a source into a struct and refuses members that it does not
// know.
func readStrict(tree fs.FS, name string, into any) error {
	v, err := readTree(tree, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := strict(v, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func strict(v, into any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
