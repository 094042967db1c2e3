package main

import (
	"fmt"
	"os"
	"strings"
)

// Configuration files, by name under conf/. Rates are high and periods short because a test waits for them.

const authenticationYAML = `apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions: # health only; everything else needs a name
  - path: /livez
  - path: /readyz
  - path: /healthz
`

const schedulerYAML = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection:
  kubeconfig: KUBECONFIG
  qps: 1000
  burst: 2000
leaderElection:
  leaderElect: false
podMaxBackoffSeconds: 3
`

// Names under host.test lead to the control network, so that a test server can have buckets in its host name. There
// is no way out of the cluster's networks: every other name is answered at once, with a no.
const corefile = `cluster.local in-addr.arpa ip6.arpa {
	bind ` + bridgeIP + `
	errors
	ready 127.0.0.1:18181
	kubernetes {
		kubeconfig KUBECONFIG cistern
		pods insecure
		ttl 5
	}
}
host.test {
	bind ` + bridgeIP + `
	errors
	template IN A {
		answer "{{ .Name }} 60 IN A ` + bridgeIP + `"
	}
	template IN ANY {
		rcode NOERROR
	}
}
. {
	bind ` + bridgeIP + `
	errors
	template ANY ANY {
		rcode NXDOMAIN
	}
}
`

const containerdTOML = `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.nri.v1.nri",
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.zfs",
]

[debug]
  level = "warn"

[plugins.'io.containerd.metadata.v1.bolt']
  no_sync = true

[plugins.'io.containerd.internal.v1.opt']
  path = "/var/lib/containerd/opt"

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "` + pauseImage + `"

[plugins.'io.containerd.cri.v1.runtime']
  # Not every machine lets root lower a process's OOM score.
  restrict_oom_score_adj = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["CNIBIN"]
  conf_dir = "` + insideCNI + `"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
    BinaryName = "RUNC"
    SystemdCgroup = false
`

const kubeletYAML = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: CLUSTER/pki/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: CLUSTER/pki/NODE.crt
tlsPrivateKeyFile: CLUSTER/pki/NODE.key
address: NODEIP
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /CGROUP
enforceNodeAllocatable: [pods]
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
makeIPTablesUtilChains: false
volumePluginDir: /var/lib/kubelet/volume-plugins
clusterDNS: [` + dnsService + `]
clusterDomain: cluster.local
resolvConf: CLUSTER/conf/resolv.conf
maxPods: 250
serializeImagePulls: false
registryPullQPS: 0
eventRecordQPS: 0
kubeAPIQPS: 1000
kubeAPIBurst: 2000
syncFrequency: 10s
nodeStatusUpdateFrequency: 4s
volumeStatsAggPeriod: 10s
# Images were loaded by hand and cannot be pulled again.
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard:
  memory.available: 50Mi
  nodefs.available: 1%
  nodefs.inodesFree: 1%
  imagefs.available: 1%
  imagefs.inodesFree: 1%
`

const proxyYAML = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection:
  kubeconfig: CLUSTER/conf/proxy.kubeconfig
  qps: 1000
  burst: 2000
hostnameOverride: NODE
mode: nftables
clusterCIDR: ` + podCIDR + `
oomScoreAdj: 0
nftables:
  minSyncPeriod: 100ms
# Connection tracking's limits are the machine's, not ours to set.
conntrack:
  maxPerCore: 0
  min: 0
  tcpEstablishedTimeout: 0s
  tcpCloseWaitTimeout: 0s
`

func (n node) cniConf() string {
	return fmt.Sprintf(`{
  "cniVersion": "1.0.0",
  "name": "cistern",
  "plugins": [{
    "type": "ptp",
    "ipMasq": false,
    "ipam": {
      "type": "host-local",
      "dataDir": "/run/cistern/cni-addresses",
      "ranges": [[{"subnet": %q}]],
      "routes": [{"dst": "0.0.0.0/0"}]
    }
  }]
}
`, n.podCIDR())
}

func (c cluster) writeConfigs(nodes []node, tools hostTools) error {
	files := map[string]string{
		"authentication.yaml": authenticationYAML,
		"scheduler.yaml":      strings.ReplaceAll(schedulerYAML, "KUBECONFIG", c.path("conf", "scheduler.kubeconfig")),
		"Corefile":            strings.ReplaceAll(corefile, "KUBECONFIG", c.path("conf", "coredns.kubeconfig")),
		"resolv.conf":         "nameserver " + dnsService + "\n",
		"containerd.toml": strings.NewReplacer("CNIBIN", tools.cniDir, "RUNC", tools.runc).
			Replace(containerdTOML),
	}
	for _, n := range nodes {
		fill := strings.NewReplacer(
			"CLUSTER", insideCluster, "NODEIP", n.ip(), "NODE", n.name(), "CGROUP", n.cgroup())
		files[n.name()+"-kubelet.yaml"] = fill.Replace(kubeletYAML)
		files[n.name()+"-proxy.yaml"] = fill.Replace(proxyYAML)
	}
	for name, text := range files {
		if err := os.WriteFile(c.path("conf", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
