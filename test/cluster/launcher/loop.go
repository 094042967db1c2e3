package main

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// loopDevices finds the loop devices whose files are on the cluster's nodes. The kernel tells a file's path as the
// node saw it, under /var, so the path is tried in every node's directory, and device and inode decide.
func (c cluster) loopDevices() []string {
	var found []string
	entries, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, entry := range entries {
		data, err := os.ReadFile(entry)
		if err != nil {
			continue
		}
		path := strings.TrimSpace(string(data))
		dev := "/dev/" + strings.Split(entry, "/")[3]
		if strings.HasPrefix(path, c.dir+"/") || c.ownsLoop(dev, path) {
			found = append(found, dev)
		}
	}
	return found
}

func (c cluster) ownsLoop(dev, path string) bool {
	rest, ok := strings.CutPrefix(path, "/var/")
	if !ok {
		return false
	}
	f, err := os.Open(dev)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := unix.IoctlLoopGetStatus64(int(f.Fd()))
	if err != nil {
		return false
	}
	for _, n := range c.nodes(maxNodes) {
		var st unix.Stat_t
		if unix.Stat(filepath.Join(n.varDir(), rest), &st) == nil && st.Ino == info.Inode && st.Dev == info.Device {
			return true
		}
	}
	return false
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
