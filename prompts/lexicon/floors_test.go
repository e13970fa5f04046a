package lexicon_test

// heldFloors and hardFloors hold for the built-in model on sentences it was not trained on.
var heldFloors = map[string]floors{}

var hardFloors = map[string]floors{
	"en":     {danger: 0.57, ordinary: 0.27, serious: 0.52, worst: 0.24, drops: 0.54, falseAlarms: 0.22, macroF1: 0.555},
	"others": {danger: 0.55, ordinary: 0.265, serious: 0.49, worst: 0.42, drops: 0.38, falseAlarms: 0.21, macroF1: 0.53},
}

// devFloors hold for a model trained on the other four folds, on the last.
var devFloors = map[string]floors{
	"en":     {danger: 0.76, ordinary: 0.145, serious: 0.74, worst: 0.63, drops: 0.74, falseAlarms: 0.13, macroF1: 0.77},
	"others": {danger: 0.70, ordinary: 0.19, serious: 0.68, worst: 0.57, drops: 0.62, falseAlarms: 0.18, macroF1: 0.68},
}
