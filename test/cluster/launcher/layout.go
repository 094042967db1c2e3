package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Every cluster has the same addresses: each lives in network namespaces of its own, so they cannot meet.
const (
	bridgeIP    = "10.70.0.1" // the control network's only address: API server, CoreDNS, test servers
	bridgeCIDR  = "10.70.0.0/24"
	podCIDR     = "10.71.0.0/16" // node nI has 10.71.I.0/24
	serviceCIDR = "10.72.0.0/16"
	apiService  = "10.72.0.1"
	dnsService  = "10.72.0.10"
	apiPort     = 6443
	maxNodes    = 3
	pauseImage  = "cistern.dev/pause:1"
)

// cluster is a cluster's name and where its files are.
type cluster struct {
	name string
	dir  string
}

func newCluster(name string) (cluster, error) {
	if err := checkName(name); err != nil {
		return cluster{}, err
	}
	return cluster{name: name, dir: filepath.Join(clustersDir(), name)}, nil
}

// node is one node of a cluster; index counts from 1.
type node struct {
	cluster cluster
	index   int
}

func (c cluster) path(elem ...string) string {
	return filepath.Join(append([]string{c.dir}, elem...)...)
}
func (c cluster) netns() string      { return "cis-" + c.name }
func (c cluster) cgroup() string     { return "cis-" + c.name }
func (c cluster) kubeconfig() string { return c.path("kubeconfig") }

// insideKubeconfig reaches the API server from within the cluster's networks.
func (c cluster) insideKubeconfig() string { return c.path("kubeconfig.inside") }

func (c cluster) nodes(count int) []node {
	var all []node
	for i := 1; i <= count; i++ {
		all = append(all, node{c, i})
	}
	return all
}

func (n node) name() string    { return fmt.Sprintf("n%d", n.index) }
func (n node) netns() string   { return fmt.Sprintf("%s-n%d", n.cluster.netns(), n.index) }
func (n node) ip() string      { return fmt.Sprintf("10.70.0.%d", 10+n.index) }
func (n node) podCIDR() string { return fmt.Sprintf("10.71.%d.0/24", n.index) }
func (n node) zone() string    { return "zone-" + string(rune('a'+n.index-1)) }
func (n node) cgroup() string  { return n.cluster.cgroup() + "/" + n.name() }

// varDir is what the node sees as /var.
func (n node) varDir() string { return n.cluster.path("nodes", n.name(), "var") }

// parseNode takes n2 or 2.
func (c cluster) parseNode(s string, count int) (node, error) {
	index, err := strconv.Atoi(strings.TrimPrefix(s, "n"))
	if err != nil || index < 1 || index > count {
		return node{}, fmt.Errorf("no node %q in cluster %s: it has n1 to n%d", s, c.name, count)
	}
	return node{c, index}, nil
}

// preferredPort spreads clusters over the ports below the kernel's ephemeral range, and gives a name the same port
// each time, so that a kubeconfig somebody copied keeps working.
func preferredPort(name string) int {
	h := fnv.New32a()
	h.Write([]byte(name))
	return 21000 + int(h.Sum32()%8000)
}

// state is what `up` leaves for the other commands to find.
type state struct {
	Nodes   int             `json:"nodes"`
	APIPort int             `json:"apiPort"`
	Started time.Time       `json:"started"`
	Procs   map[string]proc `json:"procs"`
}

var errNoCluster = errors.New("no such cluster")

func (c cluster) loadState() (state, error) {
	var s state
	data, err := os.ReadFile(c.path("state.json"))
	if os.IsNotExist(err) {
		return s, fmt.Errorf("cluster %s: %w; start it with `cluster up --name %s`", c.name, errNoCluster, c.name)
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

func (c cluster) saveState(s state) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	temp := c.path("state.json.new")
	if err := os.WriteFile(temp, append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(temp, c.path("state.json"))
}
