package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// The example lists every setting with its default and a sentence above it.
func TestExampleIsWhole(t *testing.T) {
	data, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	if err := decodeConfig("config.example.toml", string(data), &c); err != nil {
		t.Fatal(err)
	}
	c.Prompts = nil
	if !reflect.DeepEqual(c, defaults()) {
		t.Errorf("the example says\n%+v\nand the defaults are\n%+v", c, defaults())
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	var listed []string
	var list func(tree map[string]any, before string)
	list = func(tree map[string]any, before string) {
		for key, v := range tree {
			if table, ok := v.(map[string]any); ok {
				list(table, before+key+".")
				continue
			}
			listed = append(listed, before+key)
		}
	}
	list(tree, "")
	for _, key := range settings() {
		if !slices.Contains(listed, key) {
			t.Errorf("%s is missing in the example", key)
		}
	}
	above := ""
	for _, line := range strings.Split(string(data), "\n") {
		if regexp.MustCompile(`^[a-z_]+ = `).MatchString(line) && above == "" {
			t.Errorf("no sentence above %q", line)
		}
		if line == "" || line[0] == '#' {
			above = strings.TrimPrefix(line, "#")
		}
	}
}

// The environment goes before the file, for every name that is promised.
func TestEnvironmentGoesFirst(t *testing.T) {
	env := map[string]string{
		"TELEGRAM_TOKEN": "t", "TELEGRAM_API_URL": "tu", "DISCORD_TOKEN": "d", "DISCORD_API_URL": "du", "STORE_URL": "s",
	}
	file := t.TempDir() + "/c.toml"
	if err := os.WriteFile(file, []byte("[telegram]\ntoken = \"file\"\n[store]\nurl = \"file\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig(file, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if got := []string{c.Telegram.Token, c.Telegram.APIURL, c.Discord.Token, c.Discord.APIURL, c.Store.URL}; !slices.Equal(got, []string{"t", "tu", "d", "du", "s"}) {
		t.Errorf("%q", got)
	}
}
