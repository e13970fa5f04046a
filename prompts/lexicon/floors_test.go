package lexicon_test

// heldFloors and hardFloors hold for the built-in model on sentences it was not trained on.
var heldFloors = map[string]floors{
	"en":     {danger: 0.93, ordinary: 0.03, serious: 0.91, worst: 0.85, drops: 0.80, falseAlarms: 0.04, macroF1: 0.91},
	"others": {danger: 0.94, ordinary: 0.03, serious: 0.935, worst: 0.88, drops: 0.78, falseAlarms: 0.05, macroF1: 0.915},
}

var hardFloors = map[string]floors{
	"en":     {danger: 0.76, ordinary: 0.15, serious: 0.72, worst: 0.46, drops: 0.76, falseAlarms: 0.07, macroF1: 0.74},
	"others": {danger: 0.75, ordinary: 0.175, serious: 0.72, worst: 0.53, drops: 0.58, falseAlarms: 0.095, macroF1: 0.72},
}

// devFloors hold for a model trained on the other four folds, on the last.
var devFloors = map[string]floors{
	"en":     {danger: 0.785, ordinary: 0.15, serious: 0.755, worst: 0.67, drops: 0.75, falseAlarms: 0.105, macroF1: 0.79},
	"others": {danger: 0.805, ordinary: 0.13, serious: 0.785, worst: 0.72, drops: 0.775, falseAlarms: 0.135, macroF1: 0.80},
}
