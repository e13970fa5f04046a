package prompts_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"afterglow/dialog/care"
	"afterglow/dialog/support"
	"afterglow/prompts"
	"afterglow/prompts/helplines"
)

var clockTimes = []time.Duration{0, time.Hour, 50 * time.Hour, 71 * time.Hour, 80 * time.Hour, 119 * time.Hour, 1000 * time.Hour, support.Unknown}

// everywhere visits every finding in every listed country and its regions, in
// one nobody lists, and with none chosen; the gravest also with a second category.
func everywhere(book support.Book, visit func(care.Finding, support.Place)) {
	places := []support.Place{{}, {Country: "JP"}}
	for _, code := range book.Listed() {
		places = append(places, support.Place{Country: code})
	}
	for _, l := range book.Lines {
		for _, r := range l.Regions {
			places = append(places, support.Place{Country: l.Country, Region: r})
		}
	}
	for _, at := range places {
		for c := care.SelfHarm; c <= care.Drop; c++ {
			for severity := 1; severity <= 3; severity++ {
				for about := care.Self; about <= care.Actor; about++ {
					f := care.Finding{Categories: []care.Category{c}, Severity: severity, About: about}
					visit(f, at)
					for also := care.SelfHarm; also <= care.Drop; also++ {
						if also != c && severity == 3 && about == care.Self {
							f.Categories = []care.Category{c, also}
							visit(f, at)
						}
					}
				}
			}
		}
	}
}

// composed is one answer and what it answers.
type composed struct {
	name, lang string
	f          care.Finding
	at         support.Place
	a          support.Answer
}

// all are all answers in all languages, composed once.
var all = sync.OnceValues(func() ([]composed, error) {
	loaded, err := prompts.Load()
	if err != nil {
		return nil, err
	}
	tables := loaded.Reviewed()
	book, err := helplines.Load()
	if err != nil {
		return nil, err
	}
	var cs []composed
	for _, lang := range slices.Sorted(maps.Keys(tables)) {
		w := lookup(tables[lang])
		everywhere(book, func(f care.Finding, at support.Place) {
			name := fmt.Sprintf("%s/%v/%d/%s in %q", lang, f.Categories, f.Severity, f.About, at)
			f.Categories = slices.Clone(f.Categories)
			cs = append(cs, composed{name, lang, f, at, support.Compose(w, book, f, at)})
		})
	}
	return cs, nil
})

// each checks every answer in every language.
func each(t *testing.T, check func(name, lang string, f care.Finding, at support.Place, a support.Answer)) {
	t.Helper()
	cs, err := all()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cs {
		check(c.name, c.lang, c.f, c.at, c.a)
	}
}

// asksAge tells whether the answer is the one neutral question.
func asksAge(f care.Finding) bool { return f.First() == care.Minor && f.Severity == 1 }

func TestAnAnswerIsShort(t *testing.T) {
	// About 90 words by the checklist, with the places to turn to not counted;
	// French needs more small words for the same.
	limit := map[string]int{"en": 100, "es": 105, "de": 105, "pt": 105, "fr": 115}
	each(t, func(name, lang string, f care.Finding, at support.Place, a support.Answer) {
		if len(f.Categories) > 1 || at.Country != "" { // how a country's numbers are called is not the words' doing
			return
		}
		a.Resources = nil
		n := 0
		for _, w := range strings.Fields(a.Text()) {
			if strings.ContainsFunc(w, unicode.IsLetter) {
				n++
			}
		}
		if n > limit[lang] {
			t.Errorf("%s: %d words, at most %d", name, n, limit[lang])
		}
	})
}

func TestNoMoreThanThreePlacesAndNeverNone(t *testing.T) {
	each(t, func(name, _ string, f care.Finding, _ support.Place, a support.Answer) {
		most := 3
		if f.First() == care.Drop {
			most = 1
		}
		if n := len(a.Resources); n > most || n == 0 && !asksAge(f) {
			t.Errorf("%s: %d places: %q", name, n, a.Resources)
		}
		if slices.Contains(a.Resources, "") {
			t.Errorf("%s: an empty place among %q", name, a.Resources)
		}
	})
}

