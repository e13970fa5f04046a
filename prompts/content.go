package prompts

import (
	"afterglow/dialog/aftercare"
	"afterglow/dialog/neutral"
	"afterglow/prompts/helplines"
	"afterglow/prompts/lexicon"
)

// Content is the book in the shape package aftercare takes it.
func (b *Book) Content() (aftercare.Content, error) {
	book, err := helplines.Load()
	if err != nil {
		return aftercare.Content{}, err
	}
	recogniser, err := lexicon.Load()
	if err != nil {
		return aftercare.Content{}, err
	}
	c := aftercare.Content{
		Flows: b.Flows, Words: b.Words, Langs: b.Langs,
		Cards:   map[string][]aftercare.Card{},
		Neutral: neutral.New(b.Stems).Check,
		Support: book,
		Care:    recogniser.Read,
	}
	for lang, cards := range b.Cards {
		for _, x := range cards {
			c.Cards[lang] = append(c.Cards[lang], aftercare.Card{ID: x.ID, Group: x.Group, Tone: x.Tone, Text: x.Text, Tip: x.Tip, For: x.For})
		}
	}
	for _, p := range b.Zones {
		c.Zones = append(c.Zones, aftercare.Place(p))
	}
	return c, nil
}
