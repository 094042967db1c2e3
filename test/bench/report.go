package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// toolResult is one tool's part of a row.
type toolResult struct {
	tool
	// Failed says why the tool's numbers are missing or incomplete.
	Failed         string    `json:"failed,omitempty"`
	WarmUp         sample    `json:"warm_up,omitzero"`
	Samples        []sample  `json:"samples,omitempty"`
	FirstRequestMS []float64 `json:"first_request_ms,omitempty"`
}

// result is one row's numbers.
type result struct {
	Row     string `json:"row"`
	Issue   string `json:"number"`
	Title   string `json:"title"`
	Target  string `json:"target,omitempty"`
	TLS     bool   `json:"tls,omitempty"`
	Objects int    `json:"objects"`
	Bytes   int64  `json:"bytes"`
	Rounds  int    `json:"rounds"`
	Goal    goal   `json:"goal,omitzero"`
	// Far says that the store was one far away, which counts what it is asked.
	Far    bool         `json:"far,omitempty"`
	Tools  []toolResult `json:"tools,omitempty"`
	Cgroup []cgroupUse  `json:"cgroup,omitempty"`
	// Bound is the row of one claim's way to Bound.
	Bound *boundTimes `json:"bound,omitempty"`
	// Controller is the row of many claims at once.
	Controller []controllerRun `json:"controller,omitempty"`
	// Skipped says why the row has no numbers.
	Skipped string `json:"skipped,omitempty"`
	Load    string `json:"load_at_start"`
	When    string `json:"when"`
	Commit  string `json:"commit"`
}

type report struct {
	When    string   `json:"when"`
	Commit  string   `json:"commit"`
	Scale   string   `json:"scale"`
	Machine machine  `json:"machine"`
	Server  string   `json:"server"`
	Results []result `json:"results"`
}

// spread is what is told of some numbers.
type spread struct{ Median, Min, Max, Q1, Q3 float64 }

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	s := slices.Sorted(slices.Values(values))
	return spread{Median: quantile(s, 0.5), Min: s[0], Max: s[len(s)-1], Q1: quantile(s, 0.25), Q3: quantile(s, 0.75)}
}

func median(values []float64) float64 { return spreadOf(values).Median }

func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 == len(sorted) {
		return sorted[low]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

func (t toolResult) of(value func(sample) float64) spread {
	var values []float64
	for _, s := range t.Samples {
		values = append(values, value(s))
	}
	return spreadOf(values)
}

func wall(s sample) float64    { return s.WallSeconds }
func synced(s sample) float64  { return s.SyncedSeconds }
func cpu(s sample) float64     { return s.CPUSeconds }
func peak(s sample) float64    { return s.PeakMB }
func servers(s sample) float64 { return s.ServerCPUSeconds }
func others(s sample) float64  { return s.OtherCPUSeconds }

func (t toolResult) complete() bool { return t.Failed == "" && len(t.Samples) > 0 }

// roundRatios is one tool's wall time over another's, round by round: what drifts over minutes is in both.
func roundRatios(a, b []sample) []float64 {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		ratios = append(ratios, a[i].WallSeconds/b[i].WallSeconds)
	}
	return ratios
}

// best is the peer with the smallest median, and that median.
func (r result) best(value func(sample) float64) (string, float64) {
	name, least := "", 0.0
	for _, t := range r.Tools {
		if t.Kind != peer || !t.complete() {
			continue
		}
		if m := t.of(value).Median; name == "" || m < least {
			name, least = t.Name, m
		}
	}
	return name, least
}

func (r result) own() (toolResult, bool) {
	for _, t := range r.Tools {
		if t.Kind == ours && t.complete() {
			return t, true
		}
	}
	return toolResult{}, false
}

// disturbed tells whether something else took more than a tenth of the machine during a tool's runs.
func (t toolResult) disturbed() bool { return t.of(sample.disturbance).Median > quietShare }

func (rep report) write(dir string) error {
	data, err := json.MarshalIndent(rep, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "report.svg"), []byte(rep.plot()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "report.md"), []byte(rep.markdown()), 0o644)
}

// put adds a row's result, in the place of an older one of the same row.
func (rep *report) put(res result) {
	for i := range rep.Results {
		if rep.Results[i].Row == res.Row {
			rep.Results[i] = res
			return
		}
	}
	rep.Results = append(rep.Results, res)
}

// order brings the results into the order of the rows.
func (rep *report) order() {
	place := map[string]int{}
	for i, r := range rows() {
		place[r.Name] = i
	}
	slices.SortStableFunc(rep.Results, func(a, b result) int { return place[a.Row] - place[b.Row] })
}

