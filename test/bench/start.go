package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// startRounds: a start takes a fraction of a second, so there can be many.
const startRounds = 15

// startRow times each tool from the making of its process to the first request that reaches the server.
func startRow() row {
	return row{Name: "start", Issue: "6", Title: "Process start to first request at the server", run: func(ctx context.Context, b *bench, r row) (result, error) {
		d := b.data["tiny"]
		tools := append([]tool{b.ours["cistern"], b.ours["cistern-no-aot"]}, b.before...)
		tools = append(tools, b.peers...)
		res := b.newResult(r, d, tools)
		res.Rounds = startRounds
		for round := range startRounds + 1 {
			for i := range tools {
				if ctx.Err() != nil {
					return res, context.Cause(ctx)
				}
				i := (i + round) % len(tools)
				t := &res.Tools[i]
				if t.Missing != "" || t.Failed != "" || (b.chosen != nil && !b.chosen[t.Name]) {
					continue
				}
				ms, err := b.firstRequest(ctx, tools[i], d)
				if err != nil {
					t.Failed = err.Error()
					say("%s: %s: FAILED: %v", r.Name, t.Name, err)
				} else if round > 0 {
					t.FirstRequestMS = append(t.FirstRequestMS, ms)
				}
			}
		}
		for _, t := range res.Tools {
			if len(t.FirstRequestMS) > 0 {
				say("%s: %-18s %6.0f ms to the first request (median of %d)", r.Name, t.Name, median(t.FirstRequestMS), len(t.FirstRequestMS))
			}
		}
		return res, nil
	}}
}

// firstRequest starts a tool against a listener that only looks at the clock, and ends the tool.
func (b *bench) firstRequest(ctx context.Context, t tool, d dataset) (float64, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	arrived := make(chan int64, 1)
	var once sync.Once
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
				if n, _ := conn.Read(make([]byte, 4096)); n > 0 {
					now := monotonicNanos()
					once.Do(func() { arrived <- now })
				}
			}()
		}
	}()
	dir, err := b.emptyTarget(onTmpfs)
	if err != nil {
		return 0, err
	}
	c, err := t.fill(job{endpoint: "http://" + listener.Addr().String(), data: d, dir: dir, home: b.home})
	if err != nil {
		return 0, err
	}
	log := filepath.Join(b.logs, "start-"+t.Name+".log")
	h, err := startHelper(c, "", log)
	if err != nil {
		return 0, err
	}
	var first int64
	select {
	case first = <-arrived:
	case <-h.done:
	case <-ctx.Done():
	case <-time.After(30 * time.Second):
	}
	// The helper stays, to tell when it started the tool.
	h.kill(syscall.SIGTERM)
	o, err := h.outcome()
	if err != nil {
		return 0, err
	}
	if first == 0 {
		return 0, fmt.Errorf("no request came: %s", tail(log, 300))
	}
	return float64(first-o.StartNanos) / 1e6, nil
}
