package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	bbolt "go.etcd.io/bbolt/errors"
)

var (
	errClosed  = errors.New("the store is closed")
	errForeign = errors.New("not a file of this bot")
	errNewer   = errors.New("written by a newer version of this bot")
)

// explain adds to an error what the operator can do about it.
func (s *Store) explain(err error) error {
	hint := ""
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bbolt.ErrDatabaseNotOpen):
		return errClosed
	case errors.Is(err, bbolt.ErrTimeout):
		return fmt.Errorf("another bot is using %s (hint: stop it, or use another --data folder): %w", s.path, err)
	case noSpace(err):
		hint = "the disk is full; make room, nothing that was acknowledged is lost"
	case errors.Is(err, errNewer):
		hint = "update the bot; the file was left as it is"
	case errors.Is(err, errForeign), errors.Is(err, bbolt.ErrInvalid), errors.Is(err, bbolt.ErrVersionMismatch):
		hint = "this is not the bot's own data file; name another, the file was left as it is"
	case errors.Is(err, bbolt.ErrChecksum):
		hint = "both head pages are damaged; restore a backup, the file was left as it is"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		hint = "the bot may not write there; change the owner of the folder, or use another --data folder"
	case errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR):
		hint = "name a file in a folder"
	default:
		return err
	}
	return fmt.Errorf("%s: %w (hint: %s)", s.path, err, hint)
}

// noSpace tells whether err means that the disk, the quota or the process's
// share of it is full: an error that passes when there is room again. Of some
// errors bbolt keeps the text only.
func noSpace(err error) bool {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}
