package care

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

// Table keeps a row of weights for each feature that was worth one. All other
// features weigh nothing, however many there are: what no sentence taught says
// nothing about a message. The zero Table has no rows.
type Table struct {
	kept   []uint64 // a bit for each key
	before []uint32 // how many rows there are before each word of kept
	rows   []Row    // in the order of their keys
}

// keyBits is how much of a hash tells features apart: one in fifty that have
// rows shares its row with another, and one in fifty that have none meets one.
const keyBits = 24

// Key is what a table knows of a feature's hash.
type Key uint32

// KeyOf is the key of a hash.
func KeyOf(hash uint32) Key { return Key(hash >> (32 - keyBits)) }

// NewTable has one row for each key. The keys are in order, each of them once.
func NewTable(keys []Key, rows []Row) Table {
	t := Table{kept: make([]uint64, 1<<keyBits/64), before: make([]uint32, 1<<keyBits/64), rows: rows}
	for _, k := range keys {
		t.kept[k/64] |= 1 << (k % 64)
	}
	n := 0
	for i, w := range t.kept {
		t.before[i] = uint32(n)
		n += bits.OnesCount64(w)
	}
	return t
}

// Row is what the table has for a feature: the zero Row if nothing.
func (t *Table) Row(hash uint32) Row {
	k := KeyOf(hash)
	if len(t.rows) == 0 || t.kept[k/64]>>(k%64)&1 == 0 {
		return 0
	}
	return t.rows[int(t.before[k/64])+bits.OnesCount64(t.kept[k/64]&(1<<(k%64)-1))]
}

// append adds the table to a file: how many rows, how far each key is from the
// one before, and the rows.
func (t *Table) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(t.rows)))
	last := 0
	for i, w := range t.kept {
		for ; w != 0; w &= w - 1 {
			key := 64*i + bits.TrailingZeros64(w)
			b = binary.AppendUvarint(b, uint64(key-last))
			last = key
		}
	}
	for _, r := range t.rows {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return b
}

var errTable = errors.New("a table is damaged")

// readTable reads what append wrote, and returns what follows it.
func readTable(b []byte) (Table, []byte, error) {
	next := func() (v uint64) {
		v, n := binary.Uvarint(b)
		b = b[max(n, 0):]
		return v
	}
	n := next()
	if n > uint64(len(b)) {
		return Table{}, nil, errTable
	}
	keys := make([]Key, n)
	last := uint64(0)
	for i := range keys {
		gap := next()
		if last += gap; last >= 1<<keyBits || i > 0 && gap == 0 {
			return Table{}, nil, errTable
		}
		keys[i] = Key(last)
	}
	if uint64(len(b)) < 4*n {
		return Table{}, nil, errTable
	}
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return NewTable(keys, rows), b[4*n:], nil
}

// Row is seven weights of four bits, the first lowest, and in the highest four
// bits the step in which they count: large weights are rough, small ones fine.
type Row uint32

// steps are each greater than the one before by the root of two.
var steps = [16]int32{1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256}

// MaxWeight is the greatest weight of a row.
const MaxWeight = 7 * 256

// NewRow rounds weights, which must not exceed [MaxWeight], to what a row can say.
func NewRow(weights [PerTable]float32) Row {
	top := float32(0)
	for _, w := range weights {
		top = max(top, w, -w)
	}
	step := 0
	for step < len(steps)-1 && top > 7.5*float32(steps[step]) {
		step++
	}
	row := Row(step) << 28
	for i, w := range weights {
		q := int32(math.Round(float64(w) / float64(steps[step])))
		row |= Row(min(max(q, -7), 7)&15) << (4 * i)
	}
	return row
}

// Weight is the i-th weight.
func (r Row) Weight(i int) int32 { return int32(r<<(28-4*i)) >> 28 * steps[r>>28] }
