package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memoryLimit is what a populate Job is given in the memory rows.
const memoryLimit = 256 * mib

// cgroupUse is what a run took of its control group's memory: anonymous pages, kernel memory and page cache together.
type cgroupUse struct {
	LimitBytes int64 `json:"limit_bytes"`
	// PeakBytes reaches the limit whenever files larger than it are written: the page cache takes what is left.
	PeakBytes int64 `json:"peak_bytes"`
	// Reclaims is how often the limit was hit and pages had to be given back.
	Reclaims int64 `json:"limit_hit"`
	OOMKills int64 `json:"oom_kills"`
}

// memoryRow fills a directory inside a memory control group. Memory of a tmpfs would count as the tool's, so it is the disk.
func memoryRow(name, title, data string) row {
	return limitedRow(name, title, data, func(b *bench, d dataset) (*server, error) { return b.serve(d, false) })
}

// farMemoryRow is the one with the most streams that a store far away brings about.
func farMemoryRow() row {
	p := farProfiles[len(farProfiles)-1]
	return limitedRow("far-memory-small", "10,000 objects of 64 KiB → disk within 256 MiB; "+p.String(), "small",
		func(b *bench, d dataset) (*server, error) { return b.serveFar(d, p) })
}

func limitedRow(name, title, data string, serve func(b *bench, d dataset) (*server, error)) row {
	return row{Name: name, Issue: "4", Title: title, run: func(ctx context.Context, b *bench, r row) (result, error) {
		d := b.data[data]
		tools := []tool{b.ours["cistern"]}
		res := b.newResult(r, d, tools)
		res.Target = string(onDisk)
		if err := b.room(d, onDisk); err != nil {
			return res, err
		}
		srv, err := serve(b, d)
		if err != nil {
			return res, err
		}
		t := &res.Tools[0]
		if t.Missing != "" {
			return res, nil
		}
		for round := range b.rounds {
			s, use, err := b.runLimited(ctx, r.Name, tools[0], d, srv, round == 0)
			if use != nil {
				res.Cgroup = append(res.Cgroup, *use)
			}
			if err != nil {
				t.Failed = err.Error()
				say("%s: FAILED: %v", r.Name, err)
				return res, nil
			}
			t.Samples = append(t.Samples, s)
			say("%s: %7.2f s wall %7.2f s CPU, resident peak %.0f MB, group peak %.0f MB of %.0f, limit hit %d times, %d OOM kills",
				r.Name, s.WallSeconds, s.CPUSeconds, s.PeakMB, float64(use.PeakBytes)/1e6, float64(use.LimitBytes)/1e6,
				use.Reclaims, use.OOMKills)
		}
		return res, nil
	}}
}

func (b *bench) runLimited(ctx context.Context, name string, t tool, d dataset, srv *server, allBytes bool) (sample, *cgroupUse, error) {
	group, err := newMemoryGroup(memoryLimit)
	if err != nil {
		return sample{}, nil, err
	}
	defer group.remove()
	dir, err := b.emptyTarget(onDisk)
	if err != nil {
		return sample{}, nil, err
	}
	c, err := t.fill(job{endpoint: srv.endpoint, data: d, dir: dir, home: b.home, memoryBytes: memoryLimit})
	if err != nil {
		return sample{}, nil, err
	}
	c.Cgroup = filepath.Join(group.dir, "cgroup.procs")
	ctx, cancel := within(ctx, runLimit)
	defer cancel()
	s, err := measure(ctx, c, dir, filepath.Join(b.logs, name+"-"+t.Name+".log"), srv)
	use := group.use()
	if err == nil {
		err = check(d, dir, allBytes)
	}
	return s, &use, err
}

// memoryGroup is a control group of either version.
type memoryGroup struct {
	dir     string
	unified bool
}

func newMemoryGroup(limitBytes int64) (*memoryGroup, error) {
	name := fmt.Sprintf("cistern-bench-%d", os.Getpid())
	g := &memoryGroup{dir: filepath.Join("/sys/fs/cgroup/memory", name)}
	limitFile := "memory.limit_in_bytes"
	if _, err := os.Stat("/sys/fs/cgroup/memory/memory.limit_in_bytes"); err != nil {
		controllers, _ := os.ReadFile("/sys/fs/cgroup/cgroup.subtree_control")
		if !strings.Contains(string(controllers), "memory") {
			return nil, errors.New("no memory control group can be made here: neither a v1 hierarchy nor a v2 root that hands the controller down")
		}
		g = &memoryGroup{dir: filepath.Join("/sys/fs/cgroup", name), unified: true}
		limitFile = "memory.max"
	}
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(g.dir, limitFile), []byte(strconv.FormatInt(limitBytes, 10)), 0o644); err != nil {
		g.remove()
		return nil, err
	}
	return g, nil
}

func (g *memoryGroup) use() cgroupUse {
	if g.unified {
		return cgroupUse{
			LimitBytes: g.number("memory.max"), PeakBytes: g.number("memory.peak"),
			Reclaims: g.value("memory.events", "max"), OOMKills: g.value("memory.events", "oom_kill"),
		}
	}
	return cgroupUse{
		LimitBytes: g.number("memory.limit_in_bytes"), PeakBytes: g.number("memory.max_usage_in_bytes"),
		Reclaims: g.number("memory.failcnt"), OOMKills: g.value("memory.oom_control", "oom_kill"),
	}
}

// cpuSeconds is what the processes in the group have used so far.
func (g *memoryGroup) cpuSeconds() (sum float64) {
	data, _ := os.ReadFile(filepath.Join(g.dir, "cgroup.procs"))
	for pid := range strings.FieldsSeq(string(data)) {
		sum += processSeconds(pid)
	}
	return sum
}

func (g *memoryGroup) number(file string) int64 {
	data, _ := os.ReadFile(filepath.Join(g.dir, file))
	n, _ := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n
}

func (g *memoryGroup) value(file, name string) int64 {
	f := strings.Fields(lineOf(filepath.Join(g.dir, file), name+" "))
	if len(f) < 2 {
		return 0
	}
	n, _ := strconv.ParseInt(f[1], 10, 64)
	return n
}

func (g *memoryGroup) remove() {
	if err := os.Remove(g.dir); err != nil {
		say("cannot remove %s: %v", g.dir, err)
	}
}

func memoryAvailable() int64 {
	f := strings.Fields(field("/proc/meminfo", "MemAvailable"))
	if len(f) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(f[0], 10, 64)
	return n * kib
}