func readReport(path string) (report, error) {
	var rep report
	data, err := os.ReadFile(path)
	if err != nil {
		return rep, err
	}
	err = json.Unmarshal(data, &rep)
	return rep, err
}

func (rep report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cistern's benchmark\n\n%s\n\n![every row, relative to the best peer](report.svg)\n\n", rep.where())
	b.WriteString(rep.goals())
	for _, r := range rep.Results {
		fmt.Fprintf(&b, "\n## %s (`%s`)\n\n%s", r.Title, r.Row, rep.section(r))
	}
	b.WriteString(rep.howRun())
	return b.String()
}

// where says what the numbers are worth.
func (rep report) where() string {
	m := rep.Machine
	text := fmt.Sprintf("%s, commit %s. %s, %d cores, %.0f GB of memory, %s, %s. Target disk: %s. Target tmpfs and the server's data: %s. "+
		"Server: %s, on the same cores as its clients, by loopback. Load when it began: %s.",
		rep.When, rep.Commit, m.CPU, m.Cores, m.MemoryGB, m.Kernel, m.System, m.Disk, m.Tmpfs, rep.Server, m.Load)
	if rep.Scale != "full" {
		text += "\n\n**A quick run on scaled-down data: it shows that everything works, and its ratios are not those of the full run.**"
	}
	return text
}

// goals is the table of what is to be reached.
func (rep report) goals() string {
	var b strings.Builder
	for _, r := range rep.Results {
		own, ok := r.own()
		if !ok || r.Goal == (goal{}) {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("| # | work | Cistern wall | best peer | wall ratio | with sync | goal | Cistern CPU | best peer | CPU ratio | goal | |\n" +
				"|---|---|---|---|---|---|---|---|---|---|---|---|\n")
		}
		wallPeer, wallBest := r.best(wall)
		_, syncBest := r.best(synced)
		cpuPeer, cpuBest := r.best(cpu)
		if wallPeer == "" {
			continue
		}
		wallRatio, cpuRatio := own.of(wall).Median/wallBest, own.of(cpu).Median/cpuBest
		withSync := "–"
		met := wallRatio <= r.Goal.Wall && cpuRatio <= r.Goal.CPU
		if r.Target == string(onDisk) {
			ratio := own.of(synced).Median / syncBest
			withSync = fmt.Sprintf("%.2f", ratio)
			// Peers that leave their data unwritten are not what a filled volume is compared with.
			met = ratio <= r.Goal.Wall && cpuRatio <= r.Goal.CPU
		}
		mark := "reached"
		if !met {
			mark = "**not reached**"
		}
		fmt.Fprintf(&b, "| %s | %s | %.2f s | %s %.2f s | **%.2f** | %s | %.2f | %.2f s | %s %.2f s | **%.2f** | %.2f | %s |\n",
			r.Issue, r.Title, own.of(wall).Median, wallPeer, wallBest, wallRatio, withSync, r.Goal.Wall,
			own.of(cpu).Median, cpuPeer, cpuBest, cpuRatio, r.Goal.CPU, mark)
	}
	if b.Len() > 0 {
		b.WriteString("\nRatios are medians over medians of the same run, each against the peer that is best in that very column; on disk the " +
			"wall goal is held against the ratio with `sync`, because Cistern's own time contains its fsyncs.\n")
	}
	return b.String()
}

func (rep report) section(r result) string {
	if r.Skipped != "" {
		return "Skipped: " + r.Skipped + "\n"
	}
	return fmt.Sprintf("Measured at %s, commit %s.\n\n", r.When, r.Commit) + rep.numbers(r)
}

func (rep report) numbers(r result) string {
	switch {
	case len(r.Controller) > 0:
		return r.controllerSection()
	case r.Bound != nil:
		return r.boundSection()
	case r.Row == "start":
		return r.startSection()
	}
	return rep.transferSection(r)
}

