package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// service is a program that an init keeps running.
type service struct {
	Name string
	Argv []string
	Path []string // directories that it finds its helpers in
	// After is what must be true before it starts: "ready" (the API server is), "unix:PATH" (somebody listens
	// there), "done:NAME" (a service that runs once has succeeded).
	After []string
	Once  bool
}

// supervisor starts services and is the parent of every orphan in its process namespace.
type supervisor struct {
	logDir, name string

	mu     sync.Mutex
	exits  map[int]chan unix.WaitStatus
	done   map[string]bool
	ending bool
}

func newSupervisor(logDir, name string) *supervisor {
	if name != "control" {
		logDir = filepath.Join(insideCluster, "logs")
	}
	return &supervisor{logDir: logDir, name: name, exits: map[int]chan unix.WaitStatus{}, done: map[string]bool{}}
}

// reap collects every dead child, its own services and orphans alike. It is the only one that waits, so os/exec
// must not be used in this process.
func (s *supervisor) reap() {
	children := make(chan os.Signal, 1)
	signal.Notify(children, unix.SIGCHLD)
	for range children {
		for {
			var status unix.WaitStatus
			// Under the lock, so that a service that dies at once is known by the time it is looked up.
			s.mu.Lock()
			pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
			exit := s.exits[pid]
			delete(s.exits, pid)
			s.mu.Unlock()
			if err != nil || pid <= 0 {
				break
			}
			if exit != nil {
				exit <- status
			}
		}
	}
}

func (s *supervisor) start(svc service) (<-chan unix.WaitStatus, error) {
	log, err := os.OpenFile(filepath.Join(s.logDir, s.name+"-"+svc.Name+".log"),
		os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	path := append(append([]string{}, svc.Path...), "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
	p, err := os.StartProcess(svc.Argv[0], svc.Argv, &os.ProcAttr{
		Dir:   "/",
		Env:   []string{"HOME=/root", "PATH=" + strings.Join(path, ":")},
		Files: []*os.File{null, log, log},
		Sys:   &unix.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, err
	}
	exit := make(chan unix.WaitStatus, 1)
	s.exits[p.Pid] = exit
	return exit, p.Release()
}

// run keeps one service running, the way an init system would: it comes back a second after it dies.
func (s *supervisor) run(svc service) {
	for !s.isReady(svc.After) {
		time.Sleep(50 * time.Millisecond)
	}
	for {
		s.note("%s starts", svc.Name)
		exit, err := s.start(svc)
		if err != nil {
			s.note("%s: %v", svc.Name, err)
		} else {
			status := <-exit
			s.note("%s ended: exit %d, signal %d", svc.Name, status.ExitStatus(), status.Signal())
			if svc.Once && status.Exited() && status.ExitStatus() == 0 {
				s.mu.Lock()
				s.done[svc.Name] = true
				s.mu.Unlock()
				return
			}
		}
		if s.isEnding() {
			return
		}
		time.Sleep(time.Second)
	}
}

// note goes to the init's own log; each service has another.
func (s *supervisor) note(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s %s\n", time.Now().Format("15:04:05.000"), fmt.Sprintf(format, args...))
}

func (s *supervisor) isEnding() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ending
}

func (s *supervisor) isReady(conditions []string) bool {
	for _, c := range conditions {
		kind, arg, _ := strings.Cut(c, ":")
		ok := false
		switch kind {
		case "ready":
			ok = apiReady()
		case "unix":
			conn, err := net.DialTimeout("unix", arg, time.Second)
			if ok = err == nil; ok {
				conn.Close()
			}
		case "done":
			s.mu.Lock()
			ok = s.done[arg]
			s.mu.Unlock()
		}
		if !ok {
			return false
		}
	}
	return true
}

// readyClient asks a question without a secret in it, so it needs no proof of who answers.
var readyClient = &http.Client{
	Timeout:   2 * time.Second,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
}

func apiReady() bool {
	url := fmt.Sprintf("https://%s:%d/readyz", bridgeIP, apiPort)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := readyClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// farewell lets programs end by themselves, for a bounded time: a CSI plugin may have something to write.
func (s *supervisor) farewell(patience time.Duration) {
	s.mu.Lock()
	s.ending = true
	s.mu.Unlock()
	unix.Kill(-1, unix.SIGTERM)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if unix.Kill(-1, 0) == unix.ESRCH {
			return
		}
	}
}
