package aftercare

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// zones teaches the questions for a place: a city by name, or the time it is
// there now, which names an offset and a few cities that share it.
func (b *bot) zones(s *dialog.Script) {
	index := map[string][]Place{}
	for _, p := range b.Zones {
		key := dialog.Fold(p.City)
		index[key] = append(index[key], p)
	}
	s.Readers["place"] = func(t *dialog.Turn, text string) []string {
		found := placesNamed(index, bare(t, text))
		if len(found) == 0 {
			found = b.placesAt(t.Now, text)
		}
		if len(found) == 0 {
			t.Say("set_zone.city.unknown")
			return nil
		}
		if len(found) > 1 {
			found = append([]string{"several"}, found...)
		}
		return found
	}
	s.Lists["places"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		a := t.Run.Find("city")
		if a == nil {
			return nil
		}
		for _, v := range a.Values {
			if city, zone, ok := strings.Cut(v, "@"); ok {
				label := with(raw(t, "calendar.place"), "city", city, "zone", zoneCity(zone), "time", t.Now.In(dialog.Zone(zone)).Format("15:04"))
				list = append(list, dialog.Option{ID: v, Label: label})
			}
		}
		return list
	}
	s.Actions["zone.save"] = func(t *dialog.Turn) {
		v := t.Run.Value("which")
		if v == "" {
			v = t.Run.Value("city")
		}
		if _, zone, ok := strings.Cut(v, "@"); ok {
			t.State.Zone = zone // the country is asked where it matters, never guessed
		}
	}
	s.Facts["zone"] = func(t *dialog.Turn) string {
		if t.State.Zone == "" {
			return "unknown"
		}
		return "known"
	}
	s.Values["clock"] = func(t *dialog.Turn) string { return t.Now.In(dialog.Zone(t.State.Zone)).Format("15:04") }
	s.Values["zone_name"] = func(t *dialog.Turn) string {
		if t.State.Zone == "" {
			return t.Label("settings.value.nozone")
		}
		return strings.ReplaceAll(t.State.Zone, "_", " ")
	}
}

