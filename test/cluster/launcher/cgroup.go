package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const cgroupMount = "/sys/fs/cgroup"

// cgroupRoots are the mount points of the hierarchies: one with cgroup v2, about a dozen with v1.
func cgroupRoots() []string {
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer mounts.Close()
	return parseCgroupRoots(bufio.NewScanner(mounts))
}

func parseCgroupRoots(mountinfo *bufio.Scanner) []string {
	var roots []string
	for mountinfo.Scan() {
		// ... 5th: mount point ... "-" type source options
		before, after, ok := strings.Cut(mountinfo.Text(), " - ")
		fields := strings.Fields(before)
		if ok && len(fields) > 4 && strings.HasPrefix(after, "cgroup") && strings.HasPrefix(fields[4], cgroupMount) {
			roots = append(roots, fields[4])
		}
	}
	return roots
}

// makeCgroup makes the node's cgroup, below the cluster's, in every hierarchy: kubelet wants its root to be there.
func makeCgroup(path string) error {
	v2 := isCgroup2(cgroupMount)
	for _, root := range cgroupRoots() {
		dir := root
		for _, name := range strings.Split(path, "/") {
			parent := dir
			dir = filepath.Join(dir, name)
			if v2 {
				delegate(parent)
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			// A v1 cpuset starts empty, and takes no process until it is told what it may use.
			for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
				inheritCpuset(parent, dir, file)
			}
		}
		if v2 {
			delegate(dir)
		}
	}
	return nil
}

func isCgroup2(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && st.Type == unix.CGROUP2_SUPER_MAGIC
}

// delegate turns on every controller of a v2 cgroup for its children, one at a time: one that cannot be is no
// reason to go without the others.
func delegate(dir string) {
	controllers, _ := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	for _, name := range strings.Fields(string(controllers)) {
		os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+name), 0o644)
	}
}

func inheritCpuset(parent, dir, file string) {
	have, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil || len(bytes.TrimSpace(have)) > 0 || isCgroup2(dir) {
		return
	}
	if value, err := os.ReadFile(filepath.Join(parent, file)); err == nil {
		os.WriteFile(filepath.Join(dir, file), value, 0o644)
	}
}

// removeCgroup removes the tree in every hierarchy. A cgroup is busy for a moment after its last process died.
func removeCgroup(path string) error {
	var last error
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		last = nil
		for _, root := range cgroupRoots() {
			if err := removeTree(filepath.Join(root, path)); err != nil {
				last = err
			}
		}
		if last == nil || time.Now().After(deadline) {
			return last
		}
	}
}

// removeTree removes directories only: the files of a cgroup are not there to be removed.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}
