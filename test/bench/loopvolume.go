package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// loopVolume is a file system of its own in a sparse file: ext4 with inodes for the files, in which the bytes of small ones lie. Memory of
// a tmpfs would count as the tool's, and a disk that others use would be synced for them.
type loopVolume struct {
	file, device, mounted string
}

// newLoopVolume makes one with room for so many files, and as many directories as they need.
func newLoopVolume(dir string, files int) (v *loopVolume, err error) {
	v = &loopVolume{file: filepath.Join(dir, "volume.img"), mounted: filepath.Join(dir, "volume")}
	defer func() {
		if err != nil {
			v.remove()
		}
	}()
	if err := os.MkdirAll(v.mounted, 0o755); err != nil {
		return v, err
	}
	f, err := os.Create(v.file)
	if err != nil {
		return v, err
	}
	inodes := int64(files) + int64(files)/countedFolder + 10_000
	// A block for each, which the fill's capacity check counts and nothing takes; inodes, directories and the engine's own files; a GiB besides.
	err = f.Truncate((inodes*(4096+inlineInode+500)/mib + 1024) * mib)
	f.Close()
	if err != nil {
		return v, err
	}
	if _, err := loopCommand("mkfs.ext4", "-q", "-F", "-O", "inline_data", "-I", strconv.Itoa(inlineInode), "-N", strconv.FormatInt(inodes, 10),
		"-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", v.file); err != nil {
		return v, err
	}
	if v.device, err = loopCommand("losetup", "--find", "--show", "--direct-io=on", v.file); err != nil {
		return v, err
	}
	return v, unix.Mount(v.device, v.mounted, "ext4", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_RELATIME, "")
}

func loopCommand(argv ...string) (string, error) {
	var said strings.Builder
	command := exec.Command(argv[0], argv[1:]...)
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, said.String())
	}
	return strings.TrimSpace(string(out)), nil
}

func (v *loopVolume) remove() {
	_ = unix.Unmount(v.mounted, 0)
	if v.device != "" {
		if _, err := loopCommand("losetup", "-d", v.device); err != nil {
			say("%v", err)
		}
	}
	_ = os.Remove(v.file)
}
