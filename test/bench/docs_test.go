package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// written puts a report into pages and gives one of them.
func written(t *testing.T, docs string, rep report, page string) string {
	t.Helper()
	rep.Scale = "full"
	data, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := docsMain([]string{path, docs}); err != nil {
		t.Fatal(err)
	}
	return readPage(t, docs, page)
}

func readPage(t *testing.T, docs, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(docs, page))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// measured is a result of one of the benchmark's rows.
func measured(t *testing.T, name, when string, own, peers float64) result {
	t.Helper()
	chosen, err := choose(rows(), name)
	if err != nil {
		t.Fatal(err)
	}
	tools := func(name string, k kind, seconds float64) toolResult {
		return toolResult{tool: tool{Name: name, Kind: k, Version: "1", How: "plainly"},
			Samples: []sample{{WallSeconds: seconds, SyncedSeconds: seconds, CPUSeconds: seconds}}}
	}
	return result{Row: name, Title: chosen[0].Title, Target: string(onTmpfs), Objects: 1, Bytes: gib, Goal: largeGoal, When: when, Commit: "abc",
		Far: strings.HasPrefix(name, "far"), Tools: []toolResult{tools("cistern", ours, own), tools("rclone", peer, peers)}}
}

func TestEachRowGoesIntoItsPage(t *testing.T) {
	docs := t.TempDir()
	rep := report{Results: []result{measured(t, "small-10k-tmpfs", "Monday", 1, 2), measured(t, "far-one-2g-25ms", "Monday", 3, 2), measured(t, "verify-large", "Monday", 1, 1)}}
	transfers := written(t, docs, rep, "benchmarks/transfers.md")
	if !strings.Contains(transfers, "(`small-10k-tmpfs`)\n\nMeasured at Monday, commit abc.\n") || strings.Contains(transfers, "far-one") {
		t.Errorf("transfers:\n%s", transfers)
	}
	if far := readPage(t, docs, "benchmarks/far.md"); !strings.Contains(far, "(`far-one-2g-25ms`)") || !strings.Contains(far, "(far.svg)") {
		t.Errorf("far:\n%s", far)
	}
	if costs := readPage(t, docs, "benchmarks/costs.md"); !strings.Contains(costs, "(`verify-large`)") {
		t.Errorf("costs:\n%s", costs)
	}
	headline := readPage(t, docs, "performance.md")
	for _, want := range []string{
		"| 10,000 objects of 64 KiB → tmpfs | 1.00 s | rclone 2.00 s | 0.50 (0.75, reached) | 1.00 s | rclone 2.00 s | 0.50 (0.60, reached) |",
		"| 3.00 s | rclone 2.00 s | **1.50** (0.75, missed) |",
		"(performance.svg)",
	} {
		if !strings.Contains(headline, want) {
			t.Errorf("the one table does not say %q:\n%s", want, headline)
		}
	}
	if svg := readPage(t, docs, "performance.svg"); strings.Contains(svg, "2 GiB") {
		t.Error("the plot of the near rows has a far one")
	}
}

func TestWhatAReportDoesNotHaveStaysAsItWas(t *testing.T) {
	docs := t.TempDir()
	both := report{Results: []result{measured(t, "small-10k-tmpfs", "Monday", 1, 2), measured(t, "small-10k-disk", "Monday", 1, 2)}}
	page := written(t, docs, both, "benchmarks/transfers.md")
	plot := readPage(t, docs, "performance.svg")
	path := filepath.Join(docs, "benchmarks/transfers.md")
	if err := os.WriteFile(path, []byte(strings.Replace(page, "# Against", "Words of people.\n\n# Against", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	page = written(t, docs, report{Results: []result{measured(t, "small-10k-disk", "Friday", 4, 2)}}, "benchmarks/transfers.md")
	for _, want := range []string{"Words of people.", "(`small-10k-tmpfs`)\n\nMeasured at Monday", "(`small-10k-disk`)\n\nMeasured at Friday"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	if strings.Count(page, "\n## ") != 2 || strings.Index(page, "tmpfs`)") > strings.Index(page, "disk`)") {
		t.Errorf("a row is there twice, or the order is another:\n%s", page)
	}
	headline := readPage(t, docs, "performance.md")
	if !strings.Contains(headline, "| 1.00 s | rclone 2.00 s | 0.50") || !strings.Contains(headline, "| 4.00 s | rclone 2.00 s | **2.00**") {
		t.Errorf("the one table:\n%s", headline)
	}
	if readPage(t, docs, "performance.svg") != plot {
		t.Error("a report of one row has replaced the plot of two")
	}
	if tools := readPage(t, docs, "benchmarks/tools.md"); strings.Count(tools, "| rclone |") != 1 {
		t.Errorf("tools:\n%s", tools)
	}
}

func TestPagesTakeFullRunsOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, []byte(`{"scale":"small"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := docsMain([]string{path, t.TempDir()}); err == nil || !strings.Contains(err.Error(), "of a small run") {
		t.Errorf("err = %v", err)
	}
}

func TestAPageWithoutItsMarksIsLeftAlone(t *testing.T) {
	docs := t.TempDir()
	path := filepath.Join(docs, "performance.md")
	if err := os.WriteFile(path, []byte("# Performance\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := writeHeadline(report{Results: []result{measured(t, "small-10k-tmpfs", "Monday", 1, 2)}}, docs)
	if err == nil || !strings.Contains(err.Error(), "lacks the marks") || readPage(t, docs, "performance.md") != "# Performance\n" {
		t.Errorf("err = %v", err)
	}
}

func TestTenMillionObjectsHaveAPageOfTheirOwn(t *testing.T) {
	docs := t.TempDir()
	path := filepath.Join(t.TempDir(), "million-10000000.json")
	if err := os.WriteFile(path, []byte(`{"objects":10000000,"killed":{"WallSeconds":1},"image":"sha256:0123456789ab"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := docsMain([]string{path, docs}); err != nil {
		t.Fatal(err)
	}
	if page := readPage(t, docs, "benchmarks/million.md"); !strings.Contains(page, "10000000 objects") || !strings.Contains(page, "| killed half way |") {
		t.Errorf("page:\n%s", page)
	}
}

// The pages in the project are those that this program writes: their marks are there, and their rows are rows.
func TestTheProjectsPagesCanBeWritten(t *testing.T) {
	names := map[string]bool{}
	for _, r := range rows() {
		names[r.Name] = true
	}
	docs := "../../docs"
	pages := []string{headlinePage, "benchmarks/" + toolsPage, "benchmarks/" + millionPage}
	for _, p := range docsPages {
		pages = append(pages, "benchmarks/"+p.file)
		for name := range rowSections(readPage(t, docs, "benchmarks/"+p.file)) {
			if !names[name] || !p.has(name) {
				t.Errorf("%s shows row %s", p.file, name)
			}
		}
	}
	for _, page := range pages {
		text := readPage(t, docs, page)
		if strings.Count(text, tablesBegin) != 1 || strings.Count(text, tablesEnd) != 1 {
			t.Errorf("%s lacks its marks", page)
		}
	}
}
