package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// farProfiles are stores from the next building to another continent.
var farProfiles = []farProfile{
	{Name: "2ms", Latency: 2 * time.Millisecond},
	{Name: "10ms", Latency: 10 * time.Millisecond, BytesPerSecond: 100e6},
	{Name: "25ms", Latency: 25 * time.Millisecond, BytesPerSecond: 80e6},
	{Name: "80ms", Latency: 80 * time.Millisecond, BytesPerSecond: 25e6},
}

// farBusy answers 503 above a number of requests a second.
var farBusy = farProfile{Name: "busy", Latency: 25 * time.Millisecond, BytesPerSecond: 80e6, RequestsPerSecond: 2000}

func (p farProfile) String() string {
	text := p.Latency.String() + " to the first byte, "
	if p.BytesPerSecond == 0 {
		text += "no limit for a connection"
	} else {
		text += fmt.Sprintf("%d MB/s for a connection", p.BytesPerSecond/1e6)
	}
	if p.RequestsPerSecond > 0 {
		text += fmt.Sprintf(", 503 above %d requests/s", p.RequestsPerSecond)
	}
	return text
}

// farGoal is against the best peer.
var farGoal = goal{Wall: 0.9, CPU: 1}

// farFixed are the numbers of connections that Cistern's own choice is compared with.
var farFixed = []int{16, 32, 64, 128, 256, 400}

// farRows are the works that one store is asked for by each profile; then what a store gets done that bears only so much.
func farRows() []row {
	var all []row
	for _, work := range []struct{ name, title, data string }{
		{"small-10k", "10,000 objects of 64 KiB", "small"},
		{"one-2g", "One object of 2 GiB", "one2g"},
		{"model", "Model-like tree: 13 files, 2 GB", "model2g"},
	} {
		for _, p := range farProfiles {
			all = append(all, farRow("far-"+work.name+"-"+p.Name, work.title, work.data, p))
		}
		if work.data == "small" {
			all = append(all, farRow("far-small-10k-"+farBusy.Name, work.title, work.data, farBusy))
		}
	}
	return append(all, farMemoryRow())
}

func farRow(name, title, data string, p farProfile) row {
	return row{Name: name, Issue: "6", Title: title + " → tmpfs; " + p.String(), run: func(ctx context.Context, b *bench, r row) (result, error) {
		d := b.data[data]
		tools := append([]tool{b.ours["cistern"]}, b.before...)
		for _, n := range farFixed {
			tools = append(tools, b.fixed(n))
		}
		for _, t := range b.peers {
			tools = append(tools, farTuned(t))
		}
		res := b.newResult(r, d, tools)
		res.Target, res.Goal, res.Far = string(onTmpfs), farGoal, true
		return res, b.rounds_(ctx, &res, d, tools, contest{
			to: onTmpfs, memoryBytes: memoryLimit, hopeless: farHopeless, closeRounds: 1,
			serve: func() (*server, error) { return b.serveFar(d, p) },
		})
	}}
}

// farHopeless is less than elsewhere: there are more tools, and far rows are long where a tool has few connections.
const farHopeless = 1.5

// farTuned gives a peer the flags that its own documents advise for stores far away; those that were tried are in docs/design/benchmark.md.
func farTuned(t tool) tool {
	switch t.Name {
	case "s5cmd":
		return s5cmdFarTool(t)
	case "rclone":
		return rcloneFarTool(t)
	}
	return t
}

func s5cmdFarTool(t tool) tool {
	t.How = "s5cmd --numworkers 512 cp --concurrency 1 (small objects), --numworkers 64 cp --concurrency 64 --part-size 16 (larger than 64 MiB)"
	t.fill = s5cmdFill(t.program, func(d dataset) []string {
		if largest(d) > partSize {
			return []string{"--numworkers", "64", "cp", "--concurrency", "64", "--part-size", "16"}
		}
		return []string{"--numworkers", "512", "cp", "--concurrency", "1"}
	})
	return t
}

