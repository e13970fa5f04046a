package seal

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/tink-crypto/tink-go/v2/daead/subtle"

	"afterglow/dialog"
)

// An invite is a person's address and a secret, sealed so that nobody but this
// bot reads or makes one: AES-SIV under a key derived from that of the hashes, so
// key files stay as they are. The code has at most 64 characters of A–Z a–z 0–9 _
// and -, which is what the start of a Telegram chat can carry.
const (
	secretLen  = 16
	maxCode    = 64
	inviteInfo = "afterglow invite 1"
)

// platforms with numbers for people have a short form; the first byte tells it.
// The numbers are part of codes that are on their way, for a day.
var shortForms = []string{"", "telegram", "discord"}

// Invite makes the code; "" if the address is too long for one or the secret has
// not 16 bytes.
func (r *Keyring) Invite(person dialog.PersonID, secret string) string {
	if len(secret) != secretLen {
		return ""
	}
	sealed, err := r.inviteKey().EncryptDeterministically(append([]byte(secret), address(person)...), []byte(inviteInfo))
	if err != nil {
		return ""
	}
	code := base64.RawURLEncoding.EncodeToString(sealed)
	if len(code) > maxCode {
		return ""
	}
	return code
}

// Invited opens a code; ok is false for anything that Invite has not made.
func (r *Keyring) Invited(code string) (person dialog.PersonID, secret string, ok bool) {
	if len(code) > maxCode {
		return "", "", false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(code)
	if err != nil {
		return "", "", false
	}
	text, err := r.inviteKey().DecryptDeterministically(sealed, []byte(inviteInfo))
	if err != nil || len(text) <= secretLen {
		return "", "", false
	}
	person, ok = addressee(text[secretLen:])
	return person, string(text[:secretLen]), ok
}

func (r *Keyring) inviteKey() *subtle.AESSIV {
	k := r.keys.Load()
	key := append(k.hashOf("invite\x00one"), k.hashOf("invite\x00two")...)
	siv, err := subtle.NewAESSIV(key)
	if err != nil {
		panic(fmt.Sprintf("invite key: %v", err)) // its length is what it takes
	}
	return siv
}

// address is a person's address in few bytes: "telegram:17" as its platform and
// number, any other as it is.
func address(person dialog.PersonID) []byte {
	name, number, _ := strings.Cut(string(person), ":")
	for i, short := range shortForms[1:] {
		if n, err := strconv.ParseUint(number, 10, 64); name == short && err == nil && strconv.FormatUint(n, 10) == number {
			return binary.AppendUvarint([]byte{byte(i + 1)}, n)
		}
	}
	return append([]byte{0}, person...)
}

func addressee(text []byte) (dialog.PersonID, bool) {
	form, rest := int(text[0]), text[1:]
	switch {
	case form == 0:
		return dialog.PersonID(rest), len(rest) > 0
	case form >= len(shortForms):
		return "", false
	}
	n, used := binary.Uvarint(rest)
	return dialog.PersonID(shortForms[form] + ":" + strconv.FormatUint(n, 10)), used == len(rest)
}
