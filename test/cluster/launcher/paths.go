package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"golang.org/x/sys/unix"
)

func cacheDir() string {
	if dir := os.Getenv("CISTERN_CACHE"); dir != "" {
		if abs, err := filepath.Abs(dir); err == nil {
			return abs
		}
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/root"
	}
	return filepath.Join(home, ".cache", "cistern")
}

func partsDir() string    { return filepath.Join(cacheDir(), "parts") }
func clustersDir() string { return filepath.Join(cacheDir(), "clusters") }

// sourceDir is test/cluster; the wrapper script tells it, because the launcher itself runs from the cache.
func sourceDir() (string, error) {
	if dir := os.Getenv("CISTERN_CLUSTER_SRC"); dir != "" {
		return dir, nil
	}
	return "", errors.New("CISTERN_CLUSTER_SRC is not set: start this program by test/cluster/cluster")
}

// validName keeps names usable in paths, cgroups and network namespaces alike.
var validName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)

func checkName(name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("%q is not a cluster's name: up to 20 of a-z, 0-9 and -, a letter first", name)
	}
	// "a-n1" would have the same network namespace as node n1 of the cluster "a".
	if regexp.MustCompile(`-n[0-9]+$`).MatchString(name) {
		return fmt.Errorf("%q is not a cluster's name: names ending in -nNUMBER are those of nodes", name)
	}
	return nil
}

// lock takes an exclusive lock that the kernel drops when this process ends. A builder or another `up` that holds
// it is named in what is said, and then waited for.
func lock(name string) (release func(), err error) {
	dir := filepath.Join(cacheDir(), "locks")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	// Close-on-exec, so that daemons started under the lock do not keep it.
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		say("waiting: another process works on %s", name)
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
	return func() { f.Close() }, nil
}
