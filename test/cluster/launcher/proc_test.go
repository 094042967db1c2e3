package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestAReusedProcessIDIsNotTheSameProcess(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	p, err := newProc(cmd.Process.Pid)
	if err != nil || !p.alive() {
		t.Fatalf("%v is not alive: %v", p, err)
	}
	impostor := proc{p.Pid, p.Start - 1}
	if impostor.alive() {
		t.Error("a process with another start time counts as alive")
	}
	if err := impostor.kill(); err != nil || !p.alive() {
		t.Errorf("killing the impostor killed the other: %v", err)
	}
	// Nobody has waited for it yet: a zombie is not alive.
	if err := p.stop(5 * time.Second); err != nil || p.alive() {
		t.Errorf("still alive after stop: %v", err)
	}
}

func TestStartTimeIsFoundBehindAnyProgramName(t *testing.T) {
	const rest = " S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 1 1"
	for _, name := range []string{"sh", "a b", "a) S 1", "((("} {
		got, err := parseStartTime("7 (" + name + ")" + rest)
		if err != nil || got != 4242 {
			t.Errorf("%q: %d, %v", name, got, err)
		}
	}
	if _, err := parseStartTime("7 (sh)" + strings.Replace(rest, " S", " Z", 1)); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("a zombie: %v", err)
	}
	for _, bad := range []string{"", "7 sh", "7 (sh) S 1"} {
		if _, err := parseStartTime(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
