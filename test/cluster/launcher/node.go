package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"time"
)

// makeVar makes what the node sees as /var.
func (n node) makeVar() error {
	for _, dir := range []string{
		"cache", "lib/cistern", "lib/cni", "lib/containerd", "lib/kubelet/plugins_registry", "lib/kubelet/plugins",
		"lib/misc", "local", "lock", "log/containers", "log/pods", "opt", "spool",
	} {
		if err := os.MkdirAll(filepath.Join(n.varDir(), dir), 0o755); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(n.varDir(), "tmp"), 0o755); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(n.varDir(), "tmp"), 0o1777|os.ModeSticky); err != nil {
		return err
	}
	if err := os.Symlink("/run", filepath.Join(n.varDir(), "run")); err != nil && !os.IsExist(err) {
		return err
	}
	return nil
}

func (n node) start(built builtParts) (proc, error) {
	// After a power cut the pods' old cgroups are there still, as they would not be on a real machine, and cAdvisor
	// spends a quarter of a minute on them before kubelet gets to work.
	if err := removeCgroup(n.cgroup()); err != nil {
		return proc{}, err
	}
	if err := makeCgroup(n.cgroup()); err != nil {
		return proc{}, err
	}
	return n.cluster.startInit(n.netns(), initSpec{
		Name:       n.name(),
		Services:   n.services(built),
		Hostname:   n.name(),
		ClusterDir: n.cluster.dir,
		PartsDir:   partsDir(),
		VarDir:     n.varDir(),
		CNIConf:    n.cniConf(),
	})
}

// checkDNS asks CoreDNS for the API server's service, the way a pod on the node would: at the service's address, so
// that it fails until kube-proxy has done its work here.
func (n node) checkDNS() error {
	resolver := &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return dialInNetns(n.netns(), "udp", net.JoinHostPort(dnsService, "53"), time.Second)
		},
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := resolver.LookupHost(ctx, "kubernetes.default.svc.cluster.local.")
	return err
}
