package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"afterglow/adapters/seal"
)

// keyPlace is where the keys of a store are kept: in a file, or in the
// environment variable AFTERGLOW_KEYS as the text of such a file.
type keyPlace struct {
	path string // of the file; "" if they come from the environment
	text string
	own  bool // the file beside the embedded store: nobody else uses it, so the bot turns the keys itself
}

// keysFor is where the keys of a store are. file is the embedded store's, "" for
// a store that several processes share.
func keysFor(cfg Config, getenv func(string) string, file string) (keyPlace, error) {
	switch text := getenv("AFTERGLOW_KEYS"); {
	case text != "":
		return keyPlace{text: text}, nil
	case cfg.Keys.File != "":
		return keyPlace{path: cfg.Keys.File}, nil
	case file != "":
		return besides(file), nil
	}
	return keyPlace{}, hint(errors.New("keys: a shared store needs keys that every process has"),
		`"bot keys new FILE" makes them; name the file in [keys] file, or put its text into AFTERGLOW_KEYS`)
}

// besides is the place of keys that nobody has named.
func besides(store string) keyPlace {
	return keyPlace{path: strings.TrimSuffix(store, filepath.Ext(store)) + ".keys", own: true}
}

// load reads the keys.
func (p keyPlace) load() (*seal.Keyring, error) {
	text := []byte(p.text)
	if p.path != "" {
		var err error
		if text, err = readKeyFile(p.path); err != nil {
			return nil, fmt.Errorf("keys: %w", err)
		}
	}
	ring, err := seal.ParseKeyring(text)
	if err != nil {
		return nil, fmt.Errorf("keys: %s: %w", p, err)
	}
	return ring, nil
}

// loadOrMake reads the keys, or makes them if there is neither a key file nor a
// store yet. It is to be called before the store is opened. made tells that the
// operator has a new file to take care of.
func (p keyPlace) loadOrMake(store string, now time.Time) (ring *seal.Keyring, made bool, err error) {
	ring, err = p.load()
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, false, err
	}
	if !p.own {
		return nil, false, hint(err, `"bot keys new FILE" makes one; give the same to every process`)
	}
	if _, serr := os.Stat(store); !errors.Is(serr, fs.ErrNotExist) {
		return nil, false, hint(err, store+" was sealed with them; put the file back. Without it nobody can ever read that store again, and you can only begin anew in another --data folder")
	}
	if ring, err = seal.NewKeyring(now); err != nil {
		return nil, false, err
	}
	return ring, true, newKeyFile(p.path, ring)
}

// String is how the place is called in messages.
func (p keyPlace) String() string {
	if p.path == "" {
		return "AFTERGLOW_KEYS"
	}
	return p.path
}

// takeCare is what the operator of a new key file has to know.
func (p keyPlace) takeCare() string {
	return fmt.Sprintf("New keys are in %s. With this file and the store everybody in it can be read;\n"+
		"without it nobody can, ever again. Keep a copy in a safe place, apart from the store and its backups.", p.path)
}

const maxKeyFile = 1 << 20

// readKeyFile refuses a file that others on the machine can read.
func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, hint(fmt.Errorf("%s can be read by others (mode %04o)", path, mode),
			"chmod 600 "+path+"; for a mounted secret, set its mode to 0400 and its owner to the bot's user")
	}
	return io.ReadAll(io.LimitReader(f, maxKeyFile))
}

// newKeyFile writes a file that is not there yet.
func newKeyFile(path string, ring *seal.Keyring) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if _, err := os.Lstat(path); err == nil {
		return hint(fmt.Errorf("keys: %s is already there", path), "name another file; this one may be all that can open a store")
	}
	return writeKeyFile(path, ring)
}

// writeKeyFile puts a keyring in the place of a file, whole or not at all. It is
// on disk when writeKeyFile returns: no key may seal before that.
func writeKeyFile(path string, ring *seal.Keyring) (err error) {
	defer func() {
		if err != nil {
			err = hint(fmt.Errorf("keys: %w", err), "the bot must be able to write "+path+" and its folder")
		}
	}()
	text, err := ring.Text()
	if err != nil {
		return err
	}
	// Always the same name, so that keys which a crash has left there do not stay.
	beside := path + ".new"
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(beside, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
