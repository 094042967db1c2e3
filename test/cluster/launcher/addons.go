package main

// addon is an object that every cluster has from the start.
type addon struct{ path, document string }

// CoreDNS runs as a process of the control network: the service has no pods to select, so its endpoints are
// written by hand.
var addons = []addon{
	{"/apis/rbac.authorization.k8s.io/v1/clusterroles/system:coredns", `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:coredns"}
rules:
- apiGroups: [""]
  resources: [endpoints, services, pods, namespaces]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
`},
	{"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:coredns", `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "system:coredns"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:coredns"}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:coredns"}
`},
	{"/api/v1/namespaces/kube-system/services/kube-dns", `
apiVersion: v1
kind: Service
metadata:
  name: kube-dns
  namespace: kube-system
  labels: {k8s-app: kube-dns}
spec:
  clusterIP: ` + dnsService + `
  ports:
  - {name: dns, protocol: UDP, port: 53}
  - {name: dns-tcp, protocol: TCP, port: 53}
`},
	{"/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices/kube-dns", `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: kube-dns
  namespace: kube-system
  labels:
    kubernetes.io/service-name: kube-dns
    endpointslice.kubernetes.io/managed-by: cistern-test-cluster
addressType: IPv4
endpoints:
- addresses: [` + bridgeIP + `]
  conditions: {ready: true}
ports:
- {name: dns, protocol: UDP, port: 53}
- {name: dns-tcp, protocol: TCP, port: 53}
`},
}
