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

// Room is how many rows of weights each table may have. The categories decide,
// so most of the room is theirs.
var Room = [2]int{318_000, 60_000}

// Model is a linear classifier over [Features].
type Model struct {
	Origin [32]byte // a fingerprint of what it was learned from; see package learn
	Bias   [Outputs]float32
	Unit   [2]float32 // by table: what a weight of one stands for
	Tables [2]Table
	Seen   Words // the words it was trained on
}

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

var magic = [8]byte{'c', 'a', 'r', 'e', 0, 6, PerTable, Outputs}

// Encode is the model as a file.
func (m *Model) Encode() []byte {
	b := append(magic[:], m.Origin[:]...)
	for _, v := range append(m.Bias[:], m.Unit[:]...) {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	b = append(b, m.Seen[:]...)
	for i := range m.Tables {
		b = m.Tables[i].append(b)
	}
	return b
}

// DecodeModel reads what Encode wrote.
func DecodeModel(b []byte) (*Model, error) {
	if len(b) < len(magic) || [8]byte(b[:8]) != magic {
		return nil, errors.New("care: decode model: not a model of this version; train it anew")
	}
	m := new(Model)
	if b = b[8:]; len(b) < len(m.Origin)+4*(Outputs+2)+len(m.Seen) {
		return nil, errors.New("care: decode model: cut off; train it anew")
	}
	b = b[copy(m.Origin[:], b):]
	next := func() float32 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(b))
		b = b[4:]
		return v
	}
	for i := range m.Bias {
		m.Bias[i] = next()
	}
	for i := range m.Unit {
		m.Unit[i] = next()
	}
	b = b[copy(m.Seen[:], b):]
	for i := range m.Tables {
		var err error
		if m.Tables[i], b, err = readTable(b); err != nil {
			return nil, fmt.Errorf("care: decode model: %w; train it anew", err)
		}
	}
	if len(b) > 0 {
		return nil, fmt.Errorf("care: decode model: %d bytes too many; train it anew", len(b))
	}
	return m, nil
}

// score is the raw output for f. Weights are added as whole numbers and products
// converted before they are added, so that all machines agree.
func (m *Model) score(f *Features) [Outputs]float32 {
	out := m.Bias
	for t := range m.Tables {
		table := &m.Tables[t]
		for group := range f.Groups {
			var sum [PerTable]int32
			for _, h := range f.Groups[group] {
				row := table.Row(h)
				if row == 0 {
					continue
				}
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
