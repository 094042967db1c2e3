package main

import (
	"context"
	"fmt"
	"strings"
)

// row is one line of the benchmark: what is measured, by its name.
type row struct {
	Name  string
	Issue string
	Title string
	run   func(ctx context.Context, b *bench, r row) (result, error)
}

// target says where files go to.
type target string

const (
	onTmpfs target = "tmpfs"
	onDisk  target = "disk"
)

// goal is what a row is to reach, as ratios against the best peer.
type goal struct {
	Wall float64 `json:"wall,omitempty"`
	CPU  float64 `json:"cpu,omitempty"`
}

var (
	largeGoal = goal{Wall: 0.75, CPU: 0.6}
	smallGoal = goal{Wall: 0.5, CPU: 0.5}
)

func rows() []row {
	all := []row{
		transferRow("one-object-4g-http-tmpfs", "1", "One object of 4 GiB → tmpfs, HTTP", "one", onTmpfs, false, largeGoal),
		transferRow("one-object-4g-http-disk", "1", "One object of 4 GiB → disk, HTTP", "one", onDisk, false, largeGoal),
		transferRow("one-object-4g-tls-tmpfs", "1", "One object of 4 GiB → tmpfs, TLS", "one", onTmpfs, true, largeGoal),
		transferRow("one-object-4g-tls-disk", "1", "One object of 4 GiB → disk, TLS", "one", onDisk, true, largeGoal),
		verifyRow("verify-large", "Digests on and off, one object of 4 GiB → tmpfs", "one"),
		transferRow("small-10k-tmpfs", "2", "10,000 objects of 64 KiB → tmpfs", "small", onTmpfs, false, smallGoal),
		transferRow("small-10k-disk", "2", "10,000 objects of 64 KiB → disk", "small", onDisk, false, smallGoal),
		transferRow("small-10k-tls-tmpfs", "2", "10,000 objects of 64 KiB → tmpfs, TLS", "small", onTmpfs, true, smallGoal),
		verifyRow("verify-small", "Digests on and off, 10,000 objects of 64 KiB → tmpfs", "small"),
		transferRow("model-tree-tmpfs", "3", "Model-like tree: 30 files, 5 GiB → tmpfs", "model", onTmpfs, false, largeGoal),
		transferRow("model-tree-disk", "3", "Model-like tree: 30 files, 5 GiB → disk", "model", onDisk, false, largeGoal),
		transferRow("photo-tree-tmpfs", "3", "Photo-like tree: 100,000 files of 10–200 KiB → tmpfs", "photos", onTmpfs, false, smallGoal),
		transferRow("photo-tree-disk", "3", "Photo-like tree: 100,000 files of 10–200 KiB → disk", "photos", onDisk, false, smallGoal),
		memoryRow("memory-one", "One object of 4 GiB → disk within 256 MiB", "one"),
		memoryRow("memory-small", "10,000 objects of 64 KiB → disk within 256 MiB", "small"),
		memoryRow("memory-model", "Model-like tree → disk within 256 MiB", "model"),
		memoryRow("memory-photos", "Photo-like tree → disk within 256 MiB", "photos"),
		startRow(),
		boundRow(),
		controllerRow(100, 20),
		controllerRow(1000, 100),
		controllerRow(5000, 200),
	}
	return append(all, farRows()...)
}

// choose gives the rows that a list of names, or of beginnings of names, asks for.
func choose(all []row, list string) ([]row, error) {
	if list == "" {
		return all, nil
	}
	var chosen []row
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		found := false
		for _, r := range all {
			if r.Name == name || strings.HasPrefix(r.Name, name+"-") {
				chosen, found = append(chosen, r), true
			}
		}
		if !found {
			var names []string
			for _, r := range all {
				names = append(names, r.Name)
			}
			return nil, fmt.Errorf("no row %q; there are: %s", name, strings.Join(names, " "))
		}
	}
	return chosen, nil
}
