package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// command is a program to measure, and what it needs around it.
type command struct {
	Argv []string `json:"argv"`
	// Env is the whole environment.
	Env []string `json:"env"`
	Dir string   `json:"dir,omitempty"`
	// Root is the root file system to run in; empty is the machine's.
	Root string `json:"root,omitempty"`
	// Binds are mounted for this command alone: source, then path inside Root.
	Binds [][2]string `json:"binds,omitempty"`
	// Cgroup is a file to write the process id to before the command starts.
	Cgroup string `json:"cgroup,omitempty"`
}

// sample is one run of one tool.
type sample struct {
	WallSeconds float64 `json:"wall_s"`
	// SyncedSeconds includes `sync -f` on the target.
	SyncedSeconds float64 `json:"synced_s"`
	// CPUSeconds is user and system time of the client and of all that it waited for.
	CPUSeconds    float64 `json:"cpu_s"`
	UserSeconds   float64 `json:"user_s"`
	SystemSeconds float64 `json:"system_s"`
	// PeakMB is the peak resident memory of the largest of the client's processes, in 10^6 bytes.
	PeakMB float64 `json:"peak_mb"`
	// ServerCPUSeconds is what the S3 server used while the client ran.
	ServerCPUSeconds float64 `json:"server_cpu_s"`
	// OtherCPUSeconds is what anything else on the machine used: a run with much of it says little.
	OtherCPUSeconds float64 `json:"other_cpu_s"`
	// What a store that counts was asked meanwhile.
	Requests    int64 `json:"requests,omitempty"`
	Refused     int64 `json:"refused,omitempty"`
	Connections int64 `json:"connections,omitempty"`
	// StartNanos is CLOCK_MONOTONIC just before the process was made.
	StartNanos int64 `json:"-"`
}

// spec is what the measuring helper is told, outcome what it answers.
type spec struct {
	Command command `json:"command"`
	Log     string  `json:"log"`
	Sync    string  `json:"sync"`
}

type outcome struct {
	StartNanos int64   `json:"start_ns"`
	EndNanos   int64   `json:"end_ns"`
	SyncNanos  int64   `json:"sync_ns"`
	User       float64 `json:"user"`
	System     float64 `json:"system"`
	PeakKiB    int64   `json:"peak_kib"`
	Exit       int     `json:"exit"`
	Error      string  `json:"error,omitempty"`
}

func monotonicNanos() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err)
	}
	return ts.Nano()
}

// helper is the small process between the benchmark and what it measures: the kernel counts the memory of the process that forks
// as the child's until it has executed its program, and this program is not small.
type helper struct {
	process *exec.Cmd
	out     strings.Builder
	done    chan struct{}
	err     error
}

func startHelper(c command, syncTarget, log string) (*helper, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(log), 0o755); err != nil {
		return nil, err
	}
	in, err := json.Marshal(spec{Command: c, Log: log, Sync: syncTarget})
	if err != nil {
		return nil, err
	}
	h := &helper{process: exec.Command(self, "helper"), done: make(chan struct{})}
	h.process.Stdin = strings.NewReader(string(in))
	h.process.Stdout, h.process.Stderr = &h.out, os.Stderr
	h.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := h.process.Start(); err != nil {
		return nil, err
	}
	go func() {
		h.err = h.process.Wait()
		close(h.done)
	}()
	return h, nil
}

// kill signals the helper's process group, which is what it measures too; the helper itself outlives SIGTERM.
func (h *helper) kill(signal syscall.Signal) { _ = syscall.Kill(-h.process.Process.Pid, signal) }

// outcome waits for the helper; what has not ended ten seconds after a kill is ended for good.
func (h *helper) outcome() (outcome, error) {
	select {
	case <-h.done:
	case <-time.After(10 * time.Second):
		h.kill(syscall.SIGKILL)
		<-h.done
	}
	if h.err != nil {
		return outcome{}, fmt.Errorf("the measuring helper failed: %w", h.err)
	}
	var o outcome
	if err := json.Unmarshal([]byte(h.out.String()), &o); err != nil {
		return outcome{}, fmt.Errorf("the measuring helper answered %q: %w", h.out.String(), err)
	}
	return o, nil
}

// measure runs a command to its end.
func measure(ctx context.Context, c command, syncTarget, log string, server *server) (sample, error) {
	countsBefore := server.count()
	serverBefore, busyBefore := server.cpuSeconds(), busySeconds()
	h, err := startHelper(c, syncTarget, log)
	if err != nil {
		return sample{}, err
	}
	stop := context.AfterFunc(ctx, func() { h.kill(syscall.SIGKILL) })
	<-h.done
	stop()
	serverUsed, busy := server.cpuSeconds()-serverBefore, busySeconds()-busyBefore
	if ctx.Err() != nil {
		return sample{}, fmt.Errorf("ended: %w", context.Cause(ctx))
	}
	o, err := h.outcome()
	if err != nil {
		return sample{}, err
	}
	s := sample{
		WallSeconds:      float64(o.EndNanos-o.StartNanos) / 1e9,
		SyncedSeconds:    float64(o.SyncNanos-o.StartNanos) / 1e9,
		UserSeconds:      o.User,
		SystemSeconds:    o.System,
		CPUSeconds:       o.User + o.System,
		PeakMB:           float64(o.PeakKiB) * 1024 / 1e6,
		ServerCPUSeconds: serverUsed,
		OtherCPUSeconds:  max(0, busy-serverUsed-o.User-o.System),
		StartNanos:       o.StartNanos,
	}
	counts := server.count()
	s.Requests, s.Refused = counts.requests-countsBefore.requests, counts.refused-countsBefore.refused
	// The counts were asked for over one of their own.
	s.Connections = max(0, counts.connections-countsBefore.connections-1)
	if o.Error != "" {
		return s, errors.New(o.Error)
	}
	if o.Exit != 0 {
		return s, fmt.Errorf("exit %d: %s", o.Exit, tail(log, 600))
	}
	return s, nil
}