// bare is what is left of "I live near Leeds please" or "from 10 pm" without the
// words around.
func bare(t *dialog.Turn, text string) string {
	words := strings.Fields(text)
	for len(words) > 1 && t.Means("engine.means.near", dialog.Fold(words[0])) {
		words = words[1:]
	}
	for len(words) > 1 && t.Means("engine.means.please", dialog.Fold(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	return strings.Trim(strings.Join(words, " "), " ,.!?")
}

// placesNamed finds a city by its name, or by the beginning of one; "city@zone" each.
func placesNamed(index map[string][]Place, text string) []string {
	text, _, _ = strings.Cut(text, ",")
	fold := dialog.Fold(text)
	if len(fold) < 2 {
		return nil
	}
	hits := index[fold]
	for _, p := range hits {
		if dialog.Fold(zoneCity(p.Zone)) == fold { // the city that gave the zone its name is meant
			return []string{p.City + "@" + p.Zone}
		}
	}
	if len(hits) == 0 && len(fold) >= 4 {
		for key, places := range index {
			if strings.HasPrefix(key, fold) {
				hits = append(hits, places...)
			}
		}
	}
	var list []string
	seen := map[string]bool{}
	slices.SortFunc(hits, func(x, y Place) int { return strings.Compare(x.City+x.Zone, y.City+y.Zone) })
	for _, p := range hits {
		if !seen[p.Zone] {
			seen[p.Zone] = true
			list = append(list, p.City+"@"+p.Zone)
		}
	}
	if len(list) > maxPlaces {
		return nil
	}
	return list
}

const maxPlaces = 6

// zoneCity is the city that a zone is named after: "New York".
func zoneCity(zone string) string {
	return strings.ReplaceAll(zone[strings.LastIndexByte(zone, '/')+1:], "_", " ")
}

var clockTime = regexp.MustCompile(`(?i)\b(\d{1,2})(?:[:.h ]?([0-5]\d))?\s*(am|pm|a\.m\.|p\.m\.|h|uhr)?\b`)

// placesAt finds well-known cities where the clock shows what the text says.
func (b *bot) placesAt(now time.Time, text string) []string {
	m := clockTime.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi(m[2])
	switch half := strings.ToLower(m[3]); {
	case strings.HasPrefix(half, "p") && h < 12:
		h += 12
	case strings.HasPrefix(half, "a") && h == 12:
		h = 0
	}
	if h > 24 {
		return nil
	}
	want := h*60 + min
	var list []string
	for _, p := range known {
		at := now.In(dialog.Zone(p.Zone))
		diff := (at.Hour()*60+at.Minute()-want+1440+720)%1440 - 720
		if diff > -15 && diff <= 15 && len(list) < maxPlaces {
			list = append(list, p.City+"@"+p.Zone)
		}
	}
	return list
}

// known are cities that stand for their clock, a few for each offset and rule.
var known = []Place{
	{City: "London", Zone: "Europe/London"}, {City: "Lisbon", Zone: "Europe/Lisbon"}, {City: "Accra", Zone: "Africa/Accra"},
	{City: "Berlin", Zone: "Europe/Berlin"}, {City: "Paris", Zone: "Europe/Paris"}, {City: "Madrid", Zone: "Europe/Madrid"}, {City: "Lagos", Zone: "Africa/Lagos"},
	{City: "Athens", Zone: "Europe/Athens"}, {City: "Cairo", Zone: "Africa/Cairo"}, {City: "Johannesburg", Zone: "Africa/Johannesburg"},
	{City: "Istanbul", Zone: "Europe/Istanbul"}, {City: "Nairobi", Zone: "Africa/Nairobi"}, {City: "Riyadh", Zone: "Asia/Riyadh"},
	{City: "Tehran", Zone: "Asia/Tehran"}, {City: "Dubai", Zone: "Asia/Dubai"}, {City: "Kabul", Zone: "Asia/Kabul"}, {City: "Karachi", Zone: "Asia/Karachi"},
	{City: "Mumbai", Zone: "Asia/Kolkata"}, {City: "Kathmandu", Zone: "Asia/Kathmandu"}, {City: "Dhaka", Zone: "Asia/Dhaka"}, {City: "Yangon", Zone: "Asia/Yangon"},
	{City: "Bangkok", Zone: "Asia/Bangkok"}, {City: "Jakarta", Zone: "Asia/Jakarta"}, {City: "Singapore", Zone: "Asia/Singapore"}, {City: "Shanghai", Zone: "Asia/Shanghai"}, {City: "Perth", Zone: "Australia/Perth"},
	{City: "Tokyo", Zone: "Asia/Tokyo"}, {City: "Seoul", Zone: "Asia/Seoul"}, {City: "Adelaide", Zone: "Australia/Adelaide"}, {City: "Darwin", Zone: "Australia/Darwin"},
	{City: "Sydney", Zone: "Australia/Sydney"}, {City: "Brisbane", Zone: "Australia/Brisbane"}, {City: "Lord Howe", Zone: "Australia/Lord_Howe"}, {City: "Noumea", Zone: "Pacific/Noumea"},
	{City: "Auckland", Zone: "Pacific/Auckland"}, {City: "Fiji", Zone: "Pacific/Fiji"}, {City: "Tonga", Zone: "Pacific/Tongatapu"}, {City: "Honolulu", Zone: "Pacific/Honolulu"},
	{City: "Anchorage", Zone: "America/Anchorage"}, {City: "Los Angeles", Zone: "America/Los_Angeles"}, {City: "Vancouver", Zone: "America/Vancouver"},
	{City: "Denver", Zone: "America/Denver"}, {City: "Phoenix", Zone: "America/Phoenix"}, {City: "Chicago", Zone: "America/Chicago"}, {City: "Mexico City", Zone: "America/Mexico_City"},
	{City: "New York", Zone: "America/New_York"}, {City: "Toronto", Zone: "America/Toronto"}, {City: "Bogotá", Zone: "America/Bogota"}, {City: "Lima", Zone: "America/Lima"},
	{City: "Halifax", Zone: "America/Halifax"}, {City: "Caracas", Zone: "America/Caracas"}, {City: "Santiago", Zone: "America/Santiago"}, {City: "St. John's", Zone: "America/St_Johns"},
	{City: "São Paulo", Zone: "America/Sao_Paulo"}, {City: "Buenos Aires", Zone: "America/Argentina/Buenos_Aires"}, {City: "Azores", Zone: "Atlantic/Azores"},
	{City: "Nuuk", Zone: "America/Nuuk"}, {City: "Noronha", Zone: "America/Noronha"}, {City: "Praia", Zone: "Atlantic/Cape_Verde"},
	{City: "Adak", Zone: "America/Adak"}, {City: "Pago Pago", Zone: "Pacific/Pago_Pago"}, {City: "Kiritimati", Zone: "Pacific/Kiritimati"},
}
