package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	probeImage = "cistern.dev/probe:1"
	probePort  = 8080
	serverPort = 9000
)

// probePod is a web server that answers with its node's name, and a service of its own.
const probePod = `apiVersion: v1
kind: Pod
metadata:
  name: probe-NODE
  labels: {probe: NODE}
spec:
  nodeSelector: {kubernetes.io/hostname: NODE}
  terminationGracePeriodSeconds: 2
  containers:
  - name: probe
    image: ` + probeImage + `
    imagePullPolicy: Never
    args: [serve, ":8080", NODE]
    readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: probe-NODE}
spec:
  selector: {probe: NODE}
  ports: [{port: 80, targetPort: 8080}]
---
`

// selftest is a cluster under test.
type selftest struct {
	cluster cluster
	kubectl string
	self    string
}

func cmdSelftest(args []string) error {
	flags := flag.NewFlagSet("selftest", flag.ExitOnError)
	name := flags.String("name", "selftest", "the cluster's name; it is stopped first if it runs")
	flags.Parse(args)
	c, err := newCluster(*name)
	if err != nil {
		return err
	}
	t := selftest{cluster: c}
	if t.self, err = os.Executable(); err != nil {
		return err
	}
	if _, err := ensurePart("kubectl", false); err != nil {
		return err
	}
	if t.kubectl, err = program("kubectl"); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := c.down(); err != nil {
			return err
		}
	}
	failure := t.run()
	if failure != nil {
		say("FAILED: %v", failure)
	}
	before := time.Now()
	downErr := c.down()
	say("down took %.1f s", time.Since(before).Seconds())
	var leftErr error
	if left := c.leftovers(); len(left) > 0 {
		leftErr = fmt.Errorf("left behind:\n  %s", strings.Join(left, "\n  "))
	} else {
		say("nothing is left behind")
	}
	return errors.Join(failure, downErr, leftErr)
}

func (t selftest) run() error {
	const nodes = 2
	if err := t.cluster.up(nodes); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "cistern-selftest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	image := filepath.Join(temp, "probe.tar")
	if err := t.writeProbeImage(image); err != nil {
		return err
	}
	if err := cmdLoad([]string{"--name", t.cluster.name, image}); err != nil {
		return err
	}
	var manifest string
	for _, n := range t.cluster.nodes(nodes) {
		manifest += strings.ReplaceAll(probePod, "NODE", n.name())
	}
	if _, err := t.kube(manifest, "apply", "-f", "-"); err != nil {
		return err
	}
	if _, err := t.kube("", "wait", "pod", "--all", "--for=condition=Ready", "--timeout=60s"); err != nil {
		return err
	}
	say("a pod runs on each node")
	for _, from := range t.cluster.nodes(nodes) {
		for _, to := range t.cluster.nodes(nodes) {
			url := fmt.Sprintf("http://probe-%s.default.svc.cluster.local/", to.name())
			if err := t.expect(to.name(), func() (string, error) { return t.getFromPod(from, url) }); err != nil {
				return fmt.Errorf("pod on %s asks the service of %s: %w", from.name(), to.name(), err)
			}
		}
		logs, err := t.kube("", "logs", "probe-"+from.name())
		if err != nil || !strings.Contains(logs, "serving "+from.name()) {
			return fmt.Errorf("logs of the pod on %s: %q, %w", from.name(), logs, err)
		}
	}
	say("DNS, services across nodes, exec and logs work")
	return t.controlNetwork()
}

// controlNetwork checks the ways between the control network, pods and the machine.
func (t selftest) controlNetwork() error {
	ip, err := t.kube("", "get", "service", "probe-n2", "-o", "jsonpath={.spec.clusterIP}")
	if err != nil {
		return err
	}
	err = t.expect("n2", func() (string, error) {
		return output(exec.Command(t.self, "run", "--name", t.cluster.name, "--", t.self, "_probe", "get", "http://"+ip+"/"))
	})
	if err != nil {
		return fmt.Errorf("control network asks a service: %w", err)
	}
	listener, port, err := listenFrom(preferredPort(t.cluster.name) + 100)
	if err != nil {
		return err
	}
	listener.Close()
	server := exec.Command(t.self, "run", "--name", t.cluster.name,
		"--listen", fmt.Sprintf("127.0.0.1:%d=%s:%d", port, bridgeIP, serverPort),
		"--", t.self, "_probe", "serve", fmt.Sprintf("%s:%d", bridgeIP, serverPort), "outside")
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		server.Process.Kill() // and its child must die with it, or `down` finds it
		server.Wait()
	}()
	for _, n := range t.cluster.nodes(2) {
		err := t.expect("outside", func() (string, error) {
			return t.getFromPod(n, fmt.Sprintf("http://bucket.host.test:%d/", serverPort))
		})
		if err != nil {
			return fmt.Errorf("pod on %s asks a server in the control network: %w", n.name(), err)
		}
	}
	err = t.expect("outside", func() (string, error) {
		return output(exec.Command(t.self, "_probe", "get", fmt.Sprintf("http://127.0.0.1:%d/", port)))
	})
	if err != nil {
		return fmt.Errorf("machine asks a server in the control network: %w", err)
	}
	// The storage tests do this, and a loop device is the one thing here that no namespace ends with.
	_, err = output(exec.Command(t.self, "node-exec", "--name", t.cluster.name, "--node", "n2", "--", "sh", "-c",
		"truncate -s 64M /var/lib/cistern/loop && losetup -f /var/lib/cistern/loop"))
	if err != nil {
		return fmt.Errorf("loop device on n2: %w", err)
	}
	if len(loopDevices([]node{{t.cluster, 2}})) != 1 {
		return errors.New("the loop device made on n2 is not recognised as the node's")
	}
	say("the control network, pods and the machine's loopback reach each other as they should")
	return nil
}

func (t selftest) getFromPod(n node, url string) (string, error) {
	return t.kube("", "exec", "probe-"+n.name(), "--", "/bin/cluster", "_probe", "get", url)
}

// expect allows for the moment that a new endpoint takes to reach every kube-proxy.
func (t selftest) expect(want string, ask func() (string, error)) error {
	return waitFor(15*time.Second, 200*time.Millisecond, "an answer of "+want, func() error {
		got, err := ask()
		if err == nil && strings.TrimSpace(got) != want {
			err = fmt.Errorf("the answer is %q", got)
		}
		return err
	})
}

func (t selftest) kube(stdin string, args ...string) (string, error) {
	cmd := exec.Command(t.kubectl, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+t.cluster.kubeconfig())
	cmd.Stdin = strings.NewReader(stdin)
	return output(cmd)
}

func output(cmd *exec.Cmd) (string, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return string(out), err
}

func (t selftest) writeProbeImage(path string) error {
	launcher, err := os.ReadFile(t.self)
	if err != nil {
		return err
	}
	files := []imageFile{{path: "bin/"}, {path: "tmp/"}, {path: "bin/cluster", data: launcher}}
	return writeImage(path, probeImage, []string{"/bin/cluster", "_probe"}, files)
}
