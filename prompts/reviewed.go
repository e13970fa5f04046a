package prompts

import (
	"strings"

	"afterglow/dialog"
)

// Reviewed are the sentences of care and support, which experts sign, of every
// language that has them: key → the one wording.
func (b *Book) Reviewed() map[string]dialog.Words {
	all := map[string]dialog.Words{}
	for lang, words := range b.Words {
		for key, texts := range words {
			if strings.HasPrefix(key, "care.") || strings.HasPrefix(key, "support.") {
				if all[lang] == nil {
					all[lang] = dialog.Words{}
				}
				all[lang][key] = texts
			}
		}
	}
	return all
}
