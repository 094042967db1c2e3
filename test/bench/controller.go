package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// controllerRun is what so many claims at once cost.
type controllerRun struct {
	Claims  int     `json:"claims"`
	Seconds float64 `json:"seconds"`
	// LatencySeconds is from a claim's creation to Bound: median, 95 of 100, slowest.
	LatencySeconds [3]float64 `json:"latency_s"`
	// Calls is what the controller asked of the API server, by verb and resource, watches and leases left out.
	Calls map[string]int `json:"calls"`
	// StartCPUSeconds is what the controller used until it was ready, CPUSeconds from then on.
	StartCPUSeconds float64 `json:"start_cpu_s"`
	CPUSeconds      float64 `json:"cpu_s"`
	PeakMB          float64 `json:"peak_mb"`
	// HeapMB is the most that the heap held after any collection; zero if there was none.
	HeapMB float64 `json:"heap_mb"`
	Failed string  `json:"failed,omitempty"`
}

// minimumCalls is what the protocol needs for a claim, each of them one request: the finalizer put on the claim, the run made, the
// prime made, the Job made, the volume rebound, the prime deleted, the Job deleted, the finalizer taken off, and the run's status when it
// has ended. Everything that is observed comes by watches; events and a status in between are for whoever looks.
const minimumCalls = 9

const (
	controllerLimit = 20 * time.Minute
	// The Deployment's limit.
	controllerMemory  = 512 * mib
	kubeconfigInImage = "/tmp/bench-kubeconfig"
	benchNamespace    = "team-a"
)

// controllerRow creates many claims at once and waits until all are bound.
func controllerRow(claims, small int) row {
	return row{
		Name: fmt.Sprintf("controller-%d", claims), Issue: "8", Title: fmt.Sprintf("The controller under %d claims at once, Jobs and volumes by stubs", claims),
		run: func(ctx context.Context, b *bench, r row) (result, error) {
			res := result{}
			n := claims
			if !b.full {
				n = small
			}
			// Memory and cores belong to the control plane now.
			b.stopServers()
			if err := os.RemoveAll(b.serverData()); err != nil {
				return res, err
			}
			run, err := b.manyClaims(ctx, n)
			if err != nil {
				run.Failed = err.Error()
				if run.Claims == 0 {
					return res, err
				}
			}
			say("%s: %d claims in %.1f s (%.1f/s), latency %.1f/%.1f/%.1f s, %.1f calls each, %.1f s CPU, %.0f MB peak, heap %.0f MB %s",
				r.Name, run.Claims, run.Seconds, float64(run.Claims)/run.Seconds, run.LatencySeconds[0], run.LatencySeconds[1],
				run.LatencySeconds[2], run.callsPerClaim(), run.CPUSeconds, run.PeakMB, run.HeapMB, run.Failed)
			res.Controller = append(res.Controller, run)
			return res, nil
		},
	}
}

func (c controllerRun) callsPerClaim() float64 {
	sum := 0
	for _, n := range c.Calls {
		sum += n
	}
	return float64(sum) / float64(max(1, c.Claims))
}

func (b *bench) manyClaims(ctx context.Context, n int) (run controllerRun, err error) {
	image, err := openImage(ctx, b.places, "controller")
	if err != nil {
		return run, err
	}
	say("starting etcd, API server and controller manager")
	plane, err := startControlPlane(ctx, b)
	if err != nil {
		return run, err
	}
	defer plane.stop()
	ctx, cancel := within(ctx, controllerLimit)
	defer cancel()
	if err := plane.install(ctx, b); err != nil {
		return run, err
	}
	stubs, err := startStubs(ctx, plane.kube)
	if err != nil {
		return run, err
	}
	group, err := newMemoryGroup(controllerMemory)
	if err != nil {
		return run, err
	}
	defer group.remove()
	port, controller, err := plane.startController(b, image, group)
	if err != nil {
		return run, err
	}
	run.Claims = n
	if err = awaitLeader(ctx, controller, port); err == nil {
		run.StartCPUSeconds = group.cpuSeconds()
		err = plane.bindAll(ctx, b, n, &run, stubs, controller)
	}
	controller.kill(syscall.SIGTERM)
	o, stopErr := controller.outcome()
	run.HeapMB = heapAfterCollection(filepath.Join(plane.dir, "gc.log"))
	run.CPUSeconds, run.PeakMB = o.User+o.System-run.StartCPUSeconds, float64(o.PeakKiB)*1024/1e6
	cancel()
	stubs.group.Wait()
	// The last requests must be in the log before it is read.
	plane.stopProcesses()
	var auditErr error
	run.Calls, auditErr = readAudit(plane.audit)
	return run, errors.Join(err, stopErr, auditErr)
}

