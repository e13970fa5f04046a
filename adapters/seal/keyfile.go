package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// A keyring as text: two keysets as Tink writes them, and when each epoch was
// made. The epoch that seals is not in it: which one that is stands in the
// store, where all processes see the same.
type ringFile struct {
	About     string          `json:"about"`
	Format    int             `json:"format"`
	Names     json.RawMessage `json:"names"`
	Blobs     json.RawMessage `json:"blobs"`
	Epochs    []epochLine     `json:"epochs"`
	Destroyed []epochLine     `json:"destroyed,omitempty"`
}

type epochLine struct {
	Epoch string    `json:"epoch"`
	At    time.Time `json:"at"`
}

const ringFormat = 1

const ringAbout = "The keys of an Afterglow store. With these and a copy of the store everybody in it can be read; without these nobody can, ever again. Keep a copy apart from the store and from its backups."

// ParseKeyring reads a keyring that Text wrote, as it is or in base64. Errors
// never show any of the text.
func ParseKeyring(text []byte) (*Keyring, error) {
	text = bytes.TrimSpace(text)
	if len(text) > 0 && text[0] != '{' {
		plain, err := base64.StdEncoding.DecodeString(string(text))
		if err != nil {
			return nil, errors.New("keyring: neither JSON nor base64 (hint: \"bot keys new\" makes one)")
		}
		text = plain
	}
	var f ringFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, errors.New("keyring: not the JSON of a keyring (hint: it may have been cut short; \"bot keys new\" makes one)")
	}
	if f.Format != ringFormat {
		return nil, fmt.Errorf("keyring: format %d, this build knows %d (hint: update the bot)", f.Format, ringFormat)
	}
	k := new(keys)
	var err error
	if k.names, err = readKeyset(f.Names); err != nil {
		return nil, fmt.Errorf("keyring: names: %w", err)
	}
	if k.blobs, err = readKeyset(f.Blobs); err != nil {
		return nil, fmt.Errorf("keyring: blobs: %w", err)
	}
	if k.epochs, err = readLines(f.Epochs); err != nil {
		return nil, err
	}
	if k.destroyed, err = readLines(f.Destroyed); err != nil {
		return nil, err
	}
	if err := k.agree(); err != nil {
		return nil, err
	}
	r := new(Keyring)
	if err := r.set(k); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	// Which one seals stands in the store; until that is read, take the newest.
	newest, _ := r.Newest()
	return r, r.promote(newest)
}

// agree checks that the list of epochs and the keyset tell of the same keys.
func (k *keys) agree() error {
	for i := range k.blobs.Len() {
		e, err := k.blobs.Entry(i)
		if err != nil {
			return fmt.Errorf("keyring: %w", err)
		}
		if !k.has(Epoch(e.KeyID())) || e.KeyStatus() != keyset.Enabled {
			return fmt.Errorf("keyring: key %v is disabled or not in the list of epochs", Epoch(e.KeyID()))
		}
	}
	if len(k.epochs) != k.blobs.Len() {
		return errors.New("keyring: an epoch of the list has no key")
	}
	return nil
}

// Text is the keyring in a form for a file or the environment. It is as secret
// as the keyring.
func (r *Keyring) Text() ([]byte, error) {
	k := r.keys.Load()
	f := ringFile{About: ringAbout, Format: ringFormat, Epochs: lines(k.epochs), Destroyed: lines(k.destroyed)}
	var err error
	if f.Names, err = writeKeyset(k.names); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	blobs, err := k.led(k.epochs[len(k.epochs)-1].epoch) // a keyset needs a primary; nobody goes by it
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if f.Blobs, err = writeKeyset(blobs); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return append(text, '\n'), nil
}

func readKeyset(raw json.RawMessage) (*keyset.Handle, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, errors.New("not a keyset") // an error of the parser may show a part of it
	}
	return h, nil
}

func writeKeyset(h *keyset.Handle) (json.RawMessage, error) {
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf)); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func readLines(list []epochLine) (out []made, err error) {
	for _, l := range list {
		e, err := ParseEpoch(l.Epoch)
		if err != nil {
			return nil, fmt.Errorf("keyring: %w", err)
		}
		out = append(out, made{e, l.At.UTC()})
	}
	return out, nil
}

func lines(list []made) (out []epochLine) {
	for _, m := range list {
		out = append(out, epochLine{m.epoch.String(), m.at})
	}
	return out
}
