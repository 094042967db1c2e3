package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	tablesBegin = "<!-- tables: written by `test/bench.sh docs`, do not edit -->"
	tablesEnd   = "<!-- end of tables -->"
	millionFile = "million-"
)

// docsPage is one of the pages in docs/benchmarks, by the rows that it shows.
type docsPage struct {
	file, title string
	rows        []string
	plot        string
}

var docsPages = []docsPage{
	{"transfers.md", "Against other tools, with the store on the same machine", []string{"one-object-4g", "small-10k", "model-tree", "photo-tree"}, ""},
	{"far.md", "Stores that are far away", []string{"far"}, "far.svg"},
	{"costs.md", "Digests, memory, process start", []string{"verify", "memory", "start"}, ""},
	{"controller.md", "One claim, and many claims at once", []string{"bound", "controller"}, ""},
}

const (
	headlinePage = "performance.md"
	headlinePlot = "performance.svg"
	toolsPage    = "tools.md"
	millionPage  = "million.md"
)

// docsMain puts the numbers of reports into the project's pages: one table and the plot into performance.md, all else into benchmarks/.
// What a report does not have stays as it is, so that a run of a few rows changes these alone.
func docsMain(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: bench docs REPORT.json... DOCS, where DOCS is the project's docs directory")
	}
	docs := args[len(args)-1]
	for _, path := range args[:len(args)-1] {
		write := writeReport
		if strings.HasPrefix(filepath.Base(path), millionFile) {
			write = writeMillion
		}
		if err := write(path, docs); err != nil {
			return err
		}
	}
	return nil
}

func writeReport(path, docs string) error {
	rep, err := readReport(path)
	if err != nil {
		return err
	}
	if rep.Scale != "full" {
		return fmt.Errorf("%s is of a %s run; the pages take full ones", path, rep.Scale)
	}
	for _, p := range docsPages {
		if err := p.write(rep, docs); err != nil {
			return err
		}
	}
	if err := writeTools(rep, docs); err != nil {
		return err
	}
	return writeHeadline(rep, docs)
}

func (p docsPage) has(row string) bool {
	return slices.ContainsFunc(p.rows, func(name string) bool { return row == name || strings.HasPrefix(row, name+"-") })
}

func (p docsPage) write(rep report, docs string) error {
	mine := rep.only(func(r result) bool { return p.has(r.Row) })
	if len(mine.Results) == 0 {
		return nil
	}
	return rewrite(filepath.Join(docs, "benchmarks", p.file), p.title, func(old string) (string, error) {
		kept := rowSections(old)
		for _, r := range mine.Results {
			kept[r.Row] = fmt.Sprintf("## %s (`%s`)\n\n%s", r.Title, r.Row, mine.section(r))
		}
		var b strings.Builder
		if p.plot != "" && len(kept) == len(mine.Results) {
			if err := os.WriteFile(filepath.Join(docs, "benchmarks", p.plot), []byte(mine.plot()), 0o644); err != nil {
				return "", err
			}
		}
		if p.plot != "" && exists(filepath.Join(docs, "benchmarks", p.plot)) {
			fmt.Fprintf(&b, "![every row, relative to the best peer](%s)\n\n", p.plot)
		}
		for _, r := range rows() {
			if section, ok := kept[r.Name]; ok && p.has(r.Name) {
				b.WriteString(strings.TrimSpace(section) + "\n\n")
				delete(kept, r.Name)
			}
		}
		return b.String(), nil
	})
}

// writeTools tells the machine of the newest report, and how each tool was run last.
func writeTools(rep report, docs string) error {
	return rewrite(filepath.Join(docs, "benchmarks", toolsPage), "Machine and tools", func(old string) (string, error) {
		how := strings.TrimSpace(rep.howRun())
		fresh := tableLines(how, 0)
		for _, line := range strings.Split(old, "\n") {
			if name := cellOf(line, 0); name != "" && name != "tool" && fresh[name] == "" {
				how += "\n" + line
			}
		}
		return "The newest report: " + rep.where() + "\n\n" + how + "\n\n", nil
	})
}

