package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// controllerUser is who the controller is to the API server: RBAC and the audit log go by it.
const controllerUser = "system:serviceaccount:cistern-system:cistern-controller"

// controlPlane is a real API server with etcd and the controller manager, on the loopback, without nodes.
type controlPlane struct {
	kube                 *kube
	dir, url, audit      string
	adminToken, ownToken string
	kubectl              []string
	processes            []*exec.Cmd
	ended                []chan struct{}
}

// startControlPlane starts one that is empty. Its data lies on the tmpfs: etcd's disk is not what is measured.
func startControlPlane(ctx context.Context, b *bench) (c *controlPlane, err error) {
	program, err := outputOf(ctx, b.root, filepath.Join(b.root, "test/cluster/cluster"), "part", "kube-apiserver")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.shm, "control-plane-")
	if err != nil {
		return nil, err
	}
	c = &controlPlane{dir: dir, audit: filepath.Join(dir, "audit.log"), adminToken: rand.Text(), ownToken: rand.Text()}
	defer func() {
		if err != nil {
			c.stop()
		}
	}()
	certs, err := makeCertificates(dir)
	if err != nil {
		return c, err
	}
	key, err := c.signingKey()
	if err != nil {
		return c, err
	}
	var ports [4]int
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return c, err
		}
	}
	if err := c.files(); err != nil {
		return c, err
	}
	// The multi-call program takes the command's name first.
	prefix := []string{program}
	if filepath.Base(program) != "kube-apiserver" {
		prefix = []string{program, "kube-apiserver"}
	}
	component := func(name string) []string {
		if len(prefix) == 1 {
			return []string{filepath.Join(filepath.Dir(program), name)}
		}
		return []string{program, name}
	}
	c.kubectl = component("kubectl")
	etcd, peers := fmt.Sprintf("http://127.0.0.1:%d", ports[0]), fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	c.url = fmt.Sprintf("https://127.0.0.1:%d", ports[2])
	if err := c.start(b, "etcd", append(component("etcd"), "--data-dir", filepath.Join(dir, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", etcd, "--advertise-client-urls", etcd, "--listen-peer-urls", peers,
		"--initial-advertise-peer-urls", peers, "--initial-cluster", "default="+peers, "--log-level", "error",
		"--quota-backend-bytes", fmt.Sprint(2*gib))); err != nil {
		return c, err
	}
	if err := c.start(b, "kube-apiserver", append(component("kube-apiserver"), "--etcd-servers", etcd, "--bind-address", "127.0.0.1",
		"--secure-port", fmt.Sprint(ports[2]), "--tls-cert-file", certs.serverCert, "--tls-private-key-file", certs.serverKey,
		"--cert-dir", dir, "--token-auth-file", filepath.Join(dir, "tokens.csv"), "--authorization-mode", "RBAC",
		"--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", key,
		"--service-account-signing-key-file", key, "--service-cluster-ip-range", "10.72.0.0/16",
		"--audit-policy-file", filepath.Join(dir, "audit.yaml"), "--audit-log-path", c.audit, "--audit-log-mode", "batch",
		"--event-ttl", "1h", "--allow-privileged=true")); err != nil {
		return c, err
	}
	if c.kube, err = newKube(c.url, c.adminToken, certs.ca); err != nil {
		return c, err
	}
	if err := c.awaitReady(ctx); err != nil {
		return c, err
	}
	config := filepath.Join(dir, "admin.kubeconfig")
	if err := writeKubeconfig(config, c.url, certs.ca, c.adminToken); err != nil {
		return c, err
	}
	// No kubelet tells of nodes or pods but the stub, so nothing may conclude from its silence.
	return c, c.start(b, "kube-controller-manager", append(component("kube-controller-manager"), "--kubeconfig", config,
		"--bind-address", "127.0.0.1", "--secure-port", fmt.Sprint(ports[3]), "--cert-dir", dir, "--leader-elect=false",
		"--controllers", "*,-node-lifecycle-controller,-taint-eviction-controller,-node-ipam-controller,-horizontal-pod-autoscaler-controller",
		"--use-service-account-credentials=false", "--service-account-private-key-file", key, "--root-ca-file", certs.ca,
		"--kube-api-qps", "2000", "--kube-api-burst", "4000", "--concurrent-job-syncs", "10"))
}

func (c *controlPlane) signingKey() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	path := filepath.Join(c.dir, "service-accounts.key")
	return path, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600)
}

// files writes who may come in and whose requests are logged.
func (c *controlPlane) files() error {
	tokens := fmt.Sprintf("%s,admin,admin,system:masters\n%s,%s,%s,\"system:serviceaccounts,system:serviceaccounts:cistern-system\"\n",
		c.adminToken, c.ownToken, controllerUser, controllerUser)
	if err := os.WriteFile(filepath.Join(c.dir, "tokens.csv"), []byte(tokens), 0o600); err != nil {
		return err
	}
	policy := fmt.Sprintf(`apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: Metadata, users: ["%s"]}
  - {level: None}
`, controllerUser)
	return os.WriteFile(filepath.Join(c.dir, "audit.yaml"), []byte(policy), 0o644)
}

func writeKubeconfig(path, url, ca, token string) error {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: bench
contexts: [{name: bench, context: {cluster: bench, user: bench}}]
clusters: [{name: bench, cluster: {server: %q, certificate-authority-data: %s}}]
users: [{name: bench, user: {token: %q}}]
`, url, base64.StdEncoding.EncodeToString(pem), token)
	return os.WriteFile(path, []byte(text), 0o600)
}

func (c *controlPlane) start(b *bench, name string, argv []string) error {
	_, _, err := c.launch(b, name, command{Argv: argv, Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir}})
	return err
}

// launch starts a process that is ended with the control plane.
func (c *controlPlane) launch(b *bench, name string, what command) (*exec.Cmd, chan struct{}, error) {
	log, err := os.Create(filepath.Join(b.logs, "controller-"+name+".log"))
	if err != nil {
		return nil, nil, err
	}
	defer log.Close()
	cmd := exec.Command(what.Argv[0], what.Argv[1:]...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = what.Env, what.Dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
	c.processes, c.ended = append(c.processes, cmd), append(c.ended, done)
	return cmd, done, nil
}

func (c *controlPlane) awaitReady(ctx context.Context) error {
	for deadline := time.Now().Add(60 * time.Second); ; {
		resp, err := c.kube.request(ctx, http.MethodGet, "/readyz", "", nil)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			return nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("the API server is not ready: %w", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// apply hands manifests to kubectl.
func (c *controlPlane) apply(ctx context.Context, b *bench, args ...string) error {
	ctx, cancel := within(ctx, 2*time.Minute)
	defer cancel()
	argv := append(append([]string{}, c.kubectl[1:]...), "--kubeconfig", filepath.Join(c.dir, "admin.kubeconfig"))
	cmd := exec.CommandContext(ctx, c.kubectl[0], append(argv, args...)...)
	cmd.Dir = b.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// stop ends what was started and removes its files.
func (c *controlPlane) stop() {
	c.stopProcesses()
	_ = os.RemoveAll(c.dir)
}

// stopProcesses ends what was started, the last first. The audit log is whole after that.
func (c *controlPlane) stopProcesses() {
	for i := len(c.processes) - 1; i >= 0; i-- {
		if err := c.processes[i].Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			say("cannot end process %d: %v", c.processes[i].Process.Pid, err)
		}
		select {
		case <-c.ended[i]:
		case <-time.After(5 * time.Second):
			_ = c.processes[i].Process.Kill()
			<-c.ended[i]
		}
	}
	c.processes, c.ended = nil, nil
}