func rcloneFarTool(t tool) tool {
	t.How = "rclone copy --fast-list --no-traverse --inplace --ignore-checksum --use-server-modtime, with --transfers 64 --checkers 64 --buffer-size 0 " +
		"(small objects), --transfers 4 --multi-thread-streams 32 --multi-thread-cutoff 32M --multi-thread-chunk-size 64M (one large object), " +
		"--transfers 16 --multi-thread-streams 64 --multi-thread-cutoff 32M --multi-thread-chunk-size 16M (several)"
	t.fill = rcloneFill(t.program, func(d dataset) []string {
		// The best of those tried on one object of 2 GiB, 25 ms away: 0.97 of the time of the line below.
		if d.Single && largest(d) > partSize {
			return []string{"--transfers", "4", "--multi-thread-streams", "32", "--multi-thread-cutoff", "32M", "--multi-thread-chunk-size", "64M"}
		}
		if largest(d) > partSize {
			return []string{"--transfers", "16", "--multi-thread-streams", "64", "--multi-thread-cutoff", "32M", "--multi-thread-chunk-size", "16M"}
		}
		return []string{"--transfers", "256", "--checkers", "64", "--buffer-size", "0"}
	})
	return t
}

// serveFar gives a store with just the data set that answers by the profile.
func (b *bench) serveFar(d dataset, p farProfile) (*server, error) {
	index, data := filepath.Join(b.shm, "far.json"), filepath.Join(b.shm, "far.data")
	if b.uploaded != "far-"+d.Name {
		if err := b.forget(); err != nil {
			return nil, err
		}
		if err := writeFarData(d, index, data); err != nil {
			return nil, err
		}
		b.uploaded = "far-" + d.Name
	}
	b.far.stop()
	b.far = nil
	s, err := startFarStore(p, index, data, filepath.Join(b.logs, "farstore.log"))
	b.far = s
	return s, err
}

// startFarStore starts the store as a process of its own.
func startFarStore(p farProfile, index, data, log string) (*server, error) {
	self, address, err := selfAndAddress()
	if err != nil {
		return nil, err
	}
	s, err := startProcess("http://"+address, address, log, self, "farstore", "-index", index, "-data", data, "-address", address,
		"-latency", p.Latency.String(), "-rate", strconv.FormatInt(p.BytesPerSecond, 10), "-requests", strconv.Itoa(p.RequestsPerSecond))
	if err == nil {
		s.counts = farCounts(s.endpoint + farCountsPath)
	}
	return s, err
}

// serverCounts is what a store has counted since it was started.
type serverCounts struct{ requests, refused, connections int64 }

func farCounts(link string) func() serverCounts {
	return func() (c serverCounts) {
		client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get(link)
		if err != nil {
			return c
		}
		defer resp.Body.Close()
		if text, err := io.ReadAll(resp.Body); err == nil {
			_, _ = fmt.Sscan(string(text), &c.requests, &c.refused, &c.connections)
		}
		return c
	}
}

// bestFixed is the least median wall time that any fixed number of connections gave, and its tool.
func (r result) bestFixed() (string, float64) {
	name, least := "", 0.0
	for _, t := range r.Tools {
		if t.Kind == fixed && t.complete() {
			if m := t.of(wall).Median; name == "" || m < least {
				name, least = t.Name, m
			}
		}
	}
	return name, least
}

// farSection tells what is told of far stores alone: fixed numbers of connections, and what the store counted.
func (r result) farSection() string {
	own, ok := r.own()
	if !ok {
		return ""
	}
	text := ""
	if name, best := r.bestFixed(); name != "" {
		text += fmt.Sprintf("\nAgainst the best fixed number of connections, %s with %.2f s: %.2f (goal: 1.10).\n", name, best, own.of(wall).Median/best)
	}
	text += "\n| tool | connections | requests | of these refused with 503 |\n|---|---|---|---|\n"
	for _, t := range r.Tools {
		if t.complete() && slices.ContainsFunc(t.Samples, func(s sample) bool { return s.Requests > 0 }) {
			text += fmt.Sprintf("| %s | %.0f | %.0f | %.0f |\n", t.Name, t.of(func(s sample) float64 { return float64(s.Connections) }).Median,
				t.of(func(s sample) float64 { return float64(s.Requests) }).Median, t.of(func(s sample) float64 { return float64(s.Refused) }).Median)
		}
	}
	return text
}