// An unfilled placeholder would be read by somebody in need.
func TestNothingIsLeftToFillIn(t *testing.T) {
	each(t, func(name, _ string, _ care.Finding, _ support.Place, a support.Answer) {
		if strings.ContainsAny(a.Text(), "{}") {
			t.Errorf("%s: %s", name, a.Text())
		}
		for _, b := range a.Buttons {
			if b.Label == "" {
				t.Errorf("%s: button %s has no label", name, b.ID)
			}
		}
	})
}

// opens is how care sounds in a first line.
var opens = map[string]string{
	"en": `^(Thank you|I'm glad|I believe you|You don't deserve|A low after|That sounds|It's kind)`,
	"es": `^(Gracias|Qué (bien|bonito)|Te creo|No mereces|Un bajón|Eso suena)`,
	"de": `^(Danke|Gut, dass|Schön, dass|Ich glaube dir|Das hast du nicht verdient|Ein Tief|Das klingt)`,
	"fr": `^(Merci|C'est (bien|beau)|Je te crois|Tu ne mérites|Un coup de blues|Ça a l'air)`,
	"pt": `^(Obrigado|Que (bom|bonito)|Eu acredito|Você não merece|Ficar para baixo|Isso parece)`,
}

func TestFirstCareThenTheUrgentStep(t *testing.T) {
	tables, langs, _ := reviewed(t)
	sounds := map[string]*regexp.Regexp{}
	for _, lang := range langs {
		sounds[lang] = regexp.MustCompile(opens[lang])
	}
	each(t, func(name, lang string, f care.Finding, at support.Place, a support.Answer) {
		if !sounds[lang].MatchString(a.First) {
			t.Errorf("%s: does not open with care: %s", name, a.First)
		}
		if asksAge(f) {
			return
		}
		if !strings.HasPrefix(a.Text(), a.First+"\n\n"+a.Step+"\n\n") {
			t.Errorf("%s: the step is not the second line", name)
		}
		if at != (support.Place{}) || f.First() == care.Drop {
			return
		}
		call := tables[lang]["care.emergency.unknown"][0]
		if f.First() == care.Medical && f.Severity == 3 {
			if !strings.Contains(a.First, call) {
				t.Errorf("%s: the number does not come first: %s", name, a.First)
			}
		} else if f.Severity == 3 && !strings.Contains(a.Step, call) {
			t.Errorf("%s: the step names nobody to call: %s", name, a.Step)
		}
	})
}

func TestItSaysThatNobodyReadsAlong(t *testing.T) {
	tables, _, _ := reviewed(t)
	each(t, func(name, lang string, f care.Finding, _ support.Place, a support.Answer) {
		want := tables[lang]["care.limits"][0]
		if f.First() == care.Drop || asksAge(f) {
			want = ""
		}
		if a.Limits != want {
			t.Errorf("%s: %q", name, a.Limits)
		}
	})
}

func TestThereIsAWayBackAndAWayToACountry(t *testing.T) {
	each(t, func(name, _ string, f care.Finding, at support.Place, a support.Answer) {
		if asksAge(f) {
			return
		}
		want := []string{"safe", "again", "wrong"}
		switch f.First() {
		case care.Minor:
			want = []string{"again", "wrong"}
		case care.Drop:
			want = []string{"help", "wrong"}
		}
		if at.Country == "" && f.First() != care.Drop {
			want = append(want, "country")
		}
		var got []string
		for _, b := range a.Buttons {
			if slices.Contains(got, b.ID) {
				t.Errorf("%s: button %s twice", name, b.ID)
			}
			got = append(got, b.ID)
		}
		for _, id := range want {
			if !slices.Contains(got, id) {
				t.Errorf("%s: no button %s in %v", name, id, got)
			}
		}
	})
}

