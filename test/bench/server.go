package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	accessKey = "AKIACISTERNBENCH"
	secretKey = "cistern-bench-secret"
	region    = "us-east-1"
	bucket    = "bench"
)

// server is the S3 server that all tools read from.
type server struct {
	endpoint string
	process  *exec.Cmd
	done     chan struct{}
	// counts asks a store that counts; nil where it does not.
	counts func() serverCounts
}

func (s *server) count() serverCounts {
	if s == nil || s.counts == nil {
		return serverCounts{}
	}
	return s.counts()
}

// startServer starts versitygw on a directory, on a free port of the loopback; with TLS if a certificate is given.
func startServer(program, data, log string, tls *certificates) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	// The temporary files of uploads lie beside the bucket's; everything else is as versitygw has it.
	args := []string{"--access", accessKey, "--secret", secretKey, "--region", region, "--port", address, "--keep-alive", "--quiet"}
	endpoint := "http://" + address
	if tls != nil {
		args = append(args, "--cert", tls.serverCert, "--key", tls.serverKey)
		endpoint = "https://" + address
	}
	return startProcess(endpoint, address, log, program, append(args, "posix", data)...)
}

// startProcess starts a server as a process that ends with this one, and waits until it listens.
func startProcess(endpoint, address, log, program string, args ...string) (*server, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	// The main goroutine starts it and is locked to the main thread, so the signal comes only when this program is gone.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Dir(log)}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{endpoint: endpoint, process: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(s.done)
	}()
	for deadline := time.Now().Add(20 * time.Second); ; {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			conn.Close()
			return s, nil
		}
		select {
		case <-s.done:
			return nil, fmt.Errorf("the S3 server ended at once: %s", tail(log, 400))
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.stop()
			return nil, fmt.Errorf("the S3 server does not listen on %s: %w", address, err)
		}
	}
}

func (s *server) stop() {
	if s == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		_ = s.process.Process.Kill()
		<-s.done
	}
}

// cpuSeconds is what the server has used so far.
func (s *server) cpuSeconds() float64 {
	if s == nil {
		return 0
	}
	return processSeconds(strconv.Itoa(s.process.Process.Pid))
}

// processSeconds is the user and system time of a process, zero if it is gone.
func processSeconds(pid string) float64 {
	data, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	// The name may hold spaces; what counts comes after its bracket.
	f := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return (user + system) / ticksPerSecond
}

// selfAndAddress are this program and a free address of the loopback.
func selfAndAddress() (self, address string, err error) {
	if self, err = os.Executable(); err != nil {
		return "", "", err
	}
	port, err := freePort()
	return self, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// outputOf runs a short program and gives the last line of what it printed.
func outputOf(ctx context.Context, dir string, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1], nil
}
