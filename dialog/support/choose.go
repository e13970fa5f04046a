package support

import (
	"cmp"
	"slices"

	"afterglow/dialog/care"
)

// Place is where a person says they are. The zero value is unknown; it is
// never guessed from a language or a time zone.
type Place struct {
	Country string // ISO 3166-1 alpha-2, or "" for unknown
	Region  string // ISO 3166-2 without the country, or ""
}

// Choice is what [Book.Choose] found.
type Choice struct {
	Lines []Line
	// Directory says that the lines may leave somebody out, or that there are
	// none: the words on how to find a service nearby belong beside them.
	Directory bool
}

// wanted are the kinds that help, the most fitting first.
func wanted(c care.Category, a care.About) []Kind {
	actor := a == care.Actor
	switch c {
	case care.SelfHarm:
		return []Kind{SelfHarm}
	case care.NonConsent:
		if actor {
			return []Kind{SelfHarm} // no line verified for this; what they did can turn inwards
		}
		return []Kind{NonConsent, Medical}
	case care.Violence:
		if actor {
			return []Kind{Behaviour, SelfHarm}
		}
		return []Kind{Violence}
	case care.Minor:
		if actor {
			return []Kind{BehaviourChild, Child}
		}
		return []Kind{Child}
	case care.Drop:
		return []Kind{Low, SelfHarm}
	}
	return nil // a body needs a doctor, not a helpline; see places in compose.go
}

// Choose picks at most limit places to turn to, the directory counted in.
//
// The most fitting kind comes first; then lines for everyone, lines that take
// writing, and the book's own order. A regional line is left out for another
// region; while the region is unknown it is shown with the name of its place.
//
// We do not know a person's gender and do not ask. So unless one chosen line is
// for everyone, or women, men and LGBT+ people each have theirs, the last place
// is kept for the directory.
func (b Book) Choose(at Place, c care.Category, a care.About, limit int) Choice {
	if limit <= 0 {
		return Choice{}
	}
	kinds := wanted(c, a)
	var found []Line
	for _, l := range b.Lines {
		if at.Country != "" && l.Country == at.Country && near(l, at.Region) && rank(l, kinds) < len(kinds) {
			found = append(found, l)
		}
	}
	slices.SortStableFunc(found, func(x, y Line) int {
		return cmp.Or(
			cmp.Compare(rank(x, kinds), rank(y, kinds)),
			last(x.Serves != All, y.Serves != All),
			last(!written(x), !written(y)),
		)
	})
	if len(found) > limit {
		found = found[:limit]
	}
	if fair(found, kinds, at.Region) {
		return Choice{Lines: found}
	}
	if len(found) == limit {
		found = found[:limit-1]
	}
	return Choice{Lines: found, Directory: true}
}

// near tells whether a line may serve somebody in the region, or in one we do not know.
func near(l Line, region string) bool {
	return len(l.Regions) == 0 || region == "" || slices.Contains(l.Regions, region)
}

// rank is the place of the line's best kind among the wanted ones, or their number.
func rank(l Line, kinds []Kind) int {
	for i, k := range kinds {
		if slices.Contains(l.Kinds, k) {
			return i
		}
	}
	return len(kinds)
}

// written tells whether one can reach a line without being heard.
func written(l Line) bool {
	return slices.ContainsFunc(l.Contacts, func(c Contact) bool {
		return c.By == Text || c.By == WhatsApp || c.By == Chat
	})
}

// fair tells whether whoever asks finds a line that is for them, among those of
// the most fitting kind: a crisis line for all does not make up for a
// sexual-violence line that is for women only. A regional line counts only
// where the region is known, and so is theirs.
func fair(lines []Line, kinds []Kind, region string) bool {
	serves := func(s Serves) bool {
		return slices.ContainsFunc(lines, func(l Line) bool {
			return l.Serves == s && rank(l, kinds) == 0 && (len(l.Regions) == 0 || region != "")
		})
	}
	return serves(All) || serves(Women) && serves(Men) && serves(LGBT)
}

// last sorts true behind false.
func last(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return 1
	}
	return -1
}
