package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"afterglow/adapters/when"
)

// tryWhen reads answers to "when?" from in, one a line, and writes each with
// what it amounts to: "line TAB RFC 3339 time", ASK or NONE. Now is the moment
// at which they are given, in the person's zone; lang is a hint, "" for none.
// Lines may be of any length and end in LF or CRLF; a tab inside is written as
// a space.
func tryWhen(in io.Reader, out io.Writer, now time.Time, lang string) error {
	var langs []string
	if lang != "" {
		langs = append(langs, lang)
	}
	lines, w := bufio.NewReader(in), bufio.NewWriter(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("try when: read answers: %w", err)
		}
		if line == "" {
			break
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		result := "ASK"
		switch answer := when.Read(line, now, langs...); answer.Kind {
		case when.At:
			result = answer.At.Format(time.RFC3339)
		case when.None:
			result = "NONE"
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\n", strings.ReplaceAll(line, "\t", " "), result); err != nil {
			return fmt.Errorf("try when: write results: %w", err)
		}
		if errors.Is(err, io.EOF) {
			break
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("try when: write results: %w", err)
	}
	return nil
}
