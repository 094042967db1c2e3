// Pack makes image layers and images out of directories, without a Docker engine: the same input gives the same bytes.
//
//	pack layer -out LAYER.tar.gz DIR
//	pack image -spec IMAGE.json [-name NAME] [-label K=V]… [-layer LAYER.tar.gz]… -out IMAGE.tar
//	pack image … -push
//	pack show IMAGE.tar
package main

import (
	"fmt"
	"os"
)

const usage = `pack: say what to do
  pack layer -out LAYER.tar.gz DIR
  pack image -spec IMAGE.json [-name NAME] [-label K=V]... [-layer LAYER.tar.gz]... (-out IMAGE.tar | -push)
  pack show IMAGE.tar...`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func([]string) error{"layer": layerCommand, "image": imageCommand, "show": showCommand}
	command, known := commands[os.Args[1]]
	if !known {
		fmt.Fprintf(os.Stderr, "pack: there is no command %q\n%s\n", os.Args[1], usage)
		os.Exit(2)
	}
	if err := command(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}
