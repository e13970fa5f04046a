package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"afterglow/prompts/lexicon"
)

// tryCare reads one message a line and writes what the safety recogniser finds
// in it: the line, a tab, the numbers of the categories, the most urgent
// first, with commas (0 is benign), a tab, the severity. With explain a further
// column says why. Tabs in a line are written as spaces; lines may be long and
// may end in CRLF. What is written reaches out before tryCare returns.
func tryCare(in io.Reader, out io.Writer, explain bool) error {
	recogniser, err := lexicon.Load()
	if err != nil {
		return fmt.Errorf("try care: %w", err)
	}
	r, w := bufio.NewReaderSize(in, 1<<16), bufio.NewWriterSize(out, 1<<16)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("try care: read: %w", errors.Join(err, w.Flush()))
		}
		if last := err != nil; last && len(line) == 0 {
			break
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		finding := recogniser.Read(string(line))
		w.Write(bytes.ReplaceAll(line, []byte("\t"), []byte(" ")))
		w.WriteByte('\t')
		for i, c := range finding.Categories {
			if i > 0 {
				w.WriteByte(',')
			}
			w.WriteString(strconv.Itoa(int(c)))
		}
		w.WriteByte('\t')
		w.WriteString(strconv.Itoa(finding.Severity))
		if explain {
			w.WriteByte('\t')
			w.WriteString(strings.ReplaceAll(strings.Join(finding.Why, "; "), "\t", " "))
		}
		w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("try care: write: %w", err)
	}
	return nil
}
