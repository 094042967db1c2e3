package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

func cmdDown(args []string) error {
	flags := flag.NewFlagSet("down", flag.ExitOnError)
	name := nameFlag(flags)
	all := flags.Bool("all", false, "stop every cluster")
	flags.Parse(args)
	if os.Geteuid() != 0 {
		return errors.New("stopping a cluster needs root")
	}
	names := []string{*name}
	if *all {
		var err error
		if names, err = allClusters(); err != nil {
			return err
		}
	}
	var failures []error
	for _, name := range names {
		c, err := newCluster(name)
		if err == nil {
			err = c.down()
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

func allClusters() ([]string, error) {
	entries, err := os.ReadDir(clustersDir())
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && checkName(e.Name()) == nil {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (c cluster) down() error {
	release, err := lock("cluster-" + c.name)
	if err != nil {
		return err
	}
	defer release()
	if !c.anythingLeft() {
		say("cluster %s is not running", c.name)
		return nil
	}
	if err := c.clear(); err != nil {
		return err
	}
	say("cluster %s is gone", c.name)
	return nil
}

// leftovers names everything of a cluster that is on the machine.
func (c cluster) leftovers() []string {
	var found []string
	names := c.clusterNetns()
	for _, p := range c.procs() {
		found = append(found, fmt.Sprintf("process %d", p.Pid))
	}
	for _, name := range names {
		found = append(found, "network namespace "+name)
	}
	for _, root := range cgroupRoots() {
		if dir := filepath.Join(root, c.cgroup()); exists(dir) {
			found = append(found, "cgroup "+dir)
		}
	}
	for _, loop := range loopDevices(c.nodes(maxNodes)) {
		found = append(found, "loop device "+loop)
	}
	if exists(c.dir) {
		found = append(found, "directory "+c.dir)
	}
	return found
}

func (c cluster) anythingLeft() bool { return len(c.leftovers()) > 0 }

// procs are the processes that were written down and those that are in the cluster's network namespaces.
func (c cluster) procs() []proc {
	seen := map[proc]bool{}
	if s, err := c.loadState(); err == nil {
		for _, p := range s.Procs {
			if p.alive() {
				seen[p] = true
			}
		}
	}
	var paths []string
	for _, name := range c.clusterNetns() {
		paths = append(paths, netnsPath(name))
	}
	for _, p := range procsInNetns(paths) {
		seen[p] = true
	}
	var all []proc
	for p := range seen {
		all = append(all, p)
	}
	return all
}

// clear stops the cluster and removes everything of it, logs included.
func (c cluster) clear() error {
	if err := c.stopAll(); err != nil {
		return err
	}
	return os.RemoveAll(c.dir)
}

// stopAll stops the cluster; its files stay.
func (c cluster) stopAll() error {
	var failures []error
	if s, err := c.loadState(); err == nil {
		var group sync.WaitGroup
		var mu sync.Mutex
		for name, p := range s.Procs {
			group.Add(1)
			go func() {
				defer group.Done()
				// A node's init needs up to 1.5 s for its farewell.
				if err := p.stop(4 * time.Second); err != nil {
					mu.Lock()
					failures = append(failures, fmt.Errorf("%s: %w", name, err))
					mu.Unlock()
				}
			}()
		}
		group.Wait()
	}
	// What nobody wrote down, and programs of `cluster run`: asked first, all at once.
	rest := c.procs()
	for _, p := range rest {
		if p.alive() {
			unix.Kill(p.Pid, unix.SIGTERM)
		}
	}
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline) && len(c.procs()) > 0; {
		time.Sleep(20 * time.Millisecond)
	}
	for _, p := range c.procs() {
		if err := p.kill(); err != nil {
			failures = append(failures, err)
		}
	}
	for _, loop := range loopDevices(c.nodes(maxNodes)) {
		if err := detachLoop(loop); err != nil {
			failures = append(failures, fmt.Errorf("detach %s: %w", loop, err))
		}
	}
	for _, name := range c.clusterNetns() {
		if output, err := exec.Command("ip", "netns", "del", name).CombinedOutput(); err != nil {
			failures = append(failures, fmt.Errorf("ip netns del %s: %s", name, strings.TrimSpace(string(output))))
		}
	}
	forgetNetnsDir()
	if err := removeCgroup(c.cgroup()); err != nil {
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// forgetNetnsDir undoes what the first `ip netns add` on a machine does: it mounts the directory on itself.
func forgetNetnsDir() {
	if os.Remove(netnsDir) == nil {
		return
	}
	if entries, err := os.ReadDir(netnsDir); err == nil && len(entries) == 0 {
		if unix.Unmount(netnsDir, 0) == nil {
			os.Remove(netnsDir)
		}
	}
}
