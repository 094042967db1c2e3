package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// boundTimes is how long one small file takes from the claim's creation to Bound, and the same Job without Cistern.
type boundTimes struct {
	// CisternMS is from the claim's creation to Bound.
	CisternMS []float64 `json:"cistern_ms"`
	// PlainMS is from the creation of a claim and a Job with the same image and pod to the Job's Complete.
	PlainMS []float64 `json:"plain_ms"`
	// Steps are the run's own, as its status tells them.
	Steps []boundStep `json:"steps"`
}

type boundStep struct {
	Name string    `json:"name"`
	MS   []float64 `json:"ms"`
}

const (
	boundCluster  = "bench"
	boundS3       = "10.70.0.1:9000"
	boundLimit    = 20 * time.Minute
	boundClass    = "cistern-local-immediate"
	boundEachTime = 2 * time.Minute
)

// boundRow measures on a real cluster with real pods and volumes.
func boundRow() row {
	return row{Name: "bound", Issue: "7", Title: "Claim created → Bound with one small file, against the same Job and class without Cistern",
		run: func(ctx context.Context, b *bench, _ row) (result, error) {
			ctx, cancel := within(ctx, boundLimit)
			defer cancel()
			b.stopServers()
			var res result
			times, err := b.bound(ctx)
			if err == nil {
				res.Bound = times
			}
			return res, err
		}}
}

func (b *bench) bound(ctx context.Context) (*boundTimes, error) {
	say("building the images")
	if err := installer(ctx, b.places, "images", nil, filepath.Join(b.root, "deploy/images/build.sh")); err != nil {
		return nil, err
	}
	launcher := filepath.Join(b.root, "test/cluster/cluster")
	say("starting a cluster of one node")
	if _, err := outputOf(ctx, b.root, launcher, "up", "--name", boundCluster, "--nodes", "1"); err != nil {
		return nil, err
	}
	defer func() {
		// The run's own context may be over; the cluster has to go all the same.
		if _, err := outputOf(context.Background(), b.root, launcher, "down", "--name", boundCluster); err != nil {
			say("%v", err)
		}
	}()
	tars, err := filepath.Glob(filepath.Join(b.root, "target/images/*.tar"))
	if err != nil {
		return nil, err
	}
	if _, err := outputOf(ctx, b.root, append([]string{launcher, "load", "--name", boundCluster}, tars...)...); err != nil {
		return nil, err
	}
	kubectl := func(args ...string) (string, error) {
		return outputOf(ctx, b.root, append([]string{launcher, "kubectl", "--name", boundCluster, "--"}, args...)...)
	}
	say("installing Cistern")
	for _, args := range [][]string{
		{"apply", "--server-side", "-k", "deploy"},
		{"wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"},
		{"apply", "--server-side", "-k", "deploy/populators"},
		{"-n", "cistern-system", "rollout", "status", "deployment,daemonset", "--timeout=120s"},
	} {
		if _, err := kubectl(args...); err != nil {
			return nil, err
		}
	}
	server, err := b.clusterServer(ctx, launcher)
	if err != nil {
		return nil, err
	}
	defer server()
	k, err := kubeFromConfig(kubectl, b.work)
	if err != nil {
		return nil, err
	}
	return b.boundRounds(ctx, k)
}

// clusterServer runs the S3 server where pods reach it, with the small file in it; the result ends it.
func (b *bench) clusterServer(ctx context.Context, launcher string) (func(), error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(b.shm, "cluster-data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, err
	}
	local := fmt.Sprintf("127.0.0.1:%d", port)
	cmd := exec.Command(launcher, "run", "--name", boundCluster, "--listen", local+"="+boundS3, "--", b.gateway,
		"--access", accessKey, "--secret", secretKey, "--region", region, "--port", boundS3, "--keep-alive", "--quiet", "posix", data)
	log, err := os.Create(filepath.Join(b.logs, "bound-server.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	client := newS3("http://" + local)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if err = client.createBucket(); err == nil || time.Now().After(deadline) || ctx.Err() != nil {
			break
		}
	}
	if err == nil {
		err = upload(client, b.data["tiny"])
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("the S3 server in the cluster: %w: %s", err, tail(log.Name(), 300))
	}
	return stop, nil
}

// kubeFromConfig gives a client with a token of its own, since kubeconfigs of the launcher hold client certificates.
func kubeFromConfig(kubectl func(...string) (string, error), dir string) (*kube, error) {
	for _, args := range [][]string{
		{"create", "namespace", benchNamespace},
		{"-n", "default", "create", "serviceaccount", "bench"},
		{"create", "clusterrolebinding", "bench", "--clusterrole=cluster-admin", "--serviceaccount=default:bench"},
	} {
		if _, err := kubectl(args...); err != nil {
			return nil, err
		}
	}
	token, err := kubectl("-n", "default", "create", "token", "bench")
	if err != nil {
		return nil, err
	}
	url, err := kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
	if err != nil {
		return nil, err
	}
	text, err := kubectl("config", "view", "--raw", "--minify", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}")
	if err != nil {
		return nil, err
	}
	ca, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(ca) == 0 {
		return nil, fmt.Errorf("the cluster's kubeconfig has no certificate-authority-data: %v", err)
	}
	path := filepath.Join(dir, "cluster-ca.pem")
	if err := os.WriteFile(path, ca, 0o644); err != nil {
		return nil, err
	}
	return newKube(url, token, path)
}

