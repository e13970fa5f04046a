package redis

import (
	"crypto/sha256"
	"strings"
	"sync"

	"afterglow/dialog"
)

// Names of all keys, for the prefix "afterglow" and a person in shard 7:
//
//	afterglow:{007}:p:<key>   the person's record, a string; see value.go
//	afterglow:{007}:alarms    the alarms of the shard: a sorted set of <key> by ms since 1970
//	afterglow:{007}:probe     there for a moment when a bot starts
//
// What stands in braces decides the slot of a Redis Cluster, so all that
// belongs to a person, and the alarms they are in, lie together.

// shards is how many parts the people are in. It is for ever, as it is part of
// the names of keys.
const shards = 256

// names makes the keys under a prefix.
type names struct {
	prefix string
	alarms [shards]string
	people [shards]string
}

func newNames(prefix string) *names {
	n := &names{prefix: prefix}
	for i, tag := range shardTags() {
		n.alarms[i] = prefix + ":{" + tag + "}:alarms"
		n.people[i] = prefix + ":{" + tag + "}:p:"
	}
	return n
}

func (n *names) person(key dialog.Key) string { return n.people[shardOf(key)] + string(key) }

func (n *names) alarmsOf(key dialog.Key) string { return n.alarms[shardOf(key)] }

func (n *names) probe(shard int) string {
	return strings.TrimSuffix(n.alarms[shard], "alarms") + "probe"
}

// shardOf spreads people evenly over the shards, whatever their keys look like.
func shardOf(key dialog.Key) int {
	return int(sha256.Sum256([]byte(key))[0])
}

// shardTags returns the hash tag of each shard. Shard i has the first of "000",
// "001", … "zzz" that falls into the i-th of 256 equal parts of the slots: so
// masters that share the slots in equal parts share the people in equal parts.
var shardTags = sync.OnceValue(func() (tags [shards]string) {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	for _, a := range digits {
		for _, b := range digits {
			for _, c := range digits {
				tag := string([]rune{a, b, c})
				if i := slot(tag) / (slots / shards); tags[i] == "" {
					tags[i] = tag
				}
			}
		}
	}
	return tags
})

const slots = 16384

// slot is the slot of a hash tag: CRC-16/XMODEM, as the Redis Cluster
// specification has it.
func slot(tag string) int {
	var crc uint16
	for _, b := range []byte(tag) {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc) % slots
}
