package lexicon_test

// heldFloors and hardFloors hold for the built-in model on sentences it was not trained on.
var heldFloors = map[string]floors{
	"en":     {danger: 0.92, ordinary: 0.04, serious: 0.905, worst: 0.85, drops: 0.80, falseAlarms: 0.055, macroF1: 0.90},
	"others": {danger: 0.935, ordinary: 0.035, serious: 0.93, worst: 0.86, drops: 0.78, falseAlarms: 0.055, macroF1: 0.905},
}

var hardFloors = map[string]floors{
	"en":     {danger: 0.73, ordinary: 0.21, serious: 0.64, worst: 0.38, drops: 0.65, falseAlarms: 0.07, macroF1: 0.70},
	"others": {danger: 0.72, ordinary: 0.21, serious: 0.67, worst: 0.51, drops: 0.56, falseAlarms: 0.095, macroF1: 0.69},
}

// devFloors hold for a model trained on the other four folds, on the last.
var devFloors = map[string]floors{
	"en":     {danger: 0.76, ordinary: 0.165, serious: 0.73, worst: 0.63, drops: 0.74, falseAlarms: 0.11, macroF1: 0.77},
	"others": {danger: 0.795, ordinary: 0.14, serious: 0.77, worst: 0.70, drops: 0.77, falseAlarms: 0.135, macroF1: 0.795},
}
