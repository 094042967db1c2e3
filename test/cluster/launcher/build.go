package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

func cmdBuild(args []string) error {
	if len(args) == 0 {
		for _, p := range parts {
			args = append(args, p.name)
		}
	}
	for _, name := range args {
		if _, err := ensurePart(name, true); err != nil {
			return err
		}
	}
	return nil
}

func cmdPart(args []string) error {
	if len(args) != 1 {
		return errors.New("part: name one part or program")
	}
	if _, err := ensurePart(args[0], false); err != nil {
		return err
	}
	path, err := program(args[0])
	if err == nil {
		fmt.Println(path)
	}
	return err
}

// ensurePart builds a part unless the cache has it. Two builds of one part cannot race: the second waits for the
// first and then finds its result, which appears at once by a rename.
func ensurePart(name string, announce bool) (string, error) {
	p, err := findPart(name)
	if err != nil {
		return "", err
	}
	dir, err := p.dir()
	if err != nil {
		return "", err
	}
	if exists(dir) {
		if announce {
			say("%s %s: already built, in %s", p.name, p.version, dir)
		}
		return dir, nil
	}
	tool, install := "go", "install Go 1.26 or newer"
	if p.npm != "" {
		tool, install = "npm", "install Node.js 20 or newer, with npm"
	}
	if _, err := exec.LookPath(tool); err != nil {
		return "", fmt.Errorf("part %s has to be built and there is no %s command: %s", p.name, tool, install)
	}
	release, err := lock("build-" + p.name)
	if err != nil {
		return "", err
	}
	defer release()
	if exists(dir) {
		return dir, nil
	}
	if err := os.MkdirAll(partsDir(), 0o755); err != nil {
		return "", err
	}
	removeStale(p)
	temp, err := os.MkdirTemp(partsDir(), ".building-"+p.name+"-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	start := time.Now()
	say("%s %s: building", p.name, p.version)
	if err := p.compile(temp); err != nil {
		return "", err
	}
	for link, file := range p.programs {
		if link != file {
			if err := os.Symlink(file, filepath.Join(temp, link)); err != nil {
				return "", err
			}
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(temp, dir); err != nil {
		return "", err
	}
	say("%s %s: built in %.0f s, in %s", p.name, p.version, time.Since(start).Seconds(), dir)
	return dir, nil
}

// removeStale drops what an interrupted build left. The part's lock is held, so nobody is writing there.
func removeStale(p part) {
	left, _ := filepath.Glob(filepath.Join(partsDir(), ".building-"+p.name+"-*"))
	for _, dir := range left {
		os.RemoveAll(dir)
	}
}

func (p part) compile(out string) error {
	if p.npm != "" {
		return p.installNode(out)
	}
	ldflags := strings.TrimSpace(plainLdflags + " " + p.ldflags)
	args := []string{"-v", "-trimpath", "-ldflags=" + ldflags}
	var dir string
	if p.module != "" {
		source, err := sourceDir()
		if err != nil {
			return err
		}
		dir = filepath.Join(source, "parts", p.module)
		args = append([]string{"build"}, append(args, "-o", out+"/")...)
		args = append(args, p.packages...)
	} else {
		dir = out // outside of any module, as `go install pkg@version` wants it
		args = append([]string{"install"}, args...)
		for _, pkg := range p.packages {
			args = append(args, pkg+"@v"+p.version)
		}
	}
	cmd := nice("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+out, "GOWORK=off")
	return runBuild(cmd, p)
}

// nice is a command of low priority: a build takes minutes of every core, and the machine is in use.
func nice(program string, args ...string) *exec.Cmd {
	if path, err := exec.LookPath("nice"); err == nil {
		return exec.Command(path, append([]string{"-n", "10", program}, args...)...)
	}
	return exec.Command(program, args...)
}

// installNode installs exactly what the lock file pins; no script of a package is run.
func (p part) installNode(out string) error {
	source, err := sourceDir()
	if err != nil {
		return err
	}
	for _, name := range nodeFiles {
		data, err := os.ReadFile(filepath.Join(source, "parts", p.npm, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
			return err
		}
	}
	cmd := nice("npm", "ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = out
	return runBuild(cmd, p)
}

// runBuild runs go -v, whose output is a line a package: they are counted, and printed only if the build fails.
func runBuild(cmd *exec.Cmd, p part) error {
	output, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var compiled, fetched atomic.Int64
	var tail []string
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			line := lines.Text()
			if strings.HasPrefix(line, "go: downloading") {
				fetched.Add(1)
				continue
			}
			compiled.Add(1)
			if tail = append(tail, line); len(tail) > 40 {
				tail = tail[1:]
			}
		}
	}()
	start := time.Now()
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			say("%s: still building, %.0f s, %d packages compiled, %d modules fetched",
				p.name, time.Since(start).Seconds(), compiled.Load(), fetched.Load())
		case <-read:
			if err := cmd.Wait(); err != nil {
				return fmt.Errorf("building %s: %w\n%s", p.name, err, strings.Join(tail, "\n"))
			}
			return nil
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
