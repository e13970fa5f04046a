// Package dialog is the engine: a conversation is a small durable object, and
// everything that happens to it is one pure step.
package dialog
