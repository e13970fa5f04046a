package lexicon_test

// heldFloors and hardFloors hold for the built-in model on sentences it was not trained on.
var heldFloors = map[string]floors{
	"en":     {danger: 0.945, ordinary: 0.025, serious: 0.92, worst: 0.86, drops: 0.80, falseAlarms: 0.04, macroF1: 0.915},
	"others": {danger: 0.94, ordinary: 0.03, serious: 0.935, worst: 0.88, drops: 0.78, falseAlarms: 0.05, macroF1: 0.915},
}

var hardFloors = map[string]floors{
	"en":     {danger: 0.81, ordinary: 0.115, serious: 0.765, worst: 0.54, drops: 0.76, falseAlarms: 0.06, macroF1: 0.775},
	"others": {danger: 0.77, ordinary: 0.15, serious: 0.72, worst: 0.57, drops: 0.67, falseAlarms: 0.095, macroF1: 0.73},
}

// devFloors hold for a model trained on the other four folds, on the last.
var devFloors = map[string]floors{
	"en":     {danger: 0.785, ordinary: 0.15, serious: 0.755, worst: 0.67, drops: 0.75, falseAlarms: 0.105, macroF1: 0.79},
	"others": {danger: 0.805, ordinary: 0.13, serious: 0.785, worst: 0.72, drops: 0.775, falseAlarms: 0.135, macroF1: 0.80},
}