// says lists what an answer's sentences must hold, by language: a pattern for
// each point of the checklist that a machine can look for.
func says(t *testing.T, c care.Category, severities []int, abouts []care.About, point string, patterns map[string]string) {
	t.Helper()
	tables, langs, book := reviewed(t)
	for _, lang := range langs {
		for _, severity := range severities {
			for _, about := range abouts {
				f := care.Finding{Categories: []care.Category{c}, Severity: severity, About: about}
				a := support.Compose(lookup(tables[lang]), book, f, support.Place{})
				if !regexp.MustCompile(`(?i)` + patterns[lang]).MatchString(a.Text()) {
					t.Errorf("%s/%s/%d/%s lacks %s:\n%s", lang, c, severity, about, point, a.Text())
				}
			}
		}
	}
}

var (
	self   = []care.About{care.Self}
	other  = []care.About{care.Other}
	actor  = []care.About{care.Actor}
	hurt   = []care.About{care.Self, care.Other}
	always = []int{1, 2, 3}
	grave  = []int{2, 3}
)

func TestChecklist(t *testing.T) {
	for _, c := range []care.Category{care.SelfHarm, care.NonConsent, care.Violence, care.Medical, care.Minor} {
		says(t, c, grave, []care.About{care.Self, care.Other, care.Actor}, "that it is a bot, and nobody reads along or sends help", map[string]string{"en": "automated bot. Nobody reads along.*not send help", "es": "bot automático. Nadie lee.*no puedo enviar ayuda", "de": "automatischer Bot. Hier liest niemand mit.*keine Hilfe schicken", "fr": "bot automatique. Personne ne lit.*ne peux pas envoyer d'aide", "pt": "bot automático. Ninguém lê.*não posso enviar ajuda"})
		says(t, c, grave, hurt, "a place to look in any country", map[string]string{"en": "findahelpline.com|hospital|call your local", "es": "findahelpline.com|hospital|al número local", "de": "findahelpline.com|Krankenhaus|örtliche Notrufnummer", "fr": "findahelpline.com|hôpital|numéro d'urgence local", "pt": "findahelpline.com|hospital|emergência local"})
	}
	says(t, care.SelfHarm, always, hurt, "the calm name", map[string]string{"en": "suicide", "es": "suicidio", "de": "Suizid", "fr": "suicide", "pt": "suicídio"})
	says(t, care.SelfHarm, always, self, "the one direct question", map[string]string{"en": "danger right now\\?", "es": "peligro ahora mismo\\?", "de": "gerade in Gefahr\\?", "fr": "en danger en ce moment \\?", "pt": "em perigo agora\\?"})
	says(t, care.SelfHarm, grave, self, "distance from what could be used, without a name for it", map[string]string{"en": "anything you could use", "es": "todo lo que podrías usar", "de": "allem, was du benutzen könntest", "fr": "tout ce que tu pourrais utiliser", "pt": "tudo o que poderia usar"})
	says(t, care.SelfHarm, grave, self, "help although one feels fine", map[string]string{"en": "even if you feel fine", "es": "aunque te sientas bien", "de": "auch wenn du dich gut fühlst", "fr": "même si tu te sens bien", "pt": "mesmo que se sinta bem"})
	says(t, care.SelfHarm, always, other, "no secret", map[string]string{"en": "secret", "es": "secreto", "de": "Geheimnis", "fr": "secret", "pt": "segredo"})

	fault := map[string]string{"en": "not your fault", "es": "no (es|fue) culpa tuya", "de": "nicht deine Schuld", "fr": "pas ta faute", "pt": "não (é|foi) culpa sua"}
	says(t, care.NonConsent, always, hurt, "belief", map[string]string{"en": "I believe you", "es": "Te creo", "de": "Ich glaube dir", "fr": "Je te crois", "pt": "acredito em você"})
	says(t, care.NonConsent, always, hurt, "no fault", fault)
	says(t, care.NonConsent, grave, hurt, "care without the police", map[string]string{"en": "without the police", "es": "sin la policía", "de": "ohne Polizei", "fr": "sans la police", "pt": "sem a polícia"})
	says(t, care.NonConsent, grave, hurt, "the choice", map[string]string{"en": "choose", "es": "elige|elija|eliges", "de": "entscheidest du|wählen", "fr": "choisi", "pt": "escolh"})
	says(t, care.NonConsent, grave, hurt, "hours that count", map[string]string{"en": "within hours", "es": "horas", "de": "Stunden", "fr": "heures", "pt": "horas"})
	says(t, care.NonConsent, []int{3}, self, "that washing was no mistake", map[string]string{"en": "washed", "es": "lavaste", "de": "gewaschen", "fr": "lavé", "pt": "lavou"})
	says(t, care.NonConsent, always, actor, "no seeking them out", map[string]string{"en": "forgive|forgiven", "es": "perdone", "de": "verzeih", "fr": "pardonne", "pt": "perdão"})
	says(t, care.NonConsent, always, actor, "a look at category 1", map[string]string{"en": "hurting yourself", "es": "hacerte daño", "de": "dich zu verletzen", "fr": "te faire du mal", "pt": "se machucar"})

	says(t, care.Violence, always, self, "what nobody deserves", map[string]string{"en": "don't deserve", "es": "No mereces", "de": "nicht verdient", "fr": "ne mérites pas", "pt": "não merece"})
	says(t, care.Violence, always, self, "the question about the device", map[string]string{"en": "Is this phone", "es": "Este teléfono", "de": "Ist dieses Handy", "fr": "Ce téléphone", "pt": "Este telefone"})
	says(t, care.Violence, grave, hurt, "the neck", map[string]string{"en": "neck.*even without a mark", "es": "cuello.*aunque no haya marcas", "de": "Hals.*auch ohne Spuren", "fr": "cou .*même sans marque", "pt": "pescoço.*mesmo sem marcas"})
	says(t, care.Violence, grave, self, "that leaving is planned", map[string]string{"en": "most dangerous moment", "es": "momento más peligroso", "de": "gefährlichste Moment", "fr": "moment le plus dangereux", "pt": "momento mais perigoso"})
	says(t, care.Violence, always, actor, "their safety first", map[string]string{"en": "Their safety comes first", "es": "Su seguridad va primero", "de": "Sicherheit der anderen Person geht vor", "fr": "Sa sécurité passe d'abord", "pt": "segurança da outra pessoa vem primeiro"})

	says(t, care.Medical, grave, hurt, "that staff have seen it all", map[string]string{"en": "seen it all", "es": "visto todo", "de": "alles gesehen", "fr": "tout vu", "pt": "viram de tudo"})
	says(t, care.Medical, []int{2}, hurt, "not to pull", map[string]string{"en": "don't pull", "es": "no tires", "de": "nicht ziehen", "fr": "ne tire", "pt": "não puxe"})
	says(t, care.Medical, []int{1}, hurt, "what makes it urgent", map[string]string{"en": "soaks a pad in an hour", "es": "empapa", "de": "durchtränkt", "fr": "trempe", "pt": "encharca"})

	says(t, care.Minor, grave, self, "no fault", fault)
	says(t, care.Minor, grave, hurt, "that it stops here", map[string]string{"en": "only for adults", "es": "solo para personas adultas", "de": "nur für Erwachsene", "fr": "réservé aux adultes", "pt": "só para pessoas adultas"})

	says(t, care.Drop, always, hurt, "that it is common", map[string]string{"en": "common", "es": "frecuente", "de": "häufig", "fr": "fréquent", "pt": "comum"})
	says(t, care.Drop, always, self, "the open door", map[string]string{"en": "did not want", "es": "no querías", "de": "nicht wolltest", "fr": "ne voulais pas", "pt": "não queria"})
	says(t, care.Drop, grave, self, "the soft net", map[string]string{"en": "more than two days", "es": "más de dos días", "de": "länger als zwei Tage", "fr": "plus de deux jours", "pt": "mais de dois dias"})
}