// writeHeadline puts the rows that have a goal into the one table of performance.md; of stores far away those in the middle stand for all.
func writeHeadline(rep report, docs string) error {
	return rewrite(filepath.Join(docs, headlinePage), "Performance", func(old string) (string, error) {
		kept := tableLines(old, 0)
		fresh := map[string]bool{}
		for _, r := range rep.Results {
			if line := r.headlineRow(); line != "" {
				kept[r.Title], fresh[r.Title] = line, true
			}
		}
		var b strings.Builder
		whole := true
		for _, r := range rows() {
			if line, ok := kept[r.Title]; ok {
				b.WriteString(line + "\n")
				whole = whole && (fresh[r.Title] || strings.HasPrefix(r.Name, "far"))
			}
		}
		if b.Len() == 0 {
			return old, nil
		}
		// A plot of fewer rows than the table has would take the place of one of all.
		if near := rep.only(func(r result) bool { return !r.Far }); whole && len(near.Results) > 0 {
			if err := os.WriteFile(filepath.Join(docs, headlinePlot), []byte(near.plot()), 0o644); err != nil {
				return "", err
			}
		}
		return fmt.Sprintf("![every row, relative to the best peer](%s)\n\n%s%s\n", headlinePlot, headlineHead, b.String()), nil
	})
}

const headlineHead = "| work | Cistern | best peer | ratio (goal) | Cistern's CPU | best peer's | ratio (goal) |\n|---|---|---|---|---|---|---|\n"

func (r result) headline() bool {
	_, ok := r.own()
	return ok && r.Goal != (goal{}) && (!r.Far || strings.HasSuffix(r.Row, "-25ms"))
}

// headlineRow is a row in short; on a disk the times are until sync has returned, because Cistern's own contains its fsyncs.
func (r result) headlineRow() string {
	own, ok := r.own()
	if !ok || !r.headline() {
		return ""
	}
	time := wall
	if r.Target == string(onDisk) {
		time = synced
	}
	wallPeer, wallBest := r.best(time)
	cpuPeer, cpuBest := r.best(cpu)
	if wallPeer == "" {
		return ""
	}
	return fmt.Sprintf("| %s | %.2f s | %s %.2f s | %s | %.2f s | %s %.2f s | %s |", r.Title,
		own.of(time).Median, wallPeer, wallBest, against(own.of(time).Median/wallBest, r.Goal.Wall),
		own.of(cpu).Median, cpuPeer, cpuBest, against(own.of(cpu).Median/cpuBest, r.Goal.CPU))
}

// against shows a ratio and its goal; a ratio above 1, where the peer is ahead, is bold.
func against(ratio, goal float64) string {
	text := fmt.Sprintf("%.2f", ratio)
	if ratio > 1.005 {
		text = "**" + text + "**"
	}
	mark := "missed"
	if ratio <= goal {
		mark = "reached"
	}
	return fmt.Sprintf("%s (%.2f, %s)", text, goal, mark)
}

func writeMillion(path, docs string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var rep millionReport
	if err := json.Unmarshal(data, &rep); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return rewrite(filepath.Join(docs, "benchmarks", millionPage), "Ten million objects within 256 MiB", func(string) (string, error) {
		return rep.String() + "\n", nil
	})
}

func (rep report) only(which func(result) bool) report {
	rep.Results = slices.DeleteFunc(slices.Clone(rep.Results), func(r result) bool { return !which(r) })
	return rep
}

// rewrite gives a page another text between its marks; what stands around them is people's. A page that does not exist is made.
func rewrite(path, title string, text func(old string) (string, error)) error {
	page, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		page, err = []byte("# "+title+"\n\n"+tablesBegin+tablesEnd+"\n"), os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), tablesBegin)
	old, after, ended := strings.Cut(rest, tablesEnd)
	if !ok || !ended {
		return fmt.Errorf("%s lacks the marks %q and %q", path, tablesBegin, tablesEnd)
	}
	fresh, err := text(old)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(before+tablesBegin+"\n\n"+strings.TrimSpace(fresh)+"\n\n"+tablesEnd+after), 0o644)
}

var rowHeading = regexp.MustCompile("(?m)^## .*\\(`([a-z0-9-]+)`\\)$")

// rowSections takes a page's sections apart, by the names of their rows.
func rowSections(text string) map[string]string {
	sections := map[string]string{}
	found := rowHeading.FindAllStringSubmatchIndex(text, -1)
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		sections[text[at[2]:at[3]]] = text[at[0]:end]
	}
	return sections
}

// tableLines gives the lines of a table by the text of one of their cells.
func tableLines(text string, column int) map[string]string {
	lines := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		if name := cellOf(line, column); name != "" {
			lines[name] = line
		}
	}
	return lines
}

// cellOf is a cell of a table's line; empty for other lines and for the one below the head.
func cellOf(line string, column int) string {
	cells := strings.Split(line, "|")
	if !strings.HasPrefix(line, "|") || len(cells) < column+3 || strings.HasPrefix(line, "|---") {
		return ""
	}
	return strings.TrimSpace(cells[column+1])
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
