package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// hostTools is where the machine keeps what the cluster does not build.
type hostTools struct {
	runc   string
	cniDir string
}

// tool is a program of the machine's, and the Debian package that has it.
type tool struct {
	name, deb string
	// look is for what is not in PATH.
	look []string
	// A cluster starts without it, but the tests that run on the cluster want it.
	optional bool
}

var cniDirs = []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

func cniPaths(name string) []string {
	var paths []string
	for _, dir := range cniDirs {
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths
}

var tools = []tool{
	{name: "ip", deb: "iproute2"},
	{name: "nft", deb: "nftables"},
	{name: "conntrack", deb: "conntrack"},
	{name: "runc", deb: "runc"},
	{name: "nsenter", deb: "util-linux"},
	{name: "mount", deb: "mount"},
	{name: "ptp", deb: "containernetworking-plugins", look: cniPaths("ptp")},
	{name: "mkfs.btrfs", deb: "btrfs-progs", optional: true},
	{name: "busybox", deb: "busybox-static", optional: true},
}

func (t tool) path() string {
	for _, p := range t.look {
		if exists(p) {
			return p
		}
	}
	// sbin is not in everybody's PATH.
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		p := filepath.Join(dir, t.name)
		if info, err := os.Stat(p); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return p
		}
	}
	return ""
}

// prepareHost finds the machine's tools, installs what is missing where it can, and otherwise says what is.
func prepareHost() (hostTools, error) {
	if os.Geteuid() != 0 {
		return hostTools{}, errors.New(
			"a cluster needs root: it makes network namespaces, mounts and cgroups (run it with sudo -E)")
	}
	var missing []tool
	for _, t := range tools {
		if t.path() == "" {
			missing = append(missing, t)
		}
	}
	if len(missing) > 0 {
		if err := install(missing); err != nil {
			return hostTools{}, err
		}
	}
	if err := checkKernel(); err != nil {
		return hostTools{}, err
	}
	found := hostTools{}
	for _, t := range tools {
		switch t.name {
		case "runc":
			found.runc = t.path()
		case "ptp":
			found.cniDir = filepath.Dir(t.path())
		}
	}
	return found, nil
}

func install(missing []tool) error {
	var names, debs []string
	required := false
	for _, t := range missing {
		names = append(names, t.name)
		debs = append(debs, t.deb)
		required = required || !t.optional
	}
	problem := fmt.Errorf("missing on this machine: %s (Debian packages: %s)",
		strings.Join(names, " "), strings.Join(debs, " "))
	apt, err := exec.LookPath("apt-get")
	if err == nil {
		say("missing: %s; installing %s with apt-get", strings.Join(names, " "), strings.Join(debs, " "))
		args := append([]string{"install", "-y", "-q", "--no-install-recommends"}, debs...)
		if err = aptGet(apt, args...); err != nil {
			// The package lists may be old, or were never fetched.
			if err = aptGet(apt, "update", "-q"); err == nil {
				err = aptGet(apt, args...)
			}
		}
	}
	if err == nil {
		return nil
	}
	if !required {
		say("%v; going on without", problem)
		return nil
	}
	return fmt.Errorf("%w; installing them failed: %w", problem, err)
}

func aptGet(apt string, args ...string) error {
	cmd := exec.Command(apt, args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	output, err := cmd.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(output)), "\n")
		return fmt.Errorf("apt-get %s: %w: %s", args[0], err, lines[len(lines)-1])
	}
	return nil
}

// checkKernel looks for what cannot be installed.
func checkKernel() error {
	filesystems, err := os.ReadFile("/proc/filesystems")
	if err != nil {
		return err
	}
	if !strings.Contains(string(filesystems), "\toverlay\n") {
		// It may be a module that nobody has asked for yet.
		exec.Command("modprobe", "overlay").Run()
		if filesystems, _ = os.ReadFile("/proc/filesystems"); !strings.Contains(string(filesystems), "\toverlay\n") {
			return errors.New("this kernel has no overlayfs, which containers' root file systems are made of")
		}
	}
	if len(cgroupRoots()) == 0 {
		return errors.New("no cgroup hierarchy is mounted under /sys/fs/cgroup")
	}
	return nil
}