// Nothing in an answer to a minor speaks of what this bot is about.
func TestMinorsReadNothingOfAftercare(t *testing.T) {
	adult := regexp.MustCompile(`(?i)aftercare|closeness|intima|sex|cercanía|nähe|moment proche|proximidade|partner|pareja|HIV|VIH|pregnan|schwanger|embaraz|grossesse|gravid`)
	each(t, func(name, _ string, f care.Finding, _ support.Place, a support.Answer) {
		if f.First() != care.Minor {
			return
		}
		if hit := adult.FindString(a.First + a.Step + a.More + a.Ask); hit != "" {
			t.Errorf("%s speaks of %q", name, hit)
		}
	})
}

// A low gets no alarm.
func TestALowIsNoEmergency(t *testing.T) {
	tables, _, _ := reviewed(t)
	each(t, func(name, lang string, f care.Finding, at support.Place, a support.Answer) {
		if f.First() != care.Drop || len(f.Categories) > 1 {
			return
		}
		if s := a.First + a.Step + a.More; strings.Contains(s, tables[lang]["care.emergency.unknown"][0]) || regexp.MustCompile(`\d{3}`).MatchString(s) {
			t.Errorf("%s: sends to the emergency number: %s", name, s)
		}
	})
}

func TestNobodyIsOnlyOfferedWhatMayNotBeForThem(t *testing.T) {
	tables, _, book := reviewed(t)
	english := lookup(tables["en"])
	serves := map[string]support.Serves{}
	for _, l := range book.Lines {
		serves[english.Line(l)] = l.Serves
	}
	directory := tables["en"]["care.directory"][0]
	each(t, func(name, lang string, f care.Finding, _ support.Place, a support.Answer) {
		if lang != "en" || f.First() == care.Medical || asksAge(f) || slices.Contains(a.Resources, directory) {
			return
		}
		groups := map[support.Serves]bool{}
		for _, r := range a.Resources {
			groups[serves[r]] = true
		}
		if !groups[support.All] && (!groups[support.Women] || !groups[support.Men] || !groups[support.LGBT]) {
			t.Errorf("%s: only for %v: %q", name, groups, a.Resources)
		}
	})
}

