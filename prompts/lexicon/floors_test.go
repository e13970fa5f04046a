package lexicon_test

// heldFloors and hardFloors hold for the built-in model on sentences it was not trained on.
var heldFloors = map[string]floors{
	"en":     {danger: 0.92, ordinary: 0.04, serious: 0.90, worst: 0.83, drops: 0.80, falseAlarms: 0.06, macroF1: 0.89},
	"others": {danger: 0.90, ordinary: 0.055, serious: 0.90, worst: 0.82, drops: 0.70, falseAlarms: 0.07, macroF1: 0.875},
}

var hardFloors = map[string]floors{
	"en":     {danger: 0.60, ordinary: 0.30, serious: 0.56, worst: 0.38, drops: 0.51, falseAlarms: 0.07, macroF1: 0.61},
	"others": {danger: 0.62, ordinary: 0.305, serious: 0.565, worst: 0.46, drops: 0.40, falseAlarms: 0.105, macroF1: 0.615},
}

// devFloors hold for a model trained on the other four folds, on the last.
var devFloors = map[string]floors{
	"en":     {danger: 0.76, ordinary: 0.155, serious: 0.74, worst: 0.63, drops: 0.74, falseAlarms: 0.13, macroF1: 0.77},
	"others": {danger: 0.70, ordinary: 0.19, serious: 0.68, worst: 0.57, drops: 0.62, falseAlarms: 0.18, macroF1: 0.68},
}
