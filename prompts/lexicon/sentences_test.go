package lexicon_test

import (
	"strings"
	"testing"

	"afterglow/dialog/care"
	"afterglow/prompts/lexicon"
)

func load(t testing.TB) *care.Recogniser {
	t.Helper()
	r, err := lexicon.Load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// kinds are sentences that must never be got wrong, by what they tell.
var kinds = []struct {
	kind      string
	category  care.Category
	severity  int // 0: any above 0
	sentences string
}{
	{"the study's four, in five languages: assault", care.NonConsent, 3, `
		I was raped / me violaron / fui estuprada / ich wurde vergewaltigt / j'ai été violée`},
	{"the study's four: abuse", care.Violence, 3, `
		I am being abused / me están maltratando / ich werde misshandelt / je subis des violences`},
	{"the study's four: suicide", care.SelfHarm, 3, `
		I want to commit suicide / quiero suicidarme / quero cometer suicídio / ich will mich umbringen / je veux me suicider`},
	{"the study's four: a low", care.Drop, 0, `
		I am depressed / tengo depresión / estou deprimida / ich bin depressiv / je suis déprimée`},
	{"an age under 18", care.Minor, 3, `
		I'm 17 / im only 16 / i am sixteen / tengo 15 años / ich bin 16 / j'ai 15 ans / tenho 16 anos / my girlfriend is 16 / I'm under 18 / soy menor de edad`},
	{"a number that is no age", care.Benign, 0, `
		17 / 16 / 8 / at 17 / 15 minutes / we've been together 16 years / llevamos 16 años / wir sind seit 16 jahren zusammen /
		on est ensemble depuis 16 ans / estamos juntos há 16 anos / I was 16 when we met / my daughter is 12`},
	{"an idiom", care.Benign, 0, `
		this job is killing me / I could die of happiness / killer massage / me muero de risa / morri de rir / ich lach mich tot / je suis morte de rire`},
	{"a safeword that worked, and agreed rough play", care.Benign, 0, `
		we used the safeword and he stopped at once and held me / he spanks me because I ask him to / dije rojo y paró al instante`},
	{"everyday words", care.Benign, 0, `
		hi / ok / yes / no / stop / thanks / tomorrow at 8 / tea and a blanket / cuddling please / can't say / heavy / numb / mixed / 20:30 / berlin /
		hola / gracias / sí / mañana a las 8 / té y una manta / mimos por favor / oi / obrigada / amanhã às 8 / chá e cobertor / carinho por favor /
		hallo / danke / ja / morgen um 8 / tee und eine decke / kuscheln bitte / salut / merci / oui / demain à 8h / du thé et une couverture / des câlins /
		i dont know what to say / I do not know what to do / thinking about last night / a purple hat / asking before the lights go out /
		in general / no idea what to say / never mind / hard to say / the blue one / at nine on sunday / three years together / call me Kim please /
		no pressure / stay until I sleep / check the ropes / untie slowly / the worst part was the cold floor / we stopped, my leg fell asleep /
		my mother in law is visiting / he beat me at chess / a heavy blanket and dark chocolate /
		😊 / ❤️ / 👍👍 / 😂😂😂 / asdfghjkl / ... / ?`},
	{"a few words", care.Benign, 0, `
		four or five days ago / a few hours ago / we were intimate / still there / talk to someone / bring them back / then it isn't sent /
		how long I keep / turns / a wish`},
	{"a good feeling", care.Benign, 0, `
		I feel so connected to him / me siento conectado con él / me sinto conectada com ela / ich fühl mich verbunden mit ihm / je me sens connectée à lui /
		I cried with joy / geweint vor glück / lloré de felicidad / chorei de alegria / j'ai pleuré de joie`},
	{"a rating with a remark", care.Benign, 0, `
		9 w crumble / 7, locked in / sie sagt 6, ich sage 7 / 9 und ein halb / je mets 7 avec un écart type de 2 / el 8 con postre / thirteen things`},
	{"a no that was heard", care.Benign, 0, `
		she asked, i said not tonight, we watched the snooker / le dije que hoy no y me hizo un té / eu disse que hoje não e ele fez pipoca /
		er hat gefragt und ich hab nein gesagt, dann haben wir tee getrunken / j'ai dit non, on a regardé un film`},
	{"dialect alone", care.Benign, 0, `
		hob guat gschlofn / i han gschlofe`},
	{"what the bot is asked to do", care.Benign, 0, `
		delete my last note please / borra mi última nota / apaga minha última nota / lösch bitte meine letzte notiz / supprime ma dernière note svp /
		my husband is Argentinian, is there a Spanish version? / tem versão em espanhol? meu marido é argentino /
		the plants need water / remember our night together my darling, I can hardly wait to see you`},
	{"a few words of danger", care.SelfHarm, 3, `
		kill myself / want to die / quero morrer / quiero morir / will sterben / veux mourir`},
	{"letters hidden or put apart", care.SelfHarm, 3, `
		k i l l   m y s e l f / i want to d.i.e / I want to k1ll mys3lf / i wаnt tо dіe / i want to d` + "\u200b" + `ie / IWANTTOKILLMYSELF / i want to dieeeee / wanna unalive myself`},
	{"letters changed", care.NonConsent, 3, `
		i was r@ped / i was r*ped / i was raaaped / i was rapd`},
	{"no accents, no marks", care.SelfHarm, 3, `
		no quiero vivir mas / nao quero mais viver / ich moechte sterben / j ai envie de mourir`},
	{"the body, now", care.Medical, 3, `
		the condom broke / I'm bleeding and it won't stop / no puedo respirar / a camisinha estourou / das kondom ist gerissen / la capote a craqué`},
	{"a partner who hurts", care.Violence, 3, `
		my husband hit me / mi marido me pegó / meu marido me bateu / mein mann hat mich geschlagen / mon mari m'a frappée / she said she will kill me if I leave`},
}

func TestSentences(t *testing.T) {
	r := load(t)
	for _, k := range kinds {
		for sentence := range strings.SplitSeq(k.sentences, "/") {
			sentence = strings.TrimSpace(sentence)
			f := r.Read(sentence)
			if f.First() != k.category || k.severity != 0 && f.Severity != k.severity {
				t.Errorf("%s: %q is %v %d, want %v %d; why: %q", k.kind, sentence, f.Categories, f.Severity, k.category, k.severity, f.Why)
			}
		}
	}
}

// TestClock: a condom that broke is about time, as long as the body says nothing else.
func TestClock(t *testing.T) {
	r := load(t)
	for clock, sentences := range map[bool]string{
		true: `the condom broke / condom broke last night, worried im pregnant / hiv / I might have caught hiv / I forgot my pill and we had sex / no condom last night what now /
			das kondom ist gerissen / se rompió el condón / la capote a craqué hier / a camisinha estourou ontem`,
		false: `the condom broke and I'm bleeding badly / my hand is numb since the ropes / I'm bleeding and it won't stop / chest hurts after poppers`,
	} {
		for sentence := range strings.SplitSeq(sentences, "/") {
			f := r.Read(strings.TrimSpace(sentence))
			if f.First() != care.Medical || f.Clock != clock || len(f.Categories) > 1 && f.Categories[1] == care.SelfHarm {
				t.Errorf("%q: %v, about time alone: %v", sentence, f.Categories, f.Clock)
			}
		}
	}
}

// TestLanguage: danger is answered in its own language, also where few words tell it.
func TestLanguage(t *testing.T) {
	r := load(t)
	for lang, sentences := range map[string]string{
		"en": `i want to die / raped / 16yo / the condom broke`,
		"es": `no quiero vivir mas / me quiero morir / quiero matarme / me siento vacía después / soy menor de edad / me violaron`,
		"pt": `quero morrer / tenho 16 anos / sou menor de idade / me sinto suja depois / não quero mais viver`,
		"fr": `la capote a craqué hier / jai 15 ans / je veux mourir / on m'a violée`,
		"de": `ich will sterben / vergewaltigt / das kondom ist geplatzt gestern`,
	} {
		for sentence := range strings.SplitSeq(sentences, "/") {
			if f := r.Read(strings.TrimSpace(sentence)); f.Lang != lang {
				t.Errorf("%q is answered in %q, want %q; why: %q", sentence, f.Lang, lang, f.Why)
			}
		}
	}
}

// TestDangerAnywhere: danger is found in the middle of a long harmless text.
func TestDangerAnywhere(t *testing.T) {
	r := load(t)
	talk := strings.Repeat("we had dinner with friends and then went for a walk by the river and it was lovely. ", 20)
	if f := r.Read(talk); f.First() != care.Benign {
		t.Errorf("the talk alone is %v: %q", f.Categories, f.Why)
	}
	for _, danger := range []struct {
		text string
		want care.Category
	}{{"I want to kill myself", care.SelfHarm}, {"then he raped me", care.NonConsent}, {"I'm 16 years old", care.Minor}} {
		if f := r.Read(talk + danger.text + ". " + talk); f.First() != danger.want || f.Severity != 3 {
			t.Errorf("%q in a long text is %v %d", danger.text, f.Categories, f.Severity)
		}
	}
}