// Language is not country: no language brings up a number by itself, and every
// language brings up the same lines for a place.
func TestLanguageIsNotCountry(t *testing.T) {
	tables, langs, book := reviewed(t)
	has := func(text, number string) bool {
		return regexp.MustCompile(`(^|\D)` + regexp.QuoteMeta(number) + `(\D|$)`).MatchString(text)
	}
	for _, lang := range langs {
		w := lookup(tables[lang])
		for c := care.SelfHarm; c <= care.Drop; c++ {
			f := care.Finding{Categories: []care.Category{c}, Severity: 3}
			for _, at := range []support.Place{{}, {Country: "JP"}} {
				text := support.Compose(w, book, f, at).Text()
				for _, l := range book.Lines {
					for _, contact := range l.Contacts {
						if contact.By != support.Web && has(text, contact.At) {
							t.Errorf("%s/%s in %q brings up %s: %s", lang, c, at, contact.At, text)
						}
					}
				}
			}
		}
		f := care.Finding{Categories: []care.Category{care.Violence}, Severity: 3}
		for country, number := range map[string]string{"ES": "016", "MX": "079", "US": "88788", "DE": "116 016", "BR": "180"} {
			for _, at := range []string{"ES", "MX", "US", "DE", "BR"} {
				text := strings.ReplaceAll(support.Compose(w, book, f, support.Place{Country: at}).Text(), "600 000 016", "")
				if country == "ES" {
					text = strings.ReplaceAll(text, "116 016", "")
				}
				if has(text, number) != (at == country) {
					t.Errorf("%s in %s: %s: %s", lang, at, number, text)
				}
			}
		}
	}
}

// Every clock, of the body or of the hours, ends with whom to ask, and names
// no number but the ones it counts.
func TestTheClocksAreReadable(t *testing.T) {
	tables, langs, _ := reviewed(t)
	for _, lang := range langs {
		w := lookup(tables[lang])
		for _, since := range clockTimes {
			ws, ok := support.Windows(since)
			lines := support.Clocks(w, ws)
			if !ok || len(lines) != 5 || lines[4] != tables[lang]["support.window.ask"][0] {
				t.Errorf("%s after %v: %q", lang, since, lines)
			}
			if strings.ContainsAny(strings.Join(lines, ""), "{}") {
				t.Errorf("%s after %v: something is left to fill in: %q", lang, since, lines)
			}
		}
	}
}
