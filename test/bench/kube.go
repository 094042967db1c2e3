package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// kube talks to an API server in JSON; the benchmark needs no more of a client than this.
type kube struct {
	base, token string
	http        *http.Client
}

type object_ = map[string]any

func newKube(base, token, caFile string) (*kube, error) {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: no certificate", caFile)
	}
	return &kube{base: base, token: token, http: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 32, ForceAttemptHTTP2: true,
	}}}, nil
}

// statusError is an answer that is not a success.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

func (k *kube) request(ctx context.Context, method, path, contentType string, body any) (*http.Response, error) {
	var in io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, k.base+path, in)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+k.token)
	req.Header.Set("User-Agent", "cistern-bench")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := k.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 2000))
		return nil, &statusError{resp.StatusCode, fmt.Sprintf("%s %s: %s: %s", method, path, resp.Status, text)}
	}
	return resp, nil
}

func (k *kube) call(ctx context.Context, method, path, contentType string, body any, out any) error {
	ctx, cancel := within(ctx, time.Minute)
	defer cancel()
	resp, err := k.request(ctx, method, path, contentType, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

func (k *kube) create(ctx context.Context, path string, body any) error {
	return k.call(ctx, "POST", path, "application/json", body, nil)
}

func (k *kube) get(ctx context.Context, path string, out any) error {
	return k.call(ctx, "GET", path, "", nil, out)
}

func (k *kube) merge(ctx context.Context, path string, body any) error {
	return k.call(ctx, "PATCH", path, "application/merge-patch+json", body, nil)
}

func (k *kube) delete(ctx context.Context, path string) error {
	return k.call(ctx, "DELETE", path, "application/json", object_{"propagationPolicy": "Background"}, nil)
}

// follow calls visit with every object of a collection, now and whenever it changes, until the context ends. A watch that breaks
// is started anew from a list.
func follow[T any](ctx context.Context, k *kube, path string, visit func(kind string, o T)) error {
	for ctx.Err() == nil {
		var list struct {
			Metadata struct{ ResourceVersion string }
			Items    []T
		}
		if err := k.get(ctx, path, &list); err != nil {
			if ctx.Err() != nil {
				break
			}
			return err
		}
		for _, o := range list.Items {
			visit("ADDED", o)
		}
		resp, err := k.request(ctx, "GET", path+"?watch=1&timeoutSeconds=600&resourceVersion="+list.Metadata.ResourceVersion, "", nil)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			return err
		}
		for events := json.NewDecoder(resp.Body); ; {
			var event struct {
				Type   string
				Object T
			}
			if events.Decode(&event) != nil || event.Type == "ERROR" {
				break
			}
			visit(event.Type, event.Object)
		}
		resp.Body.Close()
	}
	return nil
}

// meta is what the stubs read of any object.
type meta struct {
	Name, Namespace, UID string
	Annotations, Labels  map[string]string
	DeletionTimestamp    string
	CreationTimestamp    time.Time
}
