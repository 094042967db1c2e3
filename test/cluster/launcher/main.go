// Command cluster starts, fills and stops a local Kubernetes cluster made of real parts, without a container engine
// and without a registry. See ../README.md.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

const usage = `usage: cluster COMMAND [OPTIONS]

  build [PART...]                     build the parts (all of them if none is named)
  part NAME                           print the path of a part's program, building it if needed
  up        [--name N] [--nodes 1..3] start a cluster; the last line printed is KUBECONFIG=path
  down      [--name N | --all]        stop it and leave nothing behind
  status    [--name N]                say what runs
  load      [--name N] TAR...         import image archives on every node
  run       [--name N] [--listen 127.0.0.1:PORT=IP:PORT]... -- CMD ARGS
                                      run CMD in the cluster's control network
  node-exec [--name N] --node n1 -- CMD ARGS
                                      run CMD inside a node
  node-kill  [--name N] --node n1     cut the node's power
  node-start [--name N] --node n1     start it again, on the same disk
  kubectl   [--name N] -- ARGS        kubectl as the cluster's administrator
  selftest  [--name N]                start two nodes, check pods, DNS and services, stop, look for leftovers
`

// exitCode lets a command end with the status of the program that it ran.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func([]string) error{
		"build": cmdBuild, "part": cmdPart,
		"up": cmdUp, "down": cmdDown, "status": cmdStatus, "load": cmdLoad,
		"run": cmdRun, "node-exec": cmdNodeExec, "node-kill": cmdNodeKill, "node-start": cmdNodeStart,
		"kubectl": cmdKubectl, "selftest": cmdSelftest,
		// What the launcher starts itself as:
		"_init": cmdInit, "_forward": cmdForward, "_probe": cmdProbe,
	}
	command, ok := commands[os.Args[1]]
	if !ok {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	err := command(os.Args[2:])
	var code exitCode
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &code):
		os.Exit(int(code))
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		os.Exit(exit.ExitCode())
	default:
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}
