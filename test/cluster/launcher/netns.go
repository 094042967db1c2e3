package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const netnsDir = "/run/netns"

func netnsPath(name string) string { return filepath.Join(netnsDir, name) }

// inNetns runs f on an operating system thread that is in the network namespace. What f starts is born there. The
// thread is never given back: it ends with its goroutine, so no other goroutine can find itself in there.
func inNetns(name string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- func() error {
			ns, err := os.Open(netnsPath(name))
			if err != nil {
				return err
			}
			defer ns.Close()
			if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("enter network namespace %s: %w", name, err)
			}
			return f()
		}()
	}()
	return <-done
}

// dialInNetns connects from within the namespace; the connection works from anywhere.
func dialInNetns(name, network, address string, limit time.Duration) (conn net.Conn, err error) {
	err = inNetns(name, func() error {
		conn, err = net.DialTimeout(network, address, limit)
		return err
	})
	return conn, err
}

// clusterNetns lists the cluster's namespaces that exist.
func (c cluster) clusterNetns() []string {
	var names []string
	candidates := []string{c.netns()}
	for _, n := range c.nodes(maxNodes) {
		candidates = append(candidates, n.netns())
	}
	for _, name := range candidates {
		if exists(netnsPath(name)) {
			names = append(names, name)
		}
	}
	return names
}

// ipBatch gives ip a list of commands, in one process.
func ipBatch(netns string, commands ...string) error {
	cmd := exec.Command("ip", "-n", netns, "-batch", "-")
	cmd.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("ip in %s: %w: %s", netns, err, strings.TrimSpace(output.String()))
	}
	return nil
}

// createNetwork makes a bridge in the control namespace, and one namespace a node with a link to it. Pods of a node
// are routed, not bridged: each node's /24 is behind the node's address.
func (c cluster) createNetwork(nodes []node) error {
	for _, name := range append([]string{c.netns()}, nodeNetns(nodes)...) {
		if output, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
			return fmt.Errorf("make network namespace %s: %w: %s", name, err, bytes.TrimSpace(output))
		}
	}
	control := []string{
		"link set lo up",
		"link add br0 type bridge",
		"addr add " + bridgeIP + "/24 dev br0",
		"link set br0 up",
	}
	for _, n := range nodes {
		control = append(control,
			fmt.Sprintf("link add v%d type veth peer name eth0 netns %s", n.index, n.netns()),
			fmt.Sprintf("link set v%d master br0 up", n.index),
			fmt.Sprintf("route add %s via %s", n.podCIDR(), n.ip()))
	}
	// Services, seen from the control network, are the first node's business: its kube-proxy translates for whoever
	// sends it packets. This spares a kube-proxy, and a Node object for it to belong to.
	control = append(control, fmt.Sprintf("route add %s via %s", serviceCIDR, nodes[0].ip()))
	if err := ipBatch(c.netns(), control...); err != nil {
		return err
	}
	for _, n := range nodes {
		commands := []string{
			"link set lo up",
			"addr add " + n.ip() + "/24 dev eth0",
			"link set eth0 up",
			"route add default via " + bridgeIP,
		}
		for _, other := range nodes {
			if other != n {
				commands = append(commands, fmt.Sprintf("route add %s via %s", other.podCIDR(), other.ip()))
			}
		}
		if err := ipBatch(n.netns(), commands...); err != nil {
			return err
		}
	}
	for _, name := range append([]string{c.netns()}, nodeNetns(nodes)...) {
		if err := inNetns(name, forwardingSysctls); err != nil {
			return fmt.Errorf("network settings of %s: %w", name, err)
		}
	}
	return nil
}

func forwardingSysctls() error {
	for key, value := range map[string]string{
		"ip_forward": "1",
		// A packet for a service enters and leaves a node by one interface; the redirect it would cause is wrong.
		"conf/all/send_redirects":       "0",
		"conf/default/send_redirects":   "0",
		"conf/all/accept_redirects":     "0",
		"conf/default/accept_redirects": "0",
	} {
		if err := os.WriteFile("/proc/sys/net/ipv4/"+key, []byte(value), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func nodeNetns(nodes []node) []string {
	var names []string
	for _, n := range nodes {
		names = append(names, n.netns())
	}
	return names
}
