package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// api is the little of a Kubernetes client that starting a cluster takes.
type api struct {
	url    string
	client *http.Client
}

func (c cluster) api(port int) (*api, error) {
	ca, err := os.ReadFile(c.path("pki", "ca.crt"))
	if err != nil {
		return nil, err
	}
	cert, err := tls.LoadX509KeyPair(c.path("pki", "admin.crt"), c.path("pki", "admin.key"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &api{
		url: fmt.Sprintf("https://127.0.0.1:%d", port),
		client: &http.Client{
			Timeout: 10 * time.Second,
			Transport: &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}},
			},
		},
	}, nil
}

func (a *api) do(method, path, contentType string, body []byte, into any) error {
	request, err := http.NewRequest(method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %.300s", method, path, response.Status, data)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}

// get fills into, unless it is nil: then the call's success is the answer.
func (a *api) get(path string, into any) error { return a.do(http.MethodGet, path, "", nil, into) }

// apply is a server-side apply of a YAML document.
func (a *api) apply(path, document string) error {
	return a.do(http.MethodPatch, path+"?fieldManager=cistern-test-cluster&force=true",
		"application/apply-patch+yaml", []byte(document), nil)
}

// nodesReady fails unless exactly the expected number of nodes is there, each of them ready.
func (a *api) nodesReady(expected int) error {
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Status   struct {
				Conditions []struct{ Type, Status, Message string }
			}
		}
	}
	if err := a.get("/api/v1/nodes", &list); err != nil {
		return err
	}
	if len(list.Items) != expected {
		return fmt.Errorf("%d of %d nodes have registered", len(list.Items), expected)
	}
	for _, n := range list.Items {
		problem := errors.New("node " + n.Metadata.Name + " has not reported yet")
		for _, c := range n.Status.Conditions {
			if c.Type == "Ready" {
				problem = nil
				if c.Status != "True" {
					problem = fmt.Errorf("node %s is not ready: %s", n.Metadata.Name, c.Message)
				}
			}
		}
		if problem != nil {
			return problem
		}
	}
	return nil
}
