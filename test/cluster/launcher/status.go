package main

import (
	"errors"
	"flag"
	"fmt"
	"sort"
	"time"
)

// health says what keeps a cluster from being whole; nil if nothing does.
func (c cluster) health(s state) error {
	expected := []string{"forward", "control"}
	for _, n := range c.nodes(s.Nodes) {
		expected = append(expected, n.name())
	}
	for _, name := range expected {
		if !s.Procs[name].alive() {
			return fmt.Errorf("%s is not running", name)
		}
	}
	a, err := c.api(s.APIPort)
	if err != nil {
		return err
	}
	defer a.client.CloseIdleConnections()
	if err := a.get("/readyz", nil); err != nil {
		return fmt.Errorf("the API server is not ready: %w", err)
	}
	return a.nodesReady(s.Nodes)
}

func cmdStatus(args []string) error {
	flags := flag.NewFlagSet("status", flag.ExitOnError)
	name := nameFlag(flags)
	flags.Parse(args)
	c, err := newCluster(*name)
	if err != nil {
		return err
	}
	s, err := c.loadState()
	if errors.Is(err, errNoCluster) {
		if left := c.leftovers(); len(left) > 0 {
			fmt.Printf("cluster %s is not running; `cluster down --name %s` clears away:\n", c.name, c.name)
			for _, l := range left {
				fmt.Println(" ", l)
			}
		}
	}
	if err != nil {
		return err
	}
	fmt.Printf("cluster %s: %d nodes, started %s ago, API on 127.0.0.1:%d\n",
		c.name, s.Nodes, time.Since(s.Started).Round(time.Second), s.APIPort)
	names := make([]string, 0, len(s.Procs))
	for name := range s.Procs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		word := "stopped"
		if s.Procs[name].alive() {
			word = "running"
		}
		fmt.Printf("  %-8s %s, pid %d\n", name, word, s.Procs[name].Pid)
	}
	fmt.Println("  logs in", c.path("logs"))
	if err := c.health(s); err != nil {
		return fmt.Errorf("not healthy: %w", err)
	}
	fmt.Println("healthy")
	fmt.Println("KUBECONFIG=" + c.kubeconfig())
	return nil
}
