package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// keysCmd makes, turns and ends the keys that everything is sealed with.
type keysCmd struct {
	New     keysNewCmd     `cmd:"" help:"Make the keys of a new store."`
	Rotate  keysRotateCmd  `cmd:"" help:"Add a key; it seals once every running process has it."`
	Status  keysStatusCmd  `cmd:"" help:"Show what each key seals, and when erased things are gone."`
	Destroy keysDestroyCmd `cmd:"" help:"Destroy keys that nothing needs any more."`
}

// Keys is how long keys last, and where they are.
type Keys struct {
	File       string `toml:"file"`
	EpochDays  int    `toml:"epoch_days"`
	BackupDays int    `toml:"backup_days"`
}

const day = 24 * time.Hour

func (k Keys) policy() seal.Policy {
	return seal.Policy{
		Epoch:  time.Duration(k.EpochDays) * day,
		Sweep:  seal.DefaultPolicy.Sweep,
		Backup: time.Duration(k.BackupDays) * day,
	}
}

func (k Keys) check() error {
	if k.EpochDays < 1 || k.EpochDays > 366 {
		return hint(fmt.Errorf("config: keys.epoch_days is %d", k.EpochDays), "1 to 366; 30 is a month")
	}
	if k.BackupDays < 0 || k.BackupDays > 3660 {
		return hint(fmt.Errorf("config: keys.backup_days is %d", k.BackupDays), "how many days you keep backups of the store; 0 if you make none")
	}
	return nil
}

// keysNewCmd makes a key file.
type keysNewCmd struct {
	File string `arg:"" help:"The file to write; - shows the keys instead." type:"path"`
}

func (c *keysNewCmd) Run(w *world) error {
	ring, err := seal.NewKeyring(time.Now())
	if err != nil {
		return err
	}
	if c.File == "-" {
		return show(w, ring, "Put this into AFTERGLOW_KEYS of every process, and a copy in a safe place.")
	}
	if err := newKeyFile(c.File, ring); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.out, keyPlace{path: c.File}.takeCare())
	return err
}

// keysRotateCmd adds an epoch.
type keysRotateCmd struct {
	storeFlags
	Due bool `help:"Only if the newest key has had its time."`
}

func (c *keysRotateCmd) Run(ctx context.Context, w *world) error {
	k, err := c.open(ctx, w, false)
	if err != nil {
		return err
	}
	defer k.close()
	if _, made := k.ring.Newest(); c.Due && time.Since(made) < k.policy.Epoch {
		_, err := fmt.Fprintf(w.out, "The newest key is of %s; none is due before %s.\n", made.Format(time.DateOnly), made.Add(k.policy.Epoch).Format(time.DateOnly))
		return err
	}
	e, err := k.ring.Add(time.Now())
	if err != nil {
		return err
	}
	return k.save(w, fmt.Sprintf("Key %v is added. It seals once every running process has it; they look each %v.", e, keyPoll))
}

// keysStatusCmd shows what there is.
type keysStatusCmd struct{ storeFlags }

func (c *keysStatusCmd) Run(ctx context.Context, w *world) error {
	k, err := c.open(ctx, w, true)
	if err != nil {
		return err
	}
	defer k.close()
	report, err := seal.Inspect(ctx, k.inner, k.ring, k.policy, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Keys: %s\n\n", k.place)
	if err := table(w.out, report); err != nil {
		return err
	}
	if report.Unknown > 0 {
		fmt.Fprintf(w.out, "\n%d records can not be read at all. They are kept as they are.\n", report.Unknown)
	}
	_, err = fmt.Fprintf(w.out, "\nProcesses on the roll: %d. What is erased is gone from the store at once, and from all copies in %d days:\n"+
		"a key lasts %d, the sweep 1, backups %d, and somebody looks once a day. Old copies of the key file are to go as well.\n",
		report.Running, k.policy.GoneDays(), int(k.policy.Epoch/day), int(k.policy.Backup/day))
	return err
}

func table(out io.Writer, report seal.Report) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "key\tmade\tsealed from\tuntil\trecords\tbroken\tmay be destroyed")
	date := func(at time.Time) string {
		if at.IsZero() {
			return "-"
		}
		return at.Format(time.DateOnly)
	}
	for _, e := range report.Epochs {
		hold := "yes"
		if e.Hold != "" {
			hold = "no: " + e.Hold
		}
		fmt.Fprintf(t, "%v\t%s\t%s\t%s\t%d\t%d\t%s\n", e.Epoch, date(e.Made), date(e.Since), date(e.Until), e.Records, e.Broken, hold)
	}
	return t.Flush()
}

