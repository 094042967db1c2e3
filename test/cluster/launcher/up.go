package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func nameFlag(flags *flag.FlagSet) *string {
	return flags.String("name", "cistern", "the cluster's name")
}

func cmdUp(args []string) error {
	flags := flag.NewFlagSet("up", flag.ExitOnError)
	name := nameFlag(flags)
	count := flags.Int("nodes", 2, "how many nodes, 1 to 3")
	flags.Parse(args)
	c, err := newCluster(*name)
	if err != nil {
		return err
	}
	if *count < 1 || *count > maxNodes {
		return fmt.Errorf("--nodes %d: 1 to %d are possible", *count, maxNodes)
	}
	if err := c.up(*count); err != nil {
		return err
	}
	fmt.Println("KUBECONFIG=" + c.kubeconfig())
	return nil
}

func (c cluster) up(count int) error {
	tools, err := prepareHost()
	if err != nil {
		return err
	}
	built := builtParts{}
	for _, name := range clusterParts {
		if built[name], err = ensurePart(name, false); err != nil {
			return err
		}
	}
	release, err := lock("cluster-" + c.name)
	if err != nil {
		return err
	}
	defer release()
	if s, err := c.loadState(); err == nil && c.health(s) == nil {
		if s.Nodes != count {
			return fmt.Errorf("cluster %s is running with %d nodes, not %d: stop it first", c.name, s.Nodes, count)
		}
		say("cluster %s is already running, with %d nodes", c.name, s.Nodes)
		return nil
	}
	if c.anythingLeft() {
		say("clearing away what an earlier cluster %s left", c.name)
		if err := c.clear(); err != nil {
			return err
		}
	}
	failed := make(chan error, 1)
	go func() { failed <- c.start(count, tools, built) }()
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, unix.SIGINT, unix.SIGTERM)
	select {
	case err = <-failed:
	case sig := <-interrupt:
		err = fmt.Errorf("stopped by a signal: %v", sig)
	}
	if err != nil {
		say("cluster %s did not come up; stopping what started. Logs stay in %s", c.name, c.path("logs"))
		return errors.Join(err, c.stopAll())
	}
	return nil
}

func (c cluster) start(count int, tools hostTools, built builtParts) error {
	nodes := c.nodes(count)
	say("starting cluster %s with %d nodes in %s", c.name, count, c.dir)
	if err := c.writeFiles(nodes, tools, built); err != nil {
		return err
	}
	if err := c.createNetwork(nodes); err != nil {
		return fmt.Errorf("%w (are bridge, veth and network namespaces in this kernel?)", err)
	}
	listener, port, err := listenFrom(preferredPort(c.name))
	if err != nil {
		return err
	}
	defer listener.Close()
	s := state{Nodes: count, APIPort: port, Started: time.Now(), Procs: map[string]proc{}}
	if err := c.writeCredentials(nodes, port); err != nil {
		return err
	}
	socket, err := listener.File()
	if err != nil {
		return err
	}
	defer socket.Close()
	target := fmt.Sprintf("%s:%d", bridgeIP, apiPort)
	if s.Procs["forward"], err = c.daemon("forward", "", nil, socket, "_forward", c.netns(), target); err != nil {
		return err
	}
	if err := c.saveState(s); err != nil {
		return err
	}
	if s.Procs["control"], err = c.startControl(built); err != nil {
		return err
	}
	if err := c.saveState(s); err != nil {
		return err
	}
	for _, n := range nodes {
		if s.Procs[n.name()], err = n.start(built); err != nil {
			return err
		}
		if err := c.saveState(s); err != nil {
			return err
		}
	}
	return c.waitUp(s)
}

