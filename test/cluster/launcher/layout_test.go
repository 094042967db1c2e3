package main

import (
	"bufio"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func testCluster(t *testing.T) cluster {
	t.Helper()
	t.Setenv("CISTERN_CACHE", t.TempDir())
	c, err := newCluster("test")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(c.path("conf"), 0o755); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNamesThatCannotBePathsOrMeetANodesAreRefused(t *testing.T) {
	for _, name := range []string{"cistern", "a", "ci-1", "x-n"} {
		if err := checkName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "..", "a/b", "A", "1a", "-a", "a-n1", strings.Repeat("a", 21)} {
		if checkName(name) == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}

func TestNodesHaveAddressesOfTheirOwn(t *testing.T) {
	c := testCluster(t)
	_, pods, _ := net.ParseCIDR(podCIDR)
	_, bridge, _ := net.ParseCIDR(bridgeCIDR)
	seen := map[string]bool{bridgeIP: true}
	for _, n := range c.nodes(maxNodes) {
		ip, _, err := net.ParseCIDR(n.podCIDR())
		if err != nil || !pods.Contains(ip) {
			t.Errorf("%s: pods %s are not in %s", n.name(), n.podCIDR(), podCIDR)
		}
		if !bridge.Contains(net.ParseIP(n.ip())) {
			t.Errorf("%s: %s is not in %s", n.name(), n.ip(), bridgeCIDR)
		}
		for _, s := range []string{n.ip(), n.podCIDR(), n.zone(), n.netns(), n.varDir()} {
			if seen[s] {
				t.Errorf("%s is used twice", s)
			}
			seen[s] = true
		}
	}
	if _, err := c.parseNode("n3", 2); err == nil {
		t.Error("a node that is not there was found")
	}
	if n, err := c.parseNode("2", 2); err != nil || n.name() != "n2" {
		t.Errorf("2 is %v, %v", n, err)
	}
}

func TestAPortStaysWithItsNameAndBelowTheEphemeralOnes(t *testing.T) {
	for _, name := range []string{"cistern", "two", "selftest"} {
		port := preferredPort(name)
		if port != preferredPort(name) || port < 1024 || port+200 > 32768 {
			t.Errorf("%s has port %d", name, port)
		}
	}
	first, port, err := listenFrom(preferredPort("test"))
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, other, err := listenFrom(port)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if other == port {
		t.Error("a taken port was given out again")
	}
}

func TestParsing(t *testing.T) {
	const mounts = `31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
41 31 0:38 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw
42 31 0:39 / /elsewhere rw - cgroup cgroup rw,cpu
`
	roots := parseCgroupRoots(bufio.NewScanner(strings.NewReader(mounts)))
	if !slices.Equal(roots, []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/unified"}) {
		t.Errorf("cgroups: %v", roots)
	}
	const imported = "level=warning msg=\"x saved\"\nexample.test/a:1   \tsaved\t\napplication/x sha256:1\nImporting\telapsed: 0.2 s\n"
	if names := importedNames(imported); !slices.Equal(names, []string{"example.test/a:1"}) {
		t.Errorf("names: %v", names)
	}
	c := cluster{name: "test", dir: "/c"}
	paths := node{c, 1}.loopPaths("/var/lib/cistern/pool")
	if !slices.Contains(paths, "/c/nodes/n1/var/lib/cistern/pool") {
		t.Errorf("loop file: %v", paths)
	}
	for _, bad := range []string{"127.0.0.1:1", "0.0.0.0:1=10.70.0.1:2", "127.0.0.1:0=host:2", "127.0.0.1:0=10.70.0.1:0"} {
		if err := c.startForward(bad); err == nil {
			t.Errorf("--listen %s was accepted", bad)
		}
	}
}

func TestWaitForGivesTheLastReason(t *testing.T) {
	err := waitFor(10*time.Millisecond, time.Millisecond, "the thing", func() error { return errors.New("not there") })
	if err == nil || !strings.Contains(err.Error(), "the thing") || !strings.Contains(err.Error(), "not there") {
		t.Error(err)
	}
}
