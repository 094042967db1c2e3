package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

type listenList []string

func (l *listenList) String() string     { return strings.Join(*l, " ") }
func (l *listenList) Set(s string) error { *l = append(*l, s); return nil }

// cmdRun runs a program in the control network, where pods reach it at the bridge's address.
func cmdRun(args []string) error {
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	name := nameFlag(flags)
	var listens listenList
	flags.Var(&listens, "listen", "`127.0.0.1:PORT=IP:PORT`: carry a port of the machine to an address inside")
	flags.Parse(args)
	if flags.NArg() == 0 {
		return errors.New("run: no command; put it after --")
	}
	c, _, err := runningCluster(*name)
	if err != nil {
		return err
	}
	for _, l := range listens {
		if err := c.startForward(l); err != nil {
			return err
		}
	}
	cmd := exec.Command(flags.Arg(0), flags.Args()[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.insideKubeconfig())
	// A session of its own would lose the terminal; the same group would hear Ctrl-C twice, which is harmless.
	cmd.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGUSR1, unix.SIGUSR2)
	// The kernel sends the death signal when the thread that forked ends, so that thread waits here as well.
	return inNetns(c.netns(), func() error {
		if err := cmd.Start(); err != nil {
			return err
		}
		go func() {
			for s := range signals {
				cmd.Process.Signal(s)
			}
		}()
		err := cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			if ws, ok := exit.Sys().(unix.WaitStatus); ok && ws.Signaled() {
				return exitCode(128 + int(ws.Signal()))
			}
		}
		return err
	})
}

// startForward takes 127.0.0.1:PORT=IP:PORT; port 0 on the left is any free one, and is said.
func (c cluster) startForward(spec string) error {
	outside, inside, ok := strings.Cut(spec, "=")
	if !ok {
		return fmt.Errorf("--listen %s: not of the form 127.0.0.1:PORT=IP:PORT", spec)
	}
	host, _, err := net.SplitHostPort(outside)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", spec, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("--listen %s: only loopback addresses; nothing of a cluster is shown to the network", spec)
	}
	if host, port, err := net.SplitHostPort(inside); err != nil || net.ParseIP(host) == nil || !isPort(port) {
		return fmt.Errorf("--listen %s: %s is not IP:PORT", spec, inside)
	}
	listener, err := net.Listen("tcp", outside)
	if err != nil {
		return err
	}
	say("%s leads to %s in cluster %s", listener.Addr(), inside, c.name)
	go forward(listener, c.netns(), inside)
	return nil
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 65536
}

// runningCluster is for the commands that need one.
func runningCluster(name string) (cluster, state, error) {
	c, err := newCluster(name)
	if err != nil {
		return c, state{}, err
	}
	s, err := c.loadState()
	return c, s, err
}

func nodeArgs(command string, args []string) (node, state, []string, error) {
	flags := flag.NewFlagSet(command, flag.ExitOnError)
	name := nameFlag(flags)
	which := flags.String("node", "n1", "the node")
	flags.Parse(args)
	c, s, err := runningCluster(*name)
	if err != nil {
		return node{}, s, nil, err
	}
	n, err := c.parseNode(*which, s.Nodes)
	return n, s, flags.Args(), err
}

// cmdNodeExec becomes nsenter: there is nothing left to do for this process.
func cmdNodeExec(args []string) error {
	n, s, command, err := nodeArgs("node-exec", args)
	if err != nil {
		return err
	}
	if len(command) == 0 {
		return errors.New("node-exec: no command; put it after --")
	}
	p := s.Procs[n.name()]
	if !p.alive() {
		return fmt.Errorf("node %s is not running", n.name())
	}
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		return err
	}
	argv := append([]string{"nsenter", "-t", strconv.Itoa(p.Pid), "-m", "-n", "-u", "-i", "-p", "--"}, command...)
	return unix.Exec(nsenter, argv, os.Environ())
}

// cmdNodeKill is a power cut: no farewell, and the disk as it is.
func cmdNodeKill(args []string) error {
	n, s, _, err := nodeArgs("node-kill", args)
	if err != nil {
		return err
	}
	if err := s.Procs[n.name()].kill(); err != nil {
		return err
	}
	// A loop device would not survive a power cut either.
	for _, loop := range loopDevices([]node{n}) {
		if err := detachLoop(loop); err != nil {
			return fmt.Errorf("detach %s: %w", loop, err)
		}
	}
	say("node %s is off", n.name())
	return nil
}

func cmdNodeStart(args []string) error {
	n, _, _, err := nodeArgs("node-start", args)
	if err != nil {
		return err
	}
	release, err := lock("cluster-" + n.cluster.name)
	if err != nil {
		return err
	}
	defer release()
	s, err := n.cluster.loadState()
	if err != nil {
		return err
	}
	if s.Procs[n.name()].alive() {
		say("node %s is already on", n.name())
		return nil
	}
	built := builtParts{}
	for _, name := range clusterParts {
		if built[name], err = ensurePart(name, false); err != nil {
			return err
		}
	}
	if s.Procs[n.name()], err = n.start(built); err != nil {
		return err
	}
	say("node %s is on", n.name())
	return n.cluster.saveState(s)
}

func cmdKubectl(args []string) error {
	flags := flag.NewFlagSet("kubectl", flag.ExitOnError)
	name := nameFlag(flags)
	flags.Parse(args)
	c, _, err := runningCluster(*name)
	if err != nil {
		return err
	}
	if _, err := ensurePart("kubectl", false); err != nil {
		return err
	}
	kubectl, err := program("kubectl")
	if err != nil {
		return err
	}
	argv := append([]string{"kubectl"}, flags.Args()...)
	return unix.Exec(kubectl, argv, append(os.Environ(), "KUBECONFIG="+c.kubeconfig()))
}