// keysDestroyCmd ends epochs.
type keysDestroyCmd struct {
	storeFlags
	DespiteBroken bool     `help:"Give up records that do not open."`
	Epochs        []string `arg:"" optional:"" name:"key" help:"Keys to destroy; all that may be, if none is named."`
}

func (c *keysDestroyCmd) Run(ctx context.Context, w *world) error {
	var named []seal.Epoch
	for _, name := range c.Epochs {
		e, err := seal.ParseEpoch(name)
		if err != nil {
			return err
		}
		named = append(named, e)
	}
	k, err := c.open(ctx, w, true)
	if err != nil {
		return err
	}
	defer k.close()
	report, err := seal.Inspect(ctx, k.inner, k.ring, k.policy, time.Now())
	if err != nil {
		return err
	}
	for _, e := range named {
		if !slices.ContainsFunc(report.Epochs, func(r seal.EpochReport) bool { return r.Epoch == e }) {
			return hint(fmt.Errorf("key %v is not on the ring", e), `"bot keys status" shows those that are`)
		}
	}
	destroyed := 0
	for _, e := range report.Epochs {
		if named != nil && !slices.Contains(named, e.Epoch) {
			continue
		}
		if e.Hold != "" && !(e.Giving && c.DespiteBroken) {
			if named != nil {
				return fmt.Errorf("key %v must stay: %s", e.Epoch, e.Hold)
			}
			continue
		}
		if err := k.ring.Destroy(e.Epoch, time.Now()); err != nil {
			return err
		}
		destroyed++
	}
	if destroyed == 0 {
		_, err := fmt.Fprintln(w.out, `No key may be destroyed now; "bot keys status" says why.`)
		return err
	}
	return k.save(w, fmt.Sprintf("Destroyed: %d. Nobody can read what is sealed with it in old copies of the store, once old copies of the keys are gone too.", destroyed))
}

// storeFlags names the store whose keys are meant.
type storeFlags struct {
	Chat bool `help:"The keys of \"bot chat\" instead of the service's."`
}

// openKeys is what the commands work with.
type openKeys struct {
	place  keyPlace
	ring   *seal.Keyring
	policy seal.Policy
	inner  dialog.Store // nil if it was not needed
}

// open reads the keys, and opens the store if it is needed. A store whose bot
// turns the keys itself is opened in any case: as long as we hold it, it does not.
func (f storeFlags) open(ctx context.Context, w *world, needed bool) (*openKeys, error) {
	cfg, err := loadConfig(w.flags.Config, w.getenv)
	if err != nil {
		return nil, err
	}
	dir, err := cfg.dataDir(w.flags.Data)
	if err != nil {
		return nil, err
	}
	k := &openKeys{policy: cfg.Keys.policy()}
	if f.Chat {
		cfg.Store.URL = chatStore(dir)
		k.place = besides(cfg.storeFile(dir))
	} else if k.place, err = keysFor(cfg, w.getenv, cfg.storeFile(dir)); err != nil {
		return nil, err
	}
	file := cfg.storeFile(dir)
	if k.ring, err = k.place.load(); err != nil {
		return nil, hint(err, `the bot makes its keys when it starts for the first time; "bot keys new FILE" makes some for a shared store`)
	}
	if !k.place.own && !needed {
		return k, nil
	}
	if _, err := os.Stat(file); file != "" && errors.Is(err, fs.ErrNotExist) {
		return nil, hint(fmt.Errorf("there is no store at %s yet", file), "start the bot once, or name its folder with --data")
	}
	clock, err := newClock(1)
	if err != nil {
		return nil, err
	}
	k.inner, _, err = openStore(ctx, cfg, dir, clock, slog.New(slog.DiscardHandler))
	if err != nil && k.place.own {
		err = fmt.Errorf("%w\n(a running bot with an embedded store turns its keys by itself, and says so in its log)", err)
	}
	return k, err
}

// chatStore is the setting of the store that "bot chat" uses. Its keys lie beside
// it, whatever the settings say: those are the service's.
func chatStore(dir string) string { return "bolt:" + filepath.Join(dir, "chat.db") }

func (k *openKeys) close() {
	if k.inner != nil {
		_ = k.inner.Close() // it was only read
	}
}

// save puts changed keys where they came from, and says what has become of them.
func (k *openKeys) save(w *world, said string) error {
	if k.place.path == "" {
		return show(w, k.ring, said+"\nPut this into AFTERGLOW_KEYS of every process, one after the other.")
	}
	if err := writeKeyFile(k.place.path, k.ring); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w.out, said)
	return err
}

// show prints keys, and beside them, not among them, what to do with them.
func show(w *world, ring *seal.Keyring, said string) error {
	text, err := ring.Text()
	if err != nil {
		return err
	}
	_, err = w.out.Write(text)
	_, also := fmt.Fprintln(w.err, said)
	return errors.Join(err, also)
}
