package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// proc is a process by its id and its start time. The id alone may belong to somebody else by now.
type proc struct {
	Pid   int    `json:"pid"`
	Start uint64 `json:"start"`
}

func newProc(pid int) (proc, error) {
	start, err := startTime(pid)
	return proc{pid, start}, err
}

// startTime is field 22 of /proc/PID/stat, in clock ticks since boot.
func startTime(pid int) (uint64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseStartTime(string(data))
}

func parseStartTime(stat string) (uint64, error) {
	// The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
	end := strings.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, fmt.Errorf("not a stat line: %q", stat)
	}
	fields := strings.Fields(stat[end+1:])
	if len(fields) < 20 {
		return 0, fmt.Errorf("not a stat line: %q", stat)
	}
	// A zombie is dead: it holds nothing and only waits for its parent to look.
	if fields[0] == "Z" || fields[0] == "X" {
		return 0, os.ErrProcessDone
	}
	return strconv.ParseUint(fields[19], 10, 64)
}

func (p proc) alive() bool {
	if p.Pid <= 0 {
		return false
	}
	start, err := startTime(p.Pid)
	return err == nil && start == p.Start
}

// stop asks, waits, and then insists.
func (p proc) stop(patience time.Duration) error {
	if !p.alive() {
		return nil
	}
	unix.Kill(p.Pid, unix.SIGTERM)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if !p.alive() {
			return nil
		}
	}
	return p.kill()
}

func (p proc) kill() error {
	if !p.alive() {
		return nil
	}
	unix.Kill(p.Pid, unix.SIGKILL)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if !p.alive() {
			return nil
		}
	}
	return fmt.Errorf("process %d is still there 10 s after SIGKILL", p.Pid)
}

// procsInNetns finds the processes of this machine whose network namespace is one of those files'. This is how
// what a crashed launcher forgot to write down is found: a cluster's namespaces hold nothing but the cluster.
func procsInNetns(paths []string) []proc {
	wanted := map[uint64]bool{}
	for _, path := range paths {
		var st unix.Stat_t
		if unix.Stat(path, &st) == nil {
			wanted[st.Ino] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	entries, _ := os.ReadDir("/proc")
	var found []proc
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		var st unix.Stat_t
		if unix.Stat(fmt.Sprintf("/proc/%d/ns/net", pid), &st) != nil || !wanted[st.Ino] {
			continue
		}
		if p, err := newProc(pid); err == nil {
			found = append(found, p)
		}
	}
	return found
}
