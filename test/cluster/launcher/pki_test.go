package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestCertificatesServeAndIdentify(t *testing.T) {
	c := testCluster(t)
	p, err := newPKI(c.nodes(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.write(c.path("pki")); err != nil {
		t.Fatal(err)
	}
	if err := c.writeKubeconfigs(p, c.nodes(1), 1234); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(c.path("pki", "apiserver.crt"), c.path("pki", "apiserver.key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"127.0.0.1", bridgeIP, apiService, "kubernetes.default.svc"} {
		if err := pair.Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(p.ca.cert)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := r.TLS.PeerCertificates[0].Subject
		json.NewEncoder(w).Encode([]string{who.CommonName, strings.Join(who.Organization, ",")})
	}))
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
	}
	server.StartTLS()
	defer server.Close()
	a, err := c.api(server.Listener.Addr().(*net.TCPAddr).Port)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := a.get("/", &got); err != nil || !slices.Equal(got, []string{"kubernetes-admin", "system:masters"}) {
		t.Errorf("the administrator is %v, %v", got, err)
	}
	node, err := tls.LoadX509KeyPair(c.path("pki", "n1.crt"), c.path("pki", "n1.key"))
	if err != nil {
		t.Fatal(err)
	}
	if s := node.Leaf.Subject; s.CommonName != "system:node:n1" || !slices.Equal(s.Organization, []string{"system:nodes"}) {
		t.Errorf("the node is %v", s)
	}
	config, err := os.ReadFile(c.kubeconfig())
	if err != nil || !bytes.Contains(config, []byte("server: https://127.0.0.1:1234\n")) {
		t.Errorf("kubeconfig: %v\n%s", err, config)
	}
}

func TestNodesAreReadyOnlyAllTogether(t *testing.T) {
	ready := `{"metadata":{"name":"n1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`
	for answer, ok := range map[string]bool{
		`{"items":[` + ready + `,` + ready + `]}`: true,
		`{"items":[` + ready + `]}`:               false,
		`{"items":[]}`:                            false,
		`{"items":[` + ready + `,{"status":{}}]}`: false,
		`{"items":[` + ready + `,` + strings.Replace(ready, "True", "False", 1) + `]}`: false,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, answer)
		}))
		a := &api{url: server.URL, client: server.Client()}
		if err := a.nodesReady(2); (err == nil) != ok {
			t.Errorf("%s: %v", answer, err)
		}
		server.Close()
	}
}
