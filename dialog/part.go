package dialog

import "slices"

// A part is one section of what is kept of a person that few steps need
// (journal, deck, favourites). It stays bytes until somebody asks for it, so
// that the cost of an ordinary step does not grow with years of journal.
type part struct {
	id  int
	raw string
	val Coded // set once it is open
}

// Part opens section id of the state as a T; 0 is the engine's own. What is changed in the result is
// kept. A section that is not there yet opens as the zero T. One that can not
// be read fails the whole step (as [ErrUnreadable]) and is kept as it is.
func Part[T any, P interface {
	*T
	Coded
}](s *State, id int) P {
	i, ok := s.findPart(id)
	if !ok {
		s.parts = slices.Insert(s.parts, i, part{id: id, val: P(new(T))})
		return s.parts[i].val.(P)
	}
	p := &s.parts[i]
	if p.val == nil {
		v := P(new(T))
		if err := Decode(p.raw, v); err != nil {
			panic(unreadablePart{id, err})
		}
		p.val = v
	}
	return p.val.(P)
}

// DropPart forgets section id.
func (s *State) DropPart(id int) {
	if i, ok := s.findPart(id); ok {
		s.parts = slices.Delete(s.parts, i, i+1)
	}
}

func (s *State) findPart(id int) (int, bool) {
	return slices.BinarySearchFunc(s.parts, id, func(p part, id int) int { return p.id - id })
}

// packParts writes the open parts back to bytes.
func (s *State) packParts() {
	for i := range s.parts {
		if p := &s.parts[i]; p.val != nil {
			p.raw = string(Encode(nil, p.val))
		}
	}
}

type unreadablePart struct {
	id  int
	err error
}
