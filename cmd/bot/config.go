package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Config is every setting. config.example.toml tells what each means.
type Config struct {
	Data     string   `toml:"data"`
	Prompts  []string `toml:"prompts"`
	Log      string   `toml:"log"`
	Store    Store    `toml:"store"`
	Keys     Keys     `toml:"keys"`
	Telegram Telegram `toml:"telegram"`
	Discord  Discord  `toml:"discord"`
}

// Store is where people are kept.
type Store struct {
	URL    string `toml:"url"`
	Wait   int    `toml:"wait"`
	Prefix string `toml:"prefix"`
}

// Telegram is how to reach it.
type Telegram struct {
	Token   string  `toml:"token"`
	APIURL  string  `toml:"api_url"`
	Protect bool    `toml:"protect"`
	Webhook Webhook `toml:"webhook"`
}

// Webhook is how Telegram brings updates, if it does.
type Webhook struct {
	URL         string `toml:"url"`
	Listen      string `toml:"listen"`
	Secret      string `toml:"secret"`
	Cert        string `toml:"cert"`
	Key         string `toml:"key"`
	SelfSigned  bool   `toml:"self_signed"`
	Connections int    `toml:"connections"`
}

// Discord is how to reach it.
type Discord struct {
	Token              string `toml:"token"`
	APIURL             string `toml:"api_url"`
	InteractionsListen string `toml:"interactions_listen"`
	PublicKey          string `toml:"public_key"`
	AgeLabel           bool   `toml:"age_label"`
}

// defaults are the settings of somebody who set nothing.
func defaults() Config {
	return Config{
		Log:      "info",
		Store:    Store{Prefix: "afterglow"},
		Keys:     Keys{EpochDays: 30, BackupDays: 7},
		Telegram: Telegram{APIURL: "https://api.telegram.org", Webhook: Webhook{Listen: "127.0.0.1:8443", Connections: 40}},
		Discord:  Discord{APIURL: "https://discord.com/api"},
	}
}

// loadConfig reads the file, if one is named, then the environment over it.
func loadConfig(file string, getenv func(string) string) (Config, error) {
	c := defaults()
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return c, hint(fmt.Errorf("config: %w", err), "copy config.example.toml and name it with --config, or leave the flag out: no file is needed")
		}
		if err := decodeConfig(file, string(data), &c); err != nil {
			return c, err
		}
	}
	for name, field := range map[string]*string{
		"TELEGRAM_TOKEN": &c.Telegram.Token, "TELEGRAM_API_URL": &c.Telegram.APIURL,
		"DISCORD_TOKEN": &c.Discord.Token, "DISCORD_API_URL": &c.Discord.APIURL,
		"STORE_URL": &c.Store.URL,
	} {
		if v := getenv(name); v != "" {
			*field = v
		}
	}
	if _, err := c.level(); err != nil {
		return c, err
	}
	return c, c.Keys.check()
}

func (c *Config) level() (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(c.Log)); err != nil {
		return l, hint(fmt.Errorf("config: log level %q is unknown", c.Log), `one of "debug", "info", "warn", "error"`)
	}
	return l, nil
}

// decodeConfig is strict: a key that nobody reads is a mistake somebody made.
func decodeConfig(file, data string, c *Config) error {
	err := toml.NewDecoder(strings.NewReader(data)).DisallowUnknownFields().Decode(c)
	var strict *toml.StrictMissingError
	var syntax *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &strict):
		e := strict.Errors[0]
		line, _ := e.Position()
		key := strings.Join(e.Key(), ".")
		return hint(fmt.Errorf("%s:%d: unknown key %q", file, line, key), didYouMean(key, settings()))
	case errors.As(err, &syntax):
		line, col := syntax.Position()
		return hint(fmt.Errorf("%s:%d:%d: %s", file, line, col, strings.TrimPrefix(syntax.Error(), "toml: ")), "config.example.toml shows the form of every setting")
	}
	return hint(fmt.Errorf("%s: %w", file, err), "config.example.toml shows the form of every setting")
}

// settings are the keys there are, as in "telegram.token".
func settings() (keys []string) {
	var walk func(t reflect.Type, before string)
	walk = func(t reflect.Type, before string) {
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type, before+f.Tag.Get("toml")+".")
				continue
			}
			keys = append(keys, before+f.Tag.Get("toml"))
		}
	}
	walk(reflect.TypeFor[Config](), "")
	return keys
}

// didYouMean names the setting nearest to key.
func didYouMean(key string, known []string) string {
	best, least := "", len(key)/2+1
	for _, k := range known {
		if d := distance(key, k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return "config.example.toml lists every setting"
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance is how many letters have to be added, taken or changed.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// dataDir is the folder for the embedded store, made if it is not there.
func (c *Config) dataDir(flag string) (string, error) {
	dir := flag
	if dir == "" {
		dir = c.Data
	}
	if dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return "", hint(fmt.Errorf("data folder: %w", err), "name one with --data DIR")
		}
		dir = filepath.Join(base, "afterglow")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", hint(fmt.Errorf("data folder: %w", err), "name another with --data DIR, or make this one writable")
	}
	return dir, nil
}

// hinted is an error that tells what to do.
type hinted struct {
	err  error
	hint string
}

func hint(err error, text string) error { return &hinted{err, text} }

func (h *hinted) Error() string { return h.err.Error() + "\nhint: " + h.hint }
func (h *hinted) Unwrap() error { return h.err }