// helperMain is the process between the benchmark and what it measures.
func helperMain() error {
	runtime.LockOSThread()
	// Taken, not ignored: what is ignored here would be ignored by the command too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM)
	var in spec
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	o := runMeasured(in)
	return json.NewEncoder(os.Stdout).Encode(o)
}

func runMeasured(in spec) outcome {
	c := in.Command
	fail := func(what string, err error) outcome { return outcome{Error: fmt.Sprintf("%s: %v", what, err)} }
	if err := mountFor(c); err != nil {
		return fail("mounts", err)
	}
	if c.Cgroup != "" {
		if err := os.WriteFile(c.Cgroup, []byte(fmt.Sprint(os.Getpid())), 0o644); err != nil {
			return fail("cgroup", err)
		}
	}
	log, err := os.Create(in.Log)
	if err != nil {
		return fail("log", err)
	}
	defer log.Close()
	target := -1
	if in.Sync != "" {
		if target, err = unix.Open(in.Sync, unix.O_RDONLY|unix.O_DIRECTORY, 0); err != nil {
			return fail("target", err)
		}
	}
	cmd := exec.Command(c.Argv[0], c.Argv[1:]...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: c.Root, Pdeathsig: syscall.SIGKILL}
	if c.Root != "" {
		// Looked up inside the root, not on the machine.
		cmd.Path, cmd.Err = c.Argv[0], nil
		if cmd.Dir == "" {
			cmd.Dir = "/"
		}
	}
	o := outcome{StartNanos: monotonicNanos()}
	if err := cmd.Start(); err != nil {
		return fail("start", err)
	}
	err = cmd.Wait()
	o.EndNanos = monotonicNanos()
	o.SyncNanos = o.EndNanos
	if target >= 0 {
		if err := unix.Syncfs(target); err != nil {
			return fail("sync of the target", err)
		}
		o.SyncNanos = monotonicNanos()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fail("wait", err)
	}
	o.Exit = cmd.ProcessState.ExitCode()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.User = seconds(usage.Utime)
		o.System = seconds(usage.Stime)
		o.PeakKiB = usage.Maxrss
	}
	return o
}

// mountFor makes the command's mounts in a mount namespace of this process.
func mountFor(c command) error {
	if c.Root == "" && len(c.Binds) == 0 {
		return nil
	}
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("a mount namespace needs root: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	binds := c.Binds
	if c.Root != "" {
		// A name that is looked up by mistake must not leave the machine.
		resolver := filepath.Join(c.Root, "etc", "resolv.conf")
		if err := os.WriteFile(resolver, []byte("nameserver 127.0.0.1\n"), 0o644); err != nil {
			return err
		}
		// A container's root is a mount point; the JVM looks for that.
		if err := unix.Mount(c.Root, c.Root, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return err
		}
		// A /dev of its own: what is measured writes its termination message there.
		dev := filepath.Join(c.Root, "dev")
		if err := os.MkdirAll(dev, 0o755); err != nil {
			return err
		}
		if err := unix.Mount("tmpfs", dev, "tmpfs", 0, "mode=755"); err != nil {
			return err
		}
		binds = append([][2]string{{"/proc", "/proc"}, {"/sys", "/sys"}, {"/dev/null", "/dev/null"}, {"/dev/zero", "/dev/zero"},
			{"/dev/random", "/dev/random"}, {"/dev/urandom", "/dev/urandom"}}, binds...)
	}
	for _, b := range binds {
		to := filepath.Join("/", c.Root, b[1])
		if info, err := os.Stat(b[0]); err == nil && info.IsDir() {
			if err := os.MkdirAll(to, 0o755); err != nil {
				return err
			}
		} else if _, err := os.Stat(to); os.IsNotExist(err) {
			if err := os.WriteFile(to, nil, 0o644); err != nil {
				return err
			}
		}
		if err := unix.Mount(b[0], to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("%s on %s: %w", b[0], to, err)
		}
	}
	return nil
}

func seconds(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }

// tail is the end of a file, on one line.
func tail(path string, limit int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	text := strings.Join(strings.Fields(string(data)), " ")
	if len(text) > limit {
		text = "…" + text[len(text)-limit:]
	}
	return text
}

// within bounds a run.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("not done after %v", limit))
}
