package dialog

import "log/slog"

// In a log nobody has a name. Whoever logs a PersonID or a Key shows only that
// there is somebody; a program that wants to tell the lines of one person from
// those of another puts an alias in their place before they are written.

// LogValue implements [slog.LogValuer].
func (PersonID) LogValue() slog.Value { return slog.StringValue("somebody") }

// LogValue implements [slog.LogValuer].
func (Key) LogValue() slog.Value { return slog.StringValue("somebody") }
