package main

import (
	"encoding/base64"
	"fmt"
	"os"
)

// kubeconfig is self-contained: a copy of it works, and so does a node that cannot see the cluster's PKI.
func kubeconfig(server, user string, caPEM []byte, id identity) []byte {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: cistern
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %s
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: cistern
  context:
    cluster: cistern
    user: %s
current-context: cistern
`, server, b64(caPEM), user, b64(id.certPEM), b64(id.keyPEM), user)
}

func (c cluster) writeKubeconfigs(p *pki, nodes []node, port int) error {
	inside := fmt.Sprintf("https://%s:%d", bridgeIP, apiPort)
	files := map[string][]byte{
		c.kubeconfig():       kubeconfig(fmt.Sprintf("https://127.0.0.1:%d", port), "admin", p.ca.pem, p.identities["admin"]),
		c.insideKubeconfig(): kubeconfig(inside, "admin", p.ca.pem, p.identities["admin"]),
	}
	users := []string{"controller-manager", "scheduler", "proxy", "coredns"}
	for _, n := range nodes {
		users = append(users, n.name())
	}
	for _, user := range users {
		files[c.path("conf", user+".kubeconfig")] = kubeconfig(inside, user, p.ca.pem, p.identities[user])
	}
	for path, data := range files {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
