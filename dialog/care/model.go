package care

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The classifier's outputs: seven categories, four severities, three abouts.
const (
	OfCategory = 0
	OfSeverity = 7
	OfAbout    = 11
	Outputs    = 14
)

// Bits is the size of the table of weights: 1<<Bits rows.
const Bits = 17

// Model is a linear classifier over [Features]: one row of eight-bit weights
// for each hash.
type Model struct {
	Bias  [Outputs]float32
	Scale [Outputs]float32
	Rows  []int8 // 1<<Bits rows of Outputs weights
	Seen  Words  // the words it was trained on
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

var magic = [8]byte{'c', 'a', 'r', 'e', 0, 3, Bits, Outputs}

// Encode is the model as a file.
func (m *Model) Encode() []byte {
	b := append([]byte(nil), magic[:]...)
	for _, v := range append(m.Bias[:], m.Scale[:]...) {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	for _, w := range m.Rows {
		b = append(b, byte(w))
	}
	return append(b, m.Seen[:]...)
}

// DecodeModel reads what Encode wrote.
func DecodeModel(b []byte) (*Model, error) {
	const head = 8 + 8*Outputs
	if len(b) < 8 || [8]byte(b[:8]) != magic {
		return nil, errors.New("care: decode model: not a model of this version; train it anew")
	}
	if want := head + Outputs<<Bits + len(Words{}); len(b) != want {
		return nil, fmt.Errorf("care: decode model: %d bytes, want %d; train it anew", len(b), want)
	}
	m := &Model{Rows: make([]int8, Outputs<<Bits)}
	for i := range Outputs {
		m.Bias[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[8+4*i:]))
		m.Scale[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[8+4*(Outputs+i):]))
	}
	for i := range m.Rows {
		m.Rows[i] = int8(b[head+i])
	}
	copy(m.Seen[:], b[head+len(m.Rows):])
	return m, nil
}

// score is the raw output for f.
func (m *Model) score(f *Features) [Outputs]float32 {
	out := m.Bias
	for group := range f.Groups {
		var sum [Outputs]int32
		for _, h := range f.Groups[group] {
			row := m.Rows[h>>(32-Bits)*Outputs:][:Outputs]
			for i, w := range row {
				sum[i] += int32(w)
			}
		}
		value := f.Value(group)
		for i := range out {
			out[i] += float32(float32(sum[i])*value) * m.Scale[i]
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