// boundRounds takes both in turn; the first of each warms up.
func (b *bench) boundRounds(ctx context.Context, k *kube) (*boundTimes, error) {
	for path, o := range map[string]object_{
		"/api/v1/namespaces/cistern-populate/secrets": {
			"metadata": object_{"name": "bench"}, "stringData": object_{"id": accessKey, "key": secretKey},
		},
		"/apis/cistern.dev/v1alpha1/storagebackends": {
			"apiVersion": "cistern.dev/v1alpha1", "kind": "StorageBackend", "metadata": object_{"name": "bench"},
			"spec": object_{
				"type": "s3", "allowedNamespaces": []string{benchNamespace},
				"auth": object_{"mode": "accessKey", "accessKeyIdSecretRef": object_{"name": "bench", "key": "id"},
					"secretAccessKeySecretRef": object_{"name": "bench", "key": "key"}},
				"s3": object_{"region": region, "endpoint": "http://" + boundS3, "forcePathStyle": true},
			},
		},
		"/apis/cistern.dev/v1alpha1/namespaces/" + benchNamespace + "/objectvolumepopulators": {
			"apiVersion": "cistern.dev/v1alpha1", "kind": "ObjectVolumePopulator", "metadata": object_{"name": "tiny"},
			"spec": object_{"sources": []any{object_{"backendRef": object_{"name": "bench"}, "path": "s3://" + bucket + "/tiny/"}}},
		},
	} {
		if err := k.create(ctx, path, o); err != nil {
			return nil, err
		}
	}
	times := &boundTimes{}
	var template *jobTemplate
	for round := range max(b.rounds, 5) + 1 {
		ms, steps, seen, err := k.cisternOnce(ctx, round)
		if err != nil {
			return nil, err
		}
		if seen != nil {
			template = seen
		}
		if template == nil {
			return nil, errors.New("no populate Job was seen to take the plain one from")
		}
		plain, err := k.plainOnce(ctx, round, template)
		if err != nil {
			return nil, err
		}
		say("bound: claim %.0f ms, the same Job alone %.0f ms", ms, plain)
		if round == 0 {
			continue
		}
		times.CisternMS, times.PlainMS = append(times.CisternMS, ms), append(times.PlainMS, plain)
		times.add(steps)
	}
	return times, nil
}

func (t *boundTimes) add(steps []boundStep) {
	for i, s := range steps {
		if i == len(t.Steps) {
			t.Steps = append(t.Steps, boundStep{Name: s.Name})
		}
		if t.Steps[i].Name == s.Name {
			t.Steps[i].MS = append(t.Steps[i].MS, s.MS...)
		}
	}
}

// jobTemplate is a populate Job as the controller made it.
type jobTemplate struct {
	Metadata meta
	Spec     struct {
		Template struct {
			Spec map[string]any `json:"spec"`
		} `json:"template"`
	}
}

func claimManifest(name string, dataSource object_) object_ {
	spec := object_{
		"accessModes": []string{"ReadWriteOnce"}, "storageClassName": boundClass,
		"resources": object_{"requests": object_{"storage": "64Mi"}},
	}
	if dataSource != nil {
		spec["dataSourceRef"] = dataSource
	}
	return object_{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": object_{"name": name}, "spec": spec}
}

func (k *kube) cisternOnce(ctx context.Context, round int) (ms float64, steps []boundStep, job *jobTemplate, err error) {
	ctx, cancel := within(ctx, boundEachTime)
	defer cancel()
	name := fmt.Sprintf("tiny-%d", round)
	claims := "/api/v1/namespaces/" + benchNamespace + "/persistentvolumeclaims"
	jobs := make(chan *jobTemplate, 1)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_ = follow(watching, k, "/apis/batch/v1/namespaces/cistern-populate/jobs", func(_ string, j jobTemplate) {
			select {
			case jobs <- &j:
			default:
			}
		})
	}()
	bound := make(chan string, 1)
	go func() {
		_ = follow(watching, k, claims, func(_ string, c stubClaim) {
			if c.Metadata.Name == name && c.Status.Phase == "Bound" {
				select {
				case bound <- c.Metadata.UID:
				default:
				}
			}
		})
	}()
	time.Sleep(200 * time.Millisecond)
	begin := time.Now()
	if err := k.create(ctx, claims, claimManifest(name, object_{"apiGroup": "cistern.dev", "kind": "ObjectVolumePopulator", "name": "tiny"})); err != nil {
		return 0, nil, nil, err
	}
	var uid string
	select {
	case uid = <-bound:
		ms = float64(time.Since(begin).Microseconds()) / 1000
	case <-ctx.Done():
		return 0, nil, nil, fmt.Errorf("claim %s: %w", name, context.Cause(ctx))
	}
	select {
	case job = <-jobs:
	default:
	}
	steps, err = k.runSteps(ctx, uid)
	if err != nil {
		return 0, nil, nil, err
	}
	return ms, steps, job, k.delete(ctx, claims+"/"+name)
}

