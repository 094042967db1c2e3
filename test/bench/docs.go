package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	tablesBegin = "<!-- tables: written by `test/bench.sh docs`, do not edit -->"
	tablesEnd   = "<!-- end of tables -->"
)

// docsMain puts a report's tables into a page between its two marks, and its plot beside it; the words around them are people's.
func docsMain(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: bench docs REPORT.json PAGE.md")
	}
	rep, err := readReport(args[0])
	if err != nil {
		return err
	}
	if rep.Scale != "full" {
		return fmt.Errorf("%s is of a %s run; the page takes full ones", args[0], rep.Scale)
	}
	page, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), tablesBegin)
	_, after, ended := strings.Cut(rest, tablesEnd)
	if !ok || !ended {
		return fmt.Errorf("%s lacks the marks %q and %q", args[1], tablesBegin, tablesEnd)
	}
	var b strings.Builder
	plot := strings.TrimSuffix(args[1], ".md") + ".svg"
	if err := os.WriteFile(plot, []byte(rep.plot()), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(&b, "%s%s\n\n%s\n\n![every row, relative to the best peer](%s)\n\n%s", before, tablesBegin, rep.where(), filepath.Base(plot), rep.goals())
	for _, r := range rep.Results {
		fmt.Fprintf(&b, "\n### %s (`%s`)\n\n%s", r.Title, r.Row, rep.section(r))
	}
	b.WriteString(strings.Replace(rep.howRun(), "## What ran", "### What ran", 1))
	b.WriteString("\n" + tablesEnd + after)
	return os.WriteFile(args[1], []byte(b.String()), 0o644)
}