// install puts Cistern's own manifests there, and what the claims name.
func (c *controlPlane) install(ctx context.Context, b *bench) error {
	if err := c.apply(ctx, b, "apply", "--server-side", "-k", "deploy"); err != nil {
		return err
	}
	if err := c.apply(ctx, b, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"); err != nil {
		return err
	}
	if err := c.apply(ctx, b, "apply", "--server-side", "-k", "deploy/populators"); err != nil {
		return err
	}
	if err := c.kube.create(ctx, "/api/v1/namespaces", object_{"metadata": object_{"name": benchNamespace}}); err != nil {
		return err
	}
	if err := c.kube.create(ctx, "/apis/cistern.dev/v1alpha1/storagebackends", object_{
		"apiVersion": "cistern.dev/v1alpha1", "kind": "StorageBackend", "metadata": object_{"name": "bench"},
		"spec": object_{
			"type": "s3", "allowedNamespaces": []string{benchNamespace},
			"auth": object_{"mode": "anonymous"},
			"s3":   object_{"region": region, "endpoint": "http://s3.invalid:9000", "forcePathStyle": true},
		},
	}); err != nil {
		return err
	}
	return c.kube.create(ctx, "/apis/cistern.dev/v1alpha1/namespaces/"+benchNamespace+"/objectvolumepopulators", object_{
		"apiVersion": "cistern.dev/v1alpha1", "kind": "ObjectVolumePopulator", "metadata": object_{"name": "data", "namespace": benchNamespace},
		"spec": object_{"sources": []any{object_{"backendRef": object_{"name": "bench"}, "path": "s3://bench/data/"}}},
	})
}

// startController runs the controller's image as its Deployment does, but for the API server's address and the credentials.
func (c *controlPlane) startController(b *bench, i *image, group *memoryGroup) (httpPort int, h *helper, err error) {
	config := filepath.Join(c.dir, "controller.kubeconfig")
	if err := writeKubeconfig(config, c.url, filepath.Join(c.dir, "ca.pem"), c.ownToken); err != nil {
		return 0, nil, err
	}
	httpPort, err = freePort()
	if err != nil {
		return 0, nil, err
	}
	collections := filepath.Join(c.dir, "gc.log")
	if err := os.WriteFile(collections, nil, 0o644); err != nil {
		return 0, nil, err
	}
	h, err = startHelper(command{
		Argv: i.entrypoint, Root: i.root, Cgroup: filepath.Join(group.dir, "cgroup.procs"),
		Binds: [][2]string{{config, kubeconfigInImage}, {collections, "/tmp/bench-gc.log"}},
		Env: append(append([]string{}, i.env...), "KUBECONFIG="+kubeconfigInImage, "POD_NAMESPACE=cistern-system", "POD_NAME=bench",
			"CISTERN_LISTEN_HOST=127.0.0.1", fmt.Sprintf("CISTERN_HTTP_PORT=%d", httpPort), "CISTERN_REPORT_PORT=0", "CISTERN_LOG_FORMAT=json",
			"JAVA_TOOL_OPTIONS=-Xlog:gc:file=/tmp/bench-gc.log::filecount=0"),
	}, "", filepath.Join(b.logs, "controller-controller.log"))
	return httpPort, h, err
}