// runSteps reads the times of a run's steps once it has succeeded.
func (k *kube) runSteps(ctx context.Context, uid string) ([]boundStep, error) {
	for {
		var run struct {
			Status struct {
				Phase     string
				StartedAt time.Time
				Steps     []struct {
					Name string
					At   time.Time
				}
			}
		}
		if err := k.get(ctx, "/apis/cistern.dev/v1alpha1/namespaces/"+benchNamespace+"/volumepopulations/pop-"+uid, &run); err != nil {
			return nil, err
		}
		if run.Status.Phase == "Succeeded" {
			var steps []boundStep
			last := run.Status.StartedAt
			for _, s := range run.Status.Steps {
				steps = append(steps, boundStep{Name: s.Name, MS: []float64{float64(s.At.Sub(last).Microseconds()) / 1000}})
				last = s.At
			}
			return steps, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("run of claim %s is %q: %w", uid, run.Status.Phase, context.Cause(ctx))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// plainOnce is what one would do without Cistern: a claim, and a Job that fills it.
func (k *kube) plainOnce(ctx context.Context, round int, template *jobTemplate) (float64, error) {
	ctx, cancel := within(ctx, boundEachTime)
	defer cancel()
	name := fmt.Sprintf("plain-%d", round)
	space := "/api/v1/namespaces/cistern-populate/persistentvolumeclaims"
	jobs := "/apis/batch/v1/namespaces/cistern-populate/jobs"
	spec, err := template.plainPod(name)
	if err != nil {
		return 0, err
	}
	complete := make(chan struct{})
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		done := false
		_ = follow(watching, k, jobs, func(_ string, j struct {
			Metadata meta
			Status   struct {
				Conditions []struct{ Type, Status string }
			}
		}) {
			for _, c := range j.Status.Conditions {
				if j.Metadata.Name == name && c.Type == "Complete" && c.Status == "True" && !done {
					done = true
					close(complete)
				}
			}
		})
	}()
	time.Sleep(200 * time.Millisecond)
	begin := time.Now()
	if err := k.create(ctx, space, claimManifest(name, nil)); err != nil {
		return 0, err
	}
	if err := k.create(ctx, jobs, object_{
		"apiVersion": "batch/v1", "kind": "Job", "metadata": object_{"name": name},
		"spec": object_{"backoffLimit": 0, "template": object_{"spec": spec}},
	}); err != nil {
		return 0, err
	}
	select {
	case <-complete:
	case <-ctx.Done():
		return 0, fmt.Errorf("Job %s: %w", name, context.Cause(ctx))
	}
	ms := float64(time.Since(begin).Microseconds()) / 1000
	return ms, errors.Join(k.delete(ctx, jobs+"/"+name), k.delete(ctx, space+"/"+name))
}

// plainPod is the Job's pod with another claim and nobody to report to.
func (t *jobTemplate) plainPod(claim string) (map[string]any, error) {
	text, err := json.Marshal(t.Spec.Template.Spec)
	if err != nil {
		return nil, err
	}
	spec := map[string]any{}
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	volumes, _ := spec["volumes"].([]any)
	for _, v := range volumes {
		if source, ok := v.(map[string]any)["persistentVolumeClaim"].(map[string]any); ok {
			source["claimName"] = claim
		}
	}
	containers, _ := spec["containers"].([]any)
	for _, c := range containers {
		env, _ := c.(map[string]any)["env"].([]any)
		for _, e := range env {
			variable := e.(map[string]any)
			if variable["name"] != "CISTERN_RUN" {
				continue
			}
			run := map[string]any{}
			if err := json.Unmarshal([]byte(fmt.Sprint(variable["value"])), &run); err != nil {
				return nil, err
			}
			delete(run, "report")
			text, err := json.Marshal(run)
			if err != nil {
				return nil, err
			}
			variable["value"] = string(text)
		}
	}
	return spec, nil
}

func (r result) boundSection() string {
	var b strings.Builder
	t := r.Bound
	own, plain := spreadOf(t.CisternMS), spreadOf(t.PlainMS)
	fmt.Fprintf(&b, "| | ms (min–max) |\n|---|---|\n| claim created → Bound, with Cistern | %.0f (%.0f–%.0f) |\n"+
		"| claim and Job created → Job complete, without | %.0f (%.0f–%.0f) |\n| **overhead** | **%.0f** |\n",
		own.Median, own.Min, own.Max, plain.Median, plain.Min, plain.Max, own.Median-plain.Median)
	fmt.Fprintf(&b, "\n%d rounds in turn after one to warm up. The run's steps, each from the one before, the first from the run's making:\n\n"+
		"| step | ms (min–max) |\n|---|---|\n", len(t.CisternMS))
	for _, s := range t.Steps {
		v := spreadOf(s.MS)
		fmt.Fprintf(&b, "| %s | %.0f (%.0f–%.0f) |\n", s.Name, v.Median, v.Min, v.Max)
	}
	return b.String()
}
