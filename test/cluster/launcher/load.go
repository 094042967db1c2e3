package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strings"
	"sync"
)

// cmdLoad imports every archive on every node, all at the same time.
func cmdLoad(args []string) error {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	name := nameFlag(flags)
	flags.Parse(args)
	if flags.NArg() == 0 {
		return errors.New("load: name at least one image archive")
	}
	c, s, err := runningCluster(*name)
	if err != nil {
		return err
	}
	if _, err := ensurePart("ctr", false); err != nil {
		return err
	}
	ctr, err := program("ctr")
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var failures []error
	images := map[string]int{}
	var group sync.WaitGroup
	for _, n := range c.nodes(s.Nodes) {
		for _, tar := range flags.Args() {
			group.Add(1)
			go func() {
				defer group.Done()
				names, err := n.importImage(ctr, s, tar)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failures = append(failures, fmt.Errorf("%s on %s: %w", tar, n.name(), err))
				}
				for _, name := range names {
					images[name]++
				}
			}()
		}
	}
	group.Wait()
	var names []string
	for name := range images {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Println(name)
	}
	if len(failures) == 0 {
		say("loaded %d images on %d nodes", len(names), s.Nodes)
	}
	return errors.Join(failures...)
}

// importImage talks to the node's containerd through the node's root directory, so that archives are read from
// wherever the caller has them.
func (n node) importImage(ctr string, s state, tar string) ([]string, error) {
	p := s.Procs[n.name()]
	if !p.alive() {
		return nil, errors.New("the node is not running")
	}
	if _, err := os.Stat(tar); err != nil {
		return nil, err
	}
	socket := fmt.Sprintf("/proc/%d/root/run/containerd/containerd.sock", p.Pid)
	cmd := exec.Command(ctr, "-a", socket, "-n", "k8s.io", "images", "import", tar)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(output.String()))
	}
	return importedNames(output.String()), nil
}

// importedNames finds the images in what ctr prints of its progress: lines of a name and the word saved.
func importedNames(output string) []string {
	var names []string
	for line := range strings.Lines(output) {
		if f := strings.Fields(line); len(f) == 2 && f[1] == "saved" {
			names = append(names, f[0])
		}
	}
	return names
}