// awaitLeader waits until the controller says that it is ready.
func awaitLeader(ctx context.Context, h *helper, port int) error {
	for {
		resp, err := httpGet(ctx, fmt.Sprintf("http://127.0.0.1:%d/readyz", port))
		if err == nil && resp != "" {
			return nil
		}
		select {
		case <-h.done:
			return errors.New("the controller ended; see its log")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func httpGet(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	return string(body) + " ", err
}

// heapAfterCollection reads the JVM's own log: the most that was in use after any collection.
func heapAfterCollection(path string) (most float64) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for _, found := range collected.FindAllStringSubmatch(string(data), -1) {
		mib, _ := strconv.ParseFloat(found[1], 64)
		most = max(most, mib*1024*1024/1e6)
	}
	return most
}

// collected finds `->12M(` in lines like `GC(7) Pause Young (Allocation Failure) 40M->12M(64M) 3.1ms`.
var collected = regexp.MustCompile(`->(\d+)M\(`)

// bindAll creates the claims and waits for the last one to be bound.
func (c *controlPlane) bindAll(ctx context.Context, b *bench, n int, run *controllerRun, stubs *stubs, h *helper) error {
	var mutex sync.Mutex
	made, bound := map[string]time.Time{}, map[string]time.Time{}
	all := make(chan struct{})
	watching, stop := context.WithCancel(ctx)
	defer stop()
	claims := "/api/v1/namespaces/" + benchNamespace + "/persistentvolumeclaims"
	go func() {
		stubs.fail(follow(watching, c.kube, claims, func(kind string, claim stubClaim) {
			mutex.Lock()
			defer mutex.Unlock()
			if _, known := bound[claim.Metadata.Name]; !known && claim.Status.Phase == "Bound" {
				bound[claim.Metadata.Name] = time.Now()
				if len(bound) == n {
					close(all)
				}
			}
		}))
	}()
	begin := time.Now()
	names := make(chan string)
	var creators sync.WaitGroup
	for range 8 {
		creators.Go(func() {
			for name := range names {
				mutex.Lock()
				made[name] = time.Now()
				mutex.Unlock()
				if err := c.kube.create(ctx, claims, object_{
					"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": object_{"name": name, "namespace": benchNamespace},
					"spec": object_{
						"accessModes": []string{"ReadWriteOnce"}, "storageClassName": stubClass,
						"resources":     object_{"requests": object_{"storage": "1Gi"}},
						"dataSourceRef": object_{"apiGroup": "cistern.dev", "kind": "ObjectVolumePopulator", "name": "data"},
					},
				}); err != nil {
					stubs.fail(err)
					return
				}
			}
		})
	}
	go func() {
		defer close(names)
		for i := range n {
			select {
			case names <- fmt.Sprintf("data-%04d", i):
			case <-ctx.Done():
				return
			}
		}
	}()
	var err error
	for tick := time.NewTicker(10 * time.Second); err == nil; {
		select {
		case <-all:
			// The controller has still to clean up: its calls count.
			err = c.awaitCleanUp(ctx)
			tick.Stop()
			mutex.Lock()
			defer mutex.Unlock()
			run.timing(begin, made, bound)
			return err
		case <-tick.C:
			mutex.Lock()
			say("  %d of %d claims are bound", len(bound), n)
			mutex.Unlock()
		case err = <-stubs.errors:
		case <-h.done:
			err = fmt.Errorf("the controller ended: %s", tail(filepath.Join(b.logs, "controller-controller.log"), 500))
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	return err
}

func (run *controllerRun) timing(begin time.Time, made, bound map[string]time.Time) {
	var latencies []float64
	for name, at := range bound {
		latencies = append(latencies, at.Sub(made[name]).Seconds())
		run.Seconds = max(run.Seconds, at.Sub(begin).Seconds())
	}
	sort.Float64s(latencies)
	run.LatencySeconds = [3]float64{quantile(latencies, 0.5), quantile(latencies, 0.95), latencies[len(latencies)-1]}
}

// awaitCleanUp waits until no prime and no Job is left.
func (c *controlPlane) awaitCleanUp(ctx context.Context) error {
	for {
		left := 0
		for _, path := range []string{"/api/v1/namespaces/cistern-populate/persistentvolumeclaims", "/apis/batch/v1/namespaces/cistern-populate/jobs"} {
			var list struct{ Items []struct{ Metadata meta } }
			if err := c.kube.get(ctx, path, &list); err != nil {
				return err
			}
			left += len(list.Items)
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d primes and Jobs are left: %w", left, context.Cause(ctx))
		case <-time.After(time.Second):
		}
	}
}

// readAudit counts the controller's requests. Watches stay open and leases are renewed by the clock, so neither belongs to a claim.
func readAudit(path string) (map[string]int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	calls := map[string]int{}
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return calls, nil
		}
		if err != nil {
			return calls, err
		}
		var e struct {
			Stage, Verb string
			ObjectRef   struct{ Resource, Subresource string }
		}
		if err := json.Unmarshal(line, &e); err != nil {
			return calls, fmt.Errorf("audit log: %w", err)
		}
		if e.Stage != "ResponseComplete" || e.Verb == "watch" || e.ObjectRef.Resource == "leases" || e.ObjectRef.Resource == "" {
			continue
		}
		name := e.Verb + " " + e.ObjectRef.Resource
		if e.ObjectRef.Subresource != "" {
			name += "/" + e.ObjectRef.Subresource
		}
		calls[name]++
	}
}

func (r result) controllerSection() string {
	var b strings.Builder
	b.WriteString("| claims | s until all are bound | claims/s | latency s: median / 95 % / slowest | API calls per claim | of the minimum | " +
		"controller's CPU s to ready | from then on | ms per claim | peak MB | heap MB |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range r.Controller {
		if c.Failed != "" {
			fmt.Fprintf(&b, "| %d | failed: %s | | | | | | | | | |\n", c.Claims, cell(c.Failed))
			continue
		}
		n := float64(c.Claims)
		fmt.Fprintf(&b, "| %d | %.1f | %.1f | %.2f / %.2f / %.2f | %.2f | %.2f × | %.1f | %.1f | %.1f | %.0f | %.0f |\n", c.Claims, c.Seconds, n/c.Seconds,
			c.LatencySeconds[0], c.LatencySeconds[1], c.LatencySeconds[2], c.callsPerClaim(), c.callsPerClaim()/minimumCalls,
			c.StartCPUSeconds, c.CPUSeconds, c.CPUSeconds*1000/n, c.PeakMB, c.HeapMB)
	}
	fmt.Fprintf(&b, "\nThe protocol needs at least %d calls for a claim (goal: within 1.5×). A simulated copy takes %.1f s. Calls:\n\n", minimumCalls, stubCopySeconds)
	for _, c := range r.Controller {
		var names []string
		for name := range c.Calls {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(&b, "- %s: %.2f\n", name, float64(c.Calls[name])/float64(max(1, c.Claims)))
		}
	}
	return b.String()
}
