package main

import (
	"fmt"
	"path/filepath"
)

// builtParts maps a part's name to the directory that it was built in.
type builtParts map[string]string

// controlServices are the control plane's, in the control network.
func (c cluster) controlServices(built builtParts) []service {
	k8s := func(name string) string { return filepath.Join(built["kubernetes"], name) }
	pki := func(name string) string { return c.path("pki", name) }
	conf := func(name string) string { return c.path("conf", name) }
	return []service{
		{Name: "etcd", Argv: []string{
			k8s("etcd"), "--name=etcd", "--data-dir=" + c.path("etcd"),
			"--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
			"--listen-peer-urls=http://127.0.0.1:2380", "--initial-advertise-peer-urls=http://127.0.0.1:2380",
			"--initial-cluster=etcd=http://127.0.0.1:2380",
			// Nobody mourns this data when the power fails.
			"--unsafe-no-fsync", "--log-level=warn",
		}},
		{Name: "apiserver", Argv: []string{
			k8s("kube-apiserver"),
			"--etcd-servers=http://127.0.0.1:2379",
			"--advertise-address=" + bridgeIP, "--bind-address=0.0.0.0", fmt.Sprintf("--secure-port=%d", apiPort),
			"--cert-dir=" + c.path("apiserver"),
			"--tls-cert-file=" + pki("apiserver.crt"), "--tls-private-key-file=" + pki("apiserver.key"),
			"--client-ca-file=" + pki("ca.crt"),
			"--authentication-config=" + conf("authentication.yaml"),
			"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
			"--allow-privileged=true",
			"--service-cluster-ip-range=" + serviceCIDR,
			"--service-account-issuer=https://kubernetes.default.svc",
			"--service-account-jwks-uri=https://kubernetes.default.svc/openid/v1/jwks",
			"--service-account-key-file=" + pki("sa.pub"), "--service-account-signing-key-file=" + pki("sa.key"),
			"--kubelet-certificate-authority=" + pki("ca.crt"),
			"--kubelet-client-certificate=" + pki("apiserver-kubelet.crt"),
			"--kubelet-client-key=" + pki("apiserver-kubelet.key"),
			"--kubelet-preferred-address-types=InternalIP",
			"--requestheader-client-ca-file=" + pki("front-proxy-ca.crt"),
			"--requestheader-allowed-names=front-proxy-client",
			"--requestheader-extra-headers-prefix=X-Remote-Extra-",
			"--requestheader-group-headers=X-Remote-Group", "--requestheader-username-headers=X-Remote-User",
			"--proxy-client-cert-file=" + pki("front-proxy.crt"), "--proxy-client-key-file=" + pki("front-proxy.key"),
			// Webhooks are called at their pods, which are routed here, instead of at their service.
			"--enable-aggregator-routing=true",
			"--feature-gates=CrossNamespaceVolumeDataSource=true",
			"--max-requests-inflight=2000", "--max-mutating-requests-inflight=1000",
			"--profiling=false",
		}},
		{Name: "controller-manager", After: []string{"ready"}, Argv: []string{
			k8s("kube-controller-manager"),
			"--kubeconfig=" + conf("controller-manager.kubeconfig"),
			"--authentication-kubeconfig=" + conf("controller-manager.kubeconfig"),
			"--authorization-kubeconfig=" + conf("controller-manager.kubeconfig"),
			"--cert-dir=" + c.path("controller-manager"), "--bind-address=127.0.0.1",
			"--use-service-account-credentials=true",
			"--service-account-private-key-file=" + pki("sa.key"), "--root-ca-file=" + pki("ca.crt"),
			"--cluster-signing-cert-file=" + pki("ca.crt"), "--cluster-signing-key-file=" + pki("ca.key"),
			"--leader-elect=false", "--kube-api-qps=1000", "--kube-api-burst=2000",
			"--pvclaimbinder-sync-period=5s", "--attach-detach-reconcile-sync-period=10s",
			"--profiling=false",
		}},
		{Name: "scheduler", After: []string{"ready"}, Argv: []string{
			k8s("kube-scheduler"), "--config=" + conf("scheduler.yaml"),
			"--authentication-kubeconfig=" + conf("scheduler.kubeconfig"),
			"--authorization-kubeconfig=" + conf("scheduler.kubeconfig"),
			"--cert-dir=" + c.path("scheduler"), "--bind-address=127.0.0.1",
		}},
		{Name: "coredns", After: []string{"ready"}, Argv: []string{
			filepath.Join(built["coredns"], "coredns"), "-conf", conf("Corefile"),
		}},
	}
}

// services are the node's. Paths are as the node sees them.
func (n node) services(built builtParts) []service {
	in := func(part, name string) string {
		return filepath.Join(insideParts, filepath.Base(built[part]), name)
	}
	conf := func(name string) string { return filepath.Join(insideCluster, "conf", name) }
	const socket = "/run/containerd/containerd.sock"
	return []service{
		{
			Name: "containerd", Path: []string{filepath.Dir(in("containerd", "containerd"))},
			Argv: []string{in("containerd", "containerd"), "--config", conf("containerd.toml")},
		},
		{
			Name: "pause-image", Once: true, After: []string{"unix:" + socket},
			Argv: []string{in("containerd", "ctr"), "-a", socket, "-n", "k8s.io", "images", "import",
				filepath.Join(insideCluster, "pause.tar")},
		},
		{
			Name: "kubelet", After: []string{"done:pause-image", "ready"},
			Argv: []string{
				in("kubernetes", "kubelet"),
				"--config=" + conf(n.name()+"-kubelet.yaml"), "--kubeconfig=" + conf(n.name()+".kubeconfig"),
				"--hostname-override=" + n.name(), "--node-ip=" + n.ip(),
				"--node-labels=topology.kubernetes.io/region=local,topology.kubernetes.io/zone=" + n.zone(),
			},
		},
		{
			Name: "proxy", After: []string{"ready"},
			Argv: []string{in("kubernetes", "kube-proxy"), "--config=" + conf(n.name()+"-proxy.yaml")},
		},
	}
}
