package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// initSpec is what a namespace's first process does: prepare the mounts of a node, and keep services running.
//
// Each node, and the control plane, has a process namespace, so that one kill takes everything that was ever started
// in it, however deep it hid: shims, pods, a CSI plugin's helpers. Its mounts go with it in the same way.
type initSpec struct {
	Name     string
	Services []service
	LogDir   string
	// For a node; empty for the control plane.
	Hostname   string
	ClusterDir string
	PartsDir   string
	VarDir     string
	CNIConf    string
}

// Where a node sees the directories that /run and /var would hide, wherever the cache is.
const (
	insideCluster = "/run/cistern/cluster"
	insideParts   = "/run/cistern/parts"
	insideCNI     = "/run/cistern/cni"
)

func cmdInit(args []string) error {
	if len(args) != 1 || os.Getpid() != 1 {
		return errors.New("_init is for the launcher's own use")
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var spec initSpec
	if err := json.Unmarshal(data, &spec); err != nil {
		return err
	}
	// Private first: nothing that is mounted from here on is seen on the machine.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if spec.Hostname != "" {
		if err := spec.prepareNode(); err != nil {
			return err
		}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, unix.SIGTERM, unix.SIGINT)
	super := newSupervisor(spec.LogDir, spec.Name)
	go super.reap()
	for _, s := range spec.Services {
		go super.run(s)
	}
	<-stop
	if spec.Hostname != "" {
		super.farewell(1500 * time.Millisecond)
	}
	return nil // and the kernel kills whatever is left in this process namespace
}

func (s initSpec) prepareNode() error {
	// Opened before anything is hidden, and bound by descriptor.
	open := func(path string) (string, error) {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY, 0)
		return fmt.Sprintf("/proc/self/fd/%d", fd), err
	}
	clusterDir, err := open(s.ClusterDir)
	if err != nil {
		return fmt.Errorf("%s: %w", s.ClusterDir, err)
	}
	partsDir, err := open(s.PartsDir)
	if err != nil {
		return fmt.Errorf("%s: %w", s.PartsDir, err)
	}
	varDir, err := open(s.VarDir)
	if err != nil {
		return fmt.Errorf("%s: %w", s.VarDir, err)
	}
	if err := unix.Mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	for _, dir := range []string{insideCluster, insideParts, insideCNI, "/run/lock", "/run/netns"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for target, source := range map[string]string{insideCluster: clusterDir, insideParts: partsDir, "/var": varDir} {
		if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("bind %s: %w", target, err)
		}
	}
	if err := os.WriteFile(filepath.Join(insideCNI, "10-cistern.conflist"), []byte(s.CNIConf), 0o644); err != nil {
		return err
	}
	// Shared from here on: a privileged pod with Bidirectional propagation mounts for the whole node.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("make mounts shared: %w", err)
	}
	return unix.Sethostname([]byte(s.Hostname))
}
