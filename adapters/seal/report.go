package seal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"afterglow/dialog"
)

// Policy is how long things last. It is what the operator promises to people,
// so "gone" is computed from it everywhere, here and in what the bot says.
type Policy struct {
	Epoch  time.Duration // a new key at least so often
	Sweep  time.Duration // until nothing is sealed with the former one
	Backup time.Duration // until the last copy that was made of the store is thrown away
}

// DefaultPolicy is that of somebody who set nothing.
var DefaultPolicy = Policy{Epoch: 30 * day, Sweep: day, Backup: 7 * day}

const day = 24 * time.Hour

// Gone is when erased bytes can not be read any more by anybody, wherever a copy
// of them was made: at worst the erasure follows the first commit of an epoch,
// which then seals for its time, is swept, waits for the last backup that knew
// it, and is destroyed by somebody who looks once a day.
func (p Policy) Gone() time.Duration { return p.Epoch + p.Sweep + p.Backup + day }

// GoneDays is Gone in whole days, rounded up.
func (p Policy) GoneDays() int { return int((p.Gone() + day - 1) / day) }

// wait is how long an epoch is kept after it has sealed. A day is the least: no
// process sleeps so long, and no replica of a store lags so far behind.
func (p Policy) wait() time.Duration { return max(p.Sweep+p.Backup, day) }

// EpochReport is what is known of an epoch.
type EpochReport struct {
	Epoch   Epoch
	Made    time.Time
	Since   time.Time // it seals, or sealed; zero: not yet, or not known
	Until   time.Time // it sealed; zero: it does, or not yet
	Records int       // sealed with it
	Broken  int       // of which these do not open
	Hold    string    // why it must not be destroyed; "" if it may
	Giving  bool      // Hold is about broken records only: it may, if they are given up
}

// Report is what is known of a store and its keys.
type Report struct {
	Epochs  []EpochReport // the oldest first
	Running int           // processes on the roll; one that was killed counts for some minutes
	Unknown int           // records of which nobody can tell what they are sealed with
}

// Inspect walks over a store, as it is behind a [Store], and says of each epoch
// what is sealed with it and whether it may be destroyed: only if nothing is,
// all processes seal with a later one, and the last backup that needs it is
// gone. It changes nothing, and may look on while bots are running.
func Inspect(ctx context.Context, inner dialog.Store, ring *Keyring, p Policy, now time.Time) (Report, error) {
	k := ring.keys.Load()
	roll, _, err := loadRoll(ctx, inner)
	if err != nil {
		return Report{}, fmt.Errorf("inspect: %w", err)
	}
	if roll.Names != "" && roll.Names != k.fingerprint() {
		return Report{}, fmt.Errorf("inspect: %w", errForeign)
	}
	census := newCensus()
	err = walk(ctx, inner, 1e9, func(key dialog.Key, rec dialog.Record, err error) error {
		epoch, blob := k.inspect(key, rec, err, &census)
		census.count(epoch, blob)
		return nil
	})
	if err != nil {
		return Report{}, fmt.Errorf("inspect: %w", err)
	}
	out := Report{Running: len(roll.Replicas), Unknown: census.Unknown}
	for _, m := range k.epochs {
		e := EpochReport{Epoch: m.epoch, Made: m.at, Records: census.Records[m.epoch], Broken: census.Broken[m.epoch]}
		e.Since, e.Until = roll.reign(m.epoch, k)
		e.Hold = roll.hold(e, census, p, now)
		e.Giving = e.Hold == holdBroken
		out.Epochs = append(out.Epochs, e)
	}
	return out, nil
}

// reign is from when until when an epoch has sealed. Of one that a later epoch
// has overtaken it is not known when it began, and taken that it went on until then.
func (r *roll) reign(e Epoch, k *keys) (since, until time.Time) {
	later := false
	for _, m := range k.epochs {
		i := slices.IndexFunc(r.Epochs, func(l epochLine) bool { return l.Epoch == m.epoch.String() })
		switch {
		case i < 0:
		case m.epoch == e:
			since = r.Epochs[i].At
		case later && until.IsZero():
			until = r.Epochs[i].At
		}
		later = later || m.epoch == e
	}
	return since, until
}

// hold tells why an epoch must not be destroyed.
func (r *roll) hold(e EpochReport, census Census, p Policy, now time.Time) string {
	seals := func(o replica) bool { return o.Seals == e.Epoch.String() }
	switch {
	case e.Since.IsZero() && e.Until.IsZero():
		return "it has not sealed yet: some process does not have it, or did not say so"
	case e.Until.IsZero():
		return "it seals"
	case e.Records > 0:
		return "records are sealed with it; the running bot seals them anew"
	case census.Unknown > 0:
		return "some records can not be read at all, and may need it"
	case slices.ContainsFunc(r.Replicas, seals):
		return "a process still seals with it, or was killed and is not yet missed"
	case now.Before(e.Until.Add(p.wait())):
		return "backups may need it until " + e.Until.Add(p.wait()).Format("2006-01-02 15:04")
	case e.Broken > 0:
		return holdBroken
	}
	return ""
}

const holdBroken = "records under it do not open; restore them, or give them up"
