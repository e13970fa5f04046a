package dialog

import (
	"encoding/binary"
	"errors"
	"time"
)

// Coder writes values to bytes or reads them back. One method tells a type's
// layout for both ways, so that they can not drift apart:
//
//	func (a *Answer) Code(c *Coder) { c.ID(&a.Key); c.Uint32(&a.Print); … }
//
// Reading never panics and never allocates more than the input could fill;
// the first thing that does not fit sets [Coder.Err] and leaves zeros.
type Coder struct {
	out []byte // writing
	in  string // reading
	off int

	reading bool
	err     error

	ids   []string       // strings seen by ID, in order
	room  [24]string     // for the first of them
	known map[string]int // the same, once there are many
}

// Coded is anything that tells its layout.
type Coded interface{ Code(c *Coder) }

// Encode appends v to buf.
func Encode(buf []byte, v Coded) []byte {
	c := Coder{out: buf}
	c.ids = c.room[:0]
	v.Code(&c)
	return c.out
}

var errFormat = errors.New("not in the expected form")

// Decode reads v from data, all of it.
func Decode(data string, v Coded) error {
	c := Coder{in: data, reading: true}
	c.ids = c.room[:0]
	v.Code(&c)
	if c.err == nil && c.off != len(c.in) {
		c.err = errFormat
	}
	return c.err
}

// Reading tells which way the coder goes.
func (c *Coder) Reading() bool { return c.reading }

// Err is the first thing that went wrong while reading.
func (c *Coder) Err() error { return c.err }

func (c *Coder) fail() {
	if c.err == nil {
		c.err = errFormat
	}
	c.off = len(c.in)
}

// Uint codes an unsigned number, small ones in one byte.
func (c *Coder) Uint(v *uint64) {
	if !c.reading {
		c.out = binary.AppendUvarint(c.out, *v)
		return
	}
	*v = 0
	var shift uint
	for i := c.off; i < len(c.in) && shift < 64; i++ {
		b := c.in[i]
		*v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			c.off = i + 1
			return
		}
		shift += 7
	}
	*v = 0
	c.fail()
}

// Int codes a signed number.
func (c *Coder) Int(v *int64) {
	u := uint64(*v)<<1 ^ uint64(*v>>63)
	c.Uint(&u)
	if c.reading {
		*v = int64(u>>1) ^ -int64(u&1)
	}
}

// Count codes a small number that is never negative.
func (c *Coder) Count(v *int) {
	u := uint64(*v)
	c.Uint(&u)
	if c.reading {
		if u > 1<<31 {
			c.fail()
			u = 0
		}
		*v = int(u)
	}
}

// Uint32 codes four bytes; good for hashes, which have no small values.
func (c *Coder) Uint32(v *uint32) {
	if !c.reading {
		c.out = binary.LittleEndian.AppendUint32(c.out, *v)
		return
	}
	if len(c.in)-c.off < 4 {
		*v = 0
		c.fail()
		return
	}
	s := c.in[c.off:]
	*v = uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
	c.off += 4
}

// Uint64 codes eight bytes.
func (c *Coder) Uint64(v *uint64) {
	lo, hi := uint32(*v), uint32(*v>>32)
	c.Uint32(&lo)
	c.Uint32(&hi)
	if c.reading {
		*v = uint64(lo) | uint64(hi)<<32
	}
}

// Bool codes a yes or no.
func (c *Coder) Bool(v *bool) {
	var u uint64
	if *v {
		u = 1
	}
	c.Uint(&u)
	if c.reading {
		*v = u == 1
		if u > 1 {
			c.fail()
		}
	}
}

// String codes text or raw bytes.
func (c *Coder) String(v *string) {
	n := len(*v)
	c.Count(&n)
	if !c.reading {
		c.out = append(c.out, *v...)
		return
	}
	if n > len(c.in)-c.off {
		*v = ""
		c.fail()
		return
	}
	*v = c.in[c.off : c.off+n]
	c.off += n
}

// ID codes a string that comes often (a key, an option): the first time in
// full, afterwards by its number.
func (c *Coder) ID(v *string) {
	if c.reading {
		var n int
		c.Count(&n)
		switch {
		case n == 0:
			c.String(v)
			c.ids = append(c.ids, *v)
		case n <= len(c.ids):
			*v = c.ids[n-1]
		default:
			*v = ""
			c.fail()
		}
		return
	}
	n := c.find(*v)
	c.Count(&n)
	if n == 0 {
		c.String(v)
		c.ids = append(c.ids, *v)
		if c.known != nil {
			c.known[*v] = len(c.ids)
		}
	}
}

// find returns an ID's number, or 0. A short list is searched faster than a
// map is filled.
func (c *Coder) find(s string) int {
	if len(c.ids) > 24 && c.known == nil {
		c.known = make(map[string]int, 2*len(c.ids))
		for i, id := range c.ids {
			c.known[id] = i + 1
		}
	}
	if c.known != nil {
		return c.known[s]
	}
	for i, id := range c.ids {
		if id == s {
			return i + 1
		}
	}
	return 0
}

// Time codes an instant to the millisecond; the zero time stays zero. Times
// come back in UTC.
func (c *Coder) Time(v *time.Time) {
	var ms int64
	if !v.IsZero() {
		ms = v.UnixMilli()
		if ms == 0 {
			ms = 1
		}
	}
	c.Int(&ms)
	if c.reading {
		*v = time.Time{}
		if ms != 0 {
			*v = time.UnixMilli(ms).UTC()
		}
	}
}

// List codes a slice. An empty slice reads back as nil.
func List[T any](c *Coder, list *[]T, each func(*Coder, *T)) {
	n := len(*list)
	c.Count(&n)
	if c.reading {
		if n > len(c.in)-c.off { // every element takes a byte at least
			c.fail()
			n = 0
		}
		*list = nil
		if n > 0 {
			*list = make([]T, n)
		}
	}
	for i := range *list {
		each(c, &(*list)[i])
		if c.err != nil {
			*list = nil
			return
		}
	}
}
