package care

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The classifier's outputs: seven categories in the first table of weights,
// four severities and three abouts in the second.
const (
	OfCategory = 0
	OfSeverity = 7
	OfAbout    = 11
	Outputs    = 14
	PerTable   = 7
)

// TableRows are how many rows of weights each table has. The categories decide,
// so most of the room is theirs; two features in one row blur each other.
var TableRows = [2]int{430_000, 50_000}

// Model is a linear classifier over [Features]: in each table a row of weights
// for each hash.
type Model struct {
	Bias   [Outputs]float32
	Unit   [2]float32 // by table: what a weight of one stands for
	Tables [2][]Row
	Seen   Words // the words it was trained on
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

// RowOf is the place of a hash in a table of so many rows.
func RowOf(h uint32, rows int) int { return int(uint64(h) * uint64(rows) >> 32) }

// wordBits is the size of [Words]: 1<<wordBits bits.
const wordBits = 17

// Words remembers which words were added: two bits of a table for each hash, so
// that one word in thirty that was not is taken for one that was.
type Words [1 << (wordBits - 3)]byte

// Add remembers the word whose hash is h.
func (s *Words) Add(h uint32) {
	for _, at := range [2]uint32{h >> (32 - wordBits), h & (1<<wordBits - 1)} {
		s[at>>3] |= 1 << (at & 7)
	}
}

func (s *Words) has(h uint32) bool {
	a, b := h>>(32-wordBits), h&(1<<wordBits-1)
	return s[a>>3]>>(a&7)&1 != 0 && s[b>>3]>>(b&7)&1 != 0
}

var magic = [8]byte{'c', 'a', 'r', 'e', 0, 4, PerTable, Outputs}

// Encode is the model as a file.
func (m *Model) Encode() []byte {
	b := append([]byte(nil), magic[:]...)
	for _, v := range append(m.Bias[:], m.Unit[:]...) {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	for _, table := range m.Tables {
		for _, r := range table {
			b = binary.LittleEndian.AppendUint32(b, uint32(r))
		}
	}
	return append(b, m.Seen[:]...)
}

// DecodeModel reads what Encode wrote.
func DecodeModel(b []byte) (*Model, error) {
	if len(b) < 8 || [8]byte(b[:8]) != magic {
		return nil, errors.New("care: decode model: not a model of this version; train it anew")
	}
	if want := 8 + 4*(Outputs+2+TableRows[0]+TableRows[1]) + len(Words{}); len(b) != want {
		return nil, fmt.Errorf("care: decode model: %d bytes, want %d; train it anew", len(b), want)
	}
	b = b[8:]
	next := func() uint32 {
		v := binary.LittleEndian.Uint32(b)
		b = b[4:]
		return v
	}
	m := new(Model)
	for i := range m.Bias {
		m.Bias[i] = math.Float32frombits(next())
	}
	for i := range m.Unit {
		m.Unit[i] = math.Float32frombits(next())
	}
	for i, rows := range TableRows {
		m.Tables[i] = make([]Row, rows)
		for r := range m.Tables[i] {
			m.Tables[i][r] = Row(next())
		}
	}
	copy(m.Seen[:], b)
	return m, nil
}

// score is the raw output for f. Weights are added as whole numbers and products
// converted before they are added, so that all machines agree.
func (m *Model) score(f *Features) [Outputs]float32 {
	out := m.Bias
	for t, table := range m.Tables {
		for group := range f.Groups {
			var sum [PerTable]int32
			for _, h := range f.Groups[group] {
				row := table[RowOf(h, len(table))]
				step := steps[row>>28]
				sum[0] += int32(row<<28) >> 28 * step
				sum[1] += int32(row<<24) >> 28 * step
				sum[2] += int32(row<<20) >> 28 * step
				sum[3] += int32(row<<16) >> 28 * step
				sum[4] += int32(row<<12) >> 28 * step
				sum[5] += int32(row<<8) >> 28 * step
				sum[6] += int32(row<<4) >> 28 * step
			}
			value := f.Value(group) * m.Unit[t]
			for i, n := range sum {
				out[t*PerTable+i] += float32(float32(n) * value)
			}
		}
	}
	return out
}

// softmax turns raw outputs into shares that sum to one.
func softmax(x []float32) {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	sum := float32(0)
	for i, v := range x {
		x[i] = float32(math.Exp(float64(v - top)))
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