func (c cluster) waitUp(s state) error {
	a, err := c.api(s.APIPort)
	if err != nil {
		return err
	}
	defer a.client.CloseIdleConnections()
	const limit = 2 * time.Minute
	if err := waitFor(limit, 100*time.Millisecond, "API server", func() error { return a.get("/readyz", nil) }); err != nil {
		return c.withLog(err, "control-apiserver")
	}
	say("API server is ready")
	for _, addon := range addons {
		err := waitFor(limit, 200*time.Millisecond, "objects of CoreDNS", func() error {
			return a.apply(addon.path, addon.document)
		})
		if err != nil {
			return err
		}
	}
	if err := waitFor(limit, 200*time.Millisecond, "nodes", func() error { return a.nodesReady(s.Nodes) }); err != nil {
		return c.withLog(err, "n1-kubelet")
	}
	say("nodes are ready")
	err = waitFor(limit, 100*time.Millisecond, "default service account", func() error {
		return a.get("/api/v1/namespaces/default/serviceaccounts/default", nil)
	})
	if err != nil {
		return c.withLog(err, "control-controller-manager")
	}
	for _, n := range c.nodes(s.Nodes) {
		if err := waitFor(limit, 200*time.Millisecond, "DNS on "+n.name(), n.checkDNS); err != nil {
			return c.withLog(err, n.name()+"-proxy")
		}
	}
	say("services and DNS work on every node")
	return nil
}

// withLog adds the end of a log to an error: that is where the reason is.
func (c cluster) withLog(err error, name string) error {
	data, readErr := os.ReadFile(c.path("logs", name+".log"))
	if readErr != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) > 15 {
		lines = lines[len(lines)-15:]
	}
	return fmt.Errorf("%w\nlast lines of %s.log:\n%s", err, name, strings.Join(lines, "\n"))
}

func (c cluster) writeFiles(nodes []node, tools hostTools, built builtParts) error {
	for _, dir := range []string{"conf", "logs", "etcd", "spec"} {
		if err := os.MkdirAll(c.path(dir), 0o700); err != nil {
			return err
		}
	}
	for _, n := range nodes {
		if err := n.makeVar(); err != nil {
			return err
		}
	}
	pause, err := os.ReadFile(filepath.Join(built["pause"], "pause"))
	if err != nil {
		return err
	}
	files := []imageFile{{path: "pause", data: pause}}
	if err := writeImage(c.path("pause.tar"), pauseImage, []string{"/pause"}, files); err != nil {
		return err
	}
	return c.writeConfigs(nodes, tools)
}

func (c cluster) writeCredentials(nodes []node, port int) error {
	p, err := newPKI(nodes)
	if err != nil {
		return err
	}
	if err := p.write(c.path("pki")); err != nil {
		return err
	}
	return c.writeKubeconfigs(p, nodes, port)
}

// daemon starts this program again, in a session of its own, so that it stays when this one ends.
func (c cluster) daemon(name, netns string, attr *unix.SysProcAttr, extra *os.File, args ...string) (proc, error) {
	self, err := os.Executable()
	if err != nil {
		return proc{}, err
	}
	log, err := os.OpenFile(c.path("logs", name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return proc{}, err
	}
	defer log.Close()
	cmd := exec.Command(self, args...)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "CISTERN_CACHE="+cacheDir())
	if attr == nil {
		attr = &unix.SysProcAttr{}
	}
	attr.Setsid = true
	cmd.SysProcAttr = attr
	if extra != nil {
		cmd.ExtraFiles = []*os.File{extra}
	}
	start := cmd.Start
	if netns != "" {
		err = inNetns(netns, start)
	} else {
		err = start()
	}
	if err != nil {
		return proc{}, fmt.Errorf("start %s: %w", name, err)
	}
	// Collected if it dies while this program lives, so that it is not taken for alive.
	go cmd.Wait()
	return newProc(cmd.Process.Pid)
}

// startInit starts the first process of a new set of namespaces.
func (c cluster) startInit(netns string, spec initSpec) (proc, error) {
	data, err := json.MarshalIndent(spec, "", "  ")
	if err != nil {
		return proc{}, err
	}
	path := c.path("spec", spec.Name+".json")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return proc{}, err
	}
	attr := &unix.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
	}
	return c.daemon(spec.Name+"-init", netns, attr, nil, "_init", path)
}

func (c cluster) startControl(built builtParts) (proc, error) {
	return c.startInit(c.netns(), initSpec{
		Name: "control", LogDir: c.path("logs"), Services: c.controlServices(built),
	})
}
