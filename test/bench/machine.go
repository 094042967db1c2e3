package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// machine is where the numbers were taken.
type machine struct {
	CPU      string   `json:"cpu"`
	Cores    int      `json:"cores"`
	Kernel   string   `json:"kernel"`
	MemoryGB float64  `json:"memory_gb"`
	Disk     string   `json:"disk"`
	Tmpfs    string   `json:"tmpfs"`
	Load     string   `json:"load_at_start"`
	System   string   `json:"system"`
	Notes    []string `json:"notes,omitempty"`
}

func describe(disk, tmpfs string) machine {
	var uts unix.Utsname
	_ = unix.Uname(&uts)
	m := machine{
		CPU:    field("/proc/cpuinfo", "model name"),
		Cores:  runtime.NumCPU(),
		Kernel: unix.ByteSliceToString(uts.Sysname[:]) + " " + unix.ByteSliceToString(uts.Release[:]),
		Disk:   filesystem(disk),
		Tmpfs:  filesystem(tmpfs),
		Load:   loadAverage(),
		System: strings.Trim(strings.TrimPrefix(lineOf("/etc/os-release", "PRETTY_NAME="), "PRETTY_NAME="), `"`),
	}
	if kib, err := strconv.ParseFloat(strings.Fields(field("/proc/meminfo", "MemTotal") + " 0")[0], 64); err == nil {
		m.MemoryGB = kib * 1024 / 1e9
	}
	return m
}

// field is the value of the first `name : value` line.
func field(path, name string) string {
	line := lineOf(path, name)
	if _, value, ok := strings.Cut(line, ":"); ok {
		return strings.TrimSpace(value)
	}
	return "unknown"
}

func lineOf(path, prefix string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), prefix) {
			return s.Text()
		}
	}
	return ""
}

// filesystem names the type, the mount options and the room of the file system that a directory is on.
func filesystem(dir string) string {
	best, text := "", "unknown"
	data, _ := os.ReadFile("/proc/self/mounts")
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) < 4 || len(f[1]) < len(best) {
			continue
		}
		if f[1] == "/" || dir == f[1] || strings.HasPrefix(dir, f[1]+"/") {
			best, text = f[1], f[2]+" ("+f[3]+")"
		}
	}
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) == nil {
		text += fmt.Sprintf(", %.0f GB free of %.0f GB",
			float64(st.Bavail)*float64(st.Bsize)/1e9, float64(st.Blocks)*float64(st.Bsize)/1e9)
	}
	return text
}

func loadAverage() string {
	data, _ := os.ReadFile("/proc/loadavg")
	f := strings.Fields(string(data))
	if len(f) < 3 {
		return "unknown"
	}
	return strings.Join(f[:3], " ")
}

// busySeconds is what all processors together have spent on anything but waiting since the machine started.
func busySeconds() float64 {
	f := strings.Fields(lineOf("/proc/stat", "cpu "))
	var ticks float64
	for i, text := range f {
		// Fields 4 and 5 are idle and iowait; 9 and 10 are contained in 1 and 2.
		if i == 0 || i == 4 || i == 5 || i > 8 {
			continue
		}
		n, _ := strconv.ParseFloat(text, 64)
		ticks += n
	}
	return ticks / ticksPerSecond
}

// ticksPerSecond is USER_HZ, which is 100 on every platform that Linux gives Go.
const ticksPerSecond = 100

const (
	// keepBesides is what a tool and the kernel need besides the bytes that it writes.
	keepBesides = 1 << 30
	// keepLeaves is what stays free while memory is written to.
	keepLeaves = 2 << 30
	// keepEvery is how many bytes lie between two pages that are kept: half of a block that a balloon takes (2 MiB on amd64).
	keepEvery = 1 << 20
)

// keptMemory is memory that the machine's host is kept from taking back.
type keptMemory []byte

// keepMemory makes sure that a row finds as much free memory as it will need, with nothing to pay for it but the kernel's own work.
//
// A virtual machine may hand free memory back to its host within seconds and pay for each page when it is next used, at times more than
// for writing the file. What it hands back is free blocks of 2 MiB or so (free page reporting of virtio-balloon). So all of the memory is written to
// once, and then freed but for one page in each half of such a block: no block is free as a whole until [keptMemory.release].
func keepMemory(bytes int64) (keptMemory, error) {
	page := int64(os.Getpagesize())
	size := min(bytes+keepBesides, memoryAvailable()-keepLeaves) / keepEvery * keepEvery
	if size <= 0 {
		return nil, nil
	}
	memory, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("taking %d bytes of free memory: %w", size, err)
	}
	// A huge page would be kept as a whole for the sake of one page. Kernels that have none refuse.
	_ = unix.Madvise(memory, unix.MADV_NOHUGEPAGE)
	for at := int64(0); at < size; at += page {
		memory[at] = 1
	}
	for at := int64(0); at < size; at += keepEvery {
		if err := unix.Madvise(memory[at+page:at+keepEvery], unix.MADV_DONTNEED); err != nil {
			return nil, errors.Join(fmt.Errorf("freeing memory: %w", err), unix.Munmap(memory))
		}
	}
	return memory, nil
}

func (m keptMemory) release() {
	if len(m) > 0 {
		_ = unix.Munmap(m)
	}
}
