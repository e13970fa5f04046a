// Package afterglow holds nothing but the test of the walls between its rooms.
package afterglow

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What each room may import beside the standard library. The most special path
// wins. A wall is there so that a newcomer can believe the map in the README.
var walls = []struct {
	room   string
	allow  []string // prefixes of import paths
	forbid []string // standard packages that have no place here
	why    string
}{
	{"dialog", []string{"golang.org/x/", "afterglow/dialog"}, []string{"os", "net", "net/http", "os/exec", "io/ioutil"}, "the engine is pure and knows no world outside"},
	{"dialog/aftercare", []string{"golang.org/x/", "afterglow/dialog"}, []string{"os", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "log", "log/slog"}, "what runs inside Step is a function of its input"},
	{"dialog/care", []string{"golang.org/x/", "afterglow/dialog"}, []string{"os", "net/http", "math/rand", "crypto/rand", "log", "log/slog", "time"}, "recognition is pure and offline"},
	{"dialog/support", []string{"afterglow/dialog"}, []string{"os", "net/http", "math/rand", "log", "log/slog"}, "answers are fixed"},
	{"dialog/neutral", []string{"golang.org/x/"}, []string{"os", "net/http", "math/rand", "log", "log/slog"}, "the filter is pure"},
	{"prompts", []string{"afterglow/dialog", "afterglow/prompts", "github.com/pelletier/go-toml/", "golang.org/x/"}, []string{"net/http"}, "words depend on nobody who shows them"},
	{"adapters/console", []string{"afterglow/dialog", "golang.org/x/"}, nil, "an adapter knows the engine's ports and its own outside"},
	{"adapters/bolt", []string{"afterglow/dialog", "go.etcd.io/bbolt", "golang.org/x/"}, nil, "an adapter knows the engine's ports and its own outside"},
	{"adapters/redis", []string{"afterglow/dialog", "afterglow/adapters/redis", "github.com/redis/go-redis/", "golang.org/x/"}, nil, "an adapter knows the engine's ports and its own outside"},
	{"adapters/telegram", []string{"afterglow/dialog", "afterglow/adapters/telegram", "github.com/go-telegram-bot-api/", "golang.org/x/"}, nil, "an adapter knows the engine's ports and its own outside"},
	{"adapters/discord", []string{"afterglow/dialog", "afterglow/adapters/discord", "github.com/bwmarrin/discordgo", "github.com/gorilla/websocket", "golang.org/x/"}, nil, "an adapter knows the engine's ports and its own outside"},
	{"adapters/when", []string{"afterglow/dialog", "golang.org/x/", "github.com/pelletier/go-toml/"}, []string{"os", "net/http"}, "reading a time is pure"},
	{"adapters/seal", []string{"afterglow/dialog", "github.com/tink-crypto/", "google.golang.org/protobuf", "golang.org/x/"}, nil, "a store around a store knows the port and its keys"},
}

// The walls are held against the source files themselves: what a build tool
// reports may be cached.
func TestWalls(t *testing.T) {
	seen := map[string]bool{}
	each(t, func(file, dir string, test bool) {
		if test {
			return
		}
		w := -1
		for i, wall := range walls {
			if (dir == wall.room || strings.HasPrefix(dir, wall.room+"/")) && (w < 0 || len(wall.room) > len(walls[w].room)) {
				w = i
			}
		}
		if w < 0 {
			if strings.HasPrefix(dir, "adapters/") || strings.HasPrefix(dir, "dialog") {
				t.Errorf("%s: the room has no wall yet; add it to walls_test.go", file)
			}
			return
		}
		seen[walls[w].room] = true
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			if !allowed(name, dir, walls[w].allow, walls[w].forbid) {
				t.Errorf("%s imports %s: %s", file, name, walls[w].why)
			}
		}
	})
	for _, wall := range walls {
		if !seen[wall.room] {
			t.Errorf("there is a wall around %s, and no such room", wall.room)
		}
	}
}

func allowed(name, dir string, allow, forbid []string) bool {
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") && first != "afterglow" {
		for _, f := range forbid {
			// Test servers and stories for tests live in rooms of their own.
			if name == f && !strings.HasSuffix(dir, "test") && !strings.HasSuffix(dir, "/train") && !strings.HasSuffix(dir, "/sim") {
				return false
			}
		}
		return true
	}
	for _, a := range allow {
		if name == strings.TrimSuffix(a, "/") || strings.HasPrefix(name, a) {
			return true
		}
	}
	return strings.HasPrefix(name, "afterglow/"+dir)
}

// Every package says what it is.
func TestPackageComments(t *testing.T) {
	has := map[string]bool{}
	each(t, func(file, dir string, test bool) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if !test || dir == "." {
			has[dir] = has[dir] || f.Doc != nil
		}
	})
	for dir, ok := range has {
		if !ok {
			t.Errorf("package in %s has no comment", dir)
		}
	}
}

func each(t *testing.T, do func(file, dir string, test bool)) {
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || file != "." && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if path.Ext(file) == ".go" {
			do(file, path.Dir(filepath.ToSlash(file)), strings.HasSuffix(file, "_test.go"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
