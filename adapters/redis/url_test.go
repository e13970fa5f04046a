package redis

import (
	"reflect"
	"strings"
	"testing"
)

func TestURLs(t *testing.T) {
	for text, want := range map[string]address{
		"redis://":                                 {hosts: []string{"localhost:6379"}},
		"redis://cache":                            {hosts: []string{"cache:6379"}},
		"redis://cache:7000/3":                     {hosts: []string{"cache:7000"}, db: 3},
		"rediss://u:p%40ss@cache":                  {hosts: []string{"cache:6379"}, user: "u", password: "p@ss", secure: true},
		"redis://:a@b@cache":                       {hosts: []string{"cache:6379"}, password: "a@b"},
		"redis://[::1]:7000":                       {hosts: []string{"[::1]:7000"}},
		"redis://:p@a:1,b,[fe80::1]:3":             {hosts: []string{"a:1", "b:6379", "[fe80::1]:3"}, password: "p"},
		"redis://a,b/1?sentinel=main":              {hosts: []string{"a:6379", "b:6379"}, db: 1, sentinel: "main"},
		"redis://a?sentinel=m&sentinel_password=s": {hosts: []string{"a:6379"}, sentinel: "m", sentPass: "s"},
	} {
		got, err := parseURL(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                             "begins with",
		"localhost:6379":               "begins with",
		"http://secret@cache":          "begins with",
		"redis://cache/zero":           "number of a database",
		"redis://cache/-1":             "number of a database",
		"redis://:secret@ca che":       "a host is written as",
		"redis://:secret@a,,b:x":       "a host is written as",
		"redis://:secret%zz@cache":     "are written as %2F",
		"redis://:sec/ret@cache":       "a host is written as",
		"redis://cache?timeout=3":      `has no "timeout"`,
		"redis://:secret@cache#secret": "are written as %2F",
		"redis://:secret@a:1:2":        "a host is written as",
	} {
		_, err := parseURL(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "sec") && !strings.Contains(text, "timeout") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// FuzzURL: nothing panics, and no error tells a part of the URL.
func FuzzURL(f *testing.F) {
	f.Add("redis://user:password@host:1,host/0?sentinel=x")
	f.Add("rediss://[::1]")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseURL(text)
		if err == nil && len(a.hosts) == 0 {
			t.Errorf("%q: no host and no error", text)
		}
	})
}