func (rep report) transferSection(r result) string {
	var b strings.Builder
	_, wallBest := r.best(wall)
	_, syncBest := r.best(synced)
	_, cpuBest := r.best(cpu)
	ratio := func(value, best float64) string {
		if best == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", value/best)
	}
	b.WriteString("| tool | wall s (min–max) | ratio | with sync s (min–max) | ratio | CPU s | ratio | peak MB | server CPU s | others' CPU s | runs |\n" +
		"|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, t := range r.Tools {
		switch {
		case t.Missing != "":
			fmt.Fprintf(&b, "| %s | missing: %s | | | | | | | | | 0 |\n", t.Name, cell(t.Missing))
			continue
		case t.Failed != "":
			fmt.Fprintf(&b, "| %s | failed: %s | | | | | | | | | %d |\n", t.Name, cell(t.Failed), len(t.Samples))
			continue
		case len(t.Samples) == 0:
			continue
		}
		w, y, c := t.of(wall), t.of(synced), t.of(cpu)
		name := t.Name
		if t.disturbed() {
			name += " ⚠"
		}
		fmt.Fprintf(&b, "| %s | %.2f (%.2f–%.2f) | %s | %.2f (%.2f–%.2f) | %s | %.2f | %s | %.0f | %.2f | %.2f | %d |\n", name,
			w.Median, w.Min, w.Max, ratio(w.Median, wallBest), y.Median, y.Min, y.Max, ratio(y.Median, syncBest),
			c.Median, ratio(c.Median, cpuBest), t.of(peak).Median, t.of(servers).Median, t.of(others).Median, len(t.Samples))
	}
	fmt.Fprintf(&b, "\n%d objects, %.3f GiB, load at the start %s.", r.Objects, float64(r.Bytes)/float64(gib), r.Load)
	if own, ok := r.own(); ok {
		fmt.Fprintf(&b, " Cistern: %.2f GB/s, %.0f objects/s, %.2f CPU s per GiB, %.0f µs of CPU per object.",
			float64(r.Bytes)/1e9/own.of(wall).Median, float64(r.Objects)/own.of(wall).Median,
			own.of(cpu).Median/(float64(r.Bytes)/float64(gib)), own.of(cpu).Median*1e6/float64(r.Objects))
	}
	b.WriteString(" ⚠: something else took more than a tenth of the machine.\n")
	if r.Issue == "5" && len(r.Tools) == 2 && r.Tools[0].complete() && r.Tools[1].complete() {
		on, off := r.Tools[0].of(wall).Median, r.Tools[1].of(wall).Median
		fmt.Fprintf(&b, "\nDigests cost %+.1f %% of wall time and %+.1f %% of CPU time (goal: wall < +10 %%).", (on/off-1)*100,
			(r.Tools[0].of(cpu).Median/r.Tools[1].of(cpu).Median-1)*100)
		if rounds := roundRatios(r.Tools[0].Samples, r.Tools[1].Samples); len(rounds) > 3 {
			s := spreadOf(rounds)
			fmt.Fprintf(&b, " Round by round, wall time: median %+.1f %%, quartiles %+.1f and %+.1f %%.", (s.Median-1)*100, (s.Q1-1)*100, (s.Q3-1)*100)
		}
		b.WriteString("\n")
	}
	if r.Far {
		b.WriteString(r.farSection())
	}
	for _, g := range r.Cgroup {
		fmt.Fprintf(&b, "\nControl group: limit %.0f MB, peak %.0f MB (page cache of the written files included, which takes whatever is left), "+
			"limit hit %d times, OOM kills %d.\n", float64(g.LimitBytes)/1e6, float64(g.PeakBytes)/1e6, g.Reclaims, g.OOMKills)
	}
	return b.String()
}

func (r result) startSection() string {
	var b strings.Builder
	b.WriteString("| tool | ms to the first request (min–max) | quartiles | runs |\n|---|---|---|---|\n")
	for _, t := range r.Tools {
		if t.Missing+t.Failed != "" {
			fmt.Fprintf(&b, "| %s | %s | | 0 |\n", t.Name, cell(t.Missing+t.Failed))
			continue
		}
		if len(t.FirstRequestMS) == 0 {
			continue
		}
		s := spreadOf(t.FirstRequestMS)
		fmt.Fprintf(&b, "| %s | %.0f (%.0f–%.0f) | %.0f–%.0f | %d |\n", t.Name, s.Median, s.Min, s.Max, s.Q1, s.Q3, len(t.FirstRequestMS))
	}
	return b.String()
}

// howRun names each tool, its version and its flags once.
func (rep report) howRun() string {
	var b strings.Builder
	seen := map[string]bool{}
	b.WriteString("\n## What ran\n\n| tool | version | how |\n|---|---|---|\n")
	for _, r := range rep.Results {
		for _, t := range r.Tools {
			if !seen[t.Name] {
				seen[t.Name] = true
				fmt.Fprintf(&b, "| %s | %s | %s |\n", t.Name, t.Version, cell(t.How))
			}
		}
	}
	return b.String()
}

// cell is a text that fits into a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
