package main

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// loopDevices finds the loop devices whose files are on these nodes. Loop devices belong to the whole machine, so
// they outlive the namespaces of the node that made them.
func loopDevices(nodes []node) []string {
	var found []string
	entries, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, entry := range entries {
		data, err := os.ReadFile(entry)
		if err != nil {
			continue
		}
		dev := "/dev/" + strings.Split(entry, "/")[3]
		for _, n := range nodes {
			if n.ownsLoop(dev, strings.TrimSpace(string(data))) {
				found = append(found, dev)
				break
			}
		}
	}
	return found
}

// ownsLoop tells whether the device's file is the node's. The kernel tells the path as the node sees it, or, once
// the node's mounts are gone, from the root of what was mounted on /var. Another machine's file may have the same
// path, so device and inode decide.
func (n node) ownsLoop(dev, path string) bool {
	f, err := os.Open(dev)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := unix.IoctlLoopGetStatus64(int(f.Fd()))
	if err != nil {
		return false
	}
	for _, candidate := range n.loopPaths(path) {
		var st unix.Stat_t
		if unix.Stat(candidate, &st) == nil && st.Ino == info.Inode && st.Dev == info.Device {
			return true
		}
	}
	return false
}

// loopPaths is where on the machine a file could be that the kernel names so.
func (n node) loopPaths(path string) []string {
	paths := []string{filepath.Join(n.varDir(), path)}
	if rest, ok := strings.CutPrefix(path, "/var/"); ok {
		paths = append(paths, filepath.Join(n.varDir(), rest))
	}
	if strings.HasPrefix(path, n.varDir()+"/") {
		paths = append(paths, path)
	}
	return paths
}

// detachLoop lets go of the file; if something is still mounted, the kernel does so when that ends.
func detachLoop(dev string) error {
	f, err := os.Open(dev)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.IoctlSetInt(int(f.Fd()), unix.LOOP_CLR_FD, 0); err != nil && err != unix.ENXIO {
		return err
	}
	return nil
}
