package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
)

// part is something that is built once and kept in the cache.
type part struct {
	name    string
	version string
	// A part with a module of its own is built from parts/<module>; without one, packages are installed at version.
	module   string
	packages []string
	// A part of Node.js is what parts/<npm>/package-lock.json pins, installed by npm.
	npm     string
	ldflags string
	// programs maps each program to the file that provides it, relative to the part's directory.
	programs map[string]string
}

const (
	kubernetesVersion = "1.36.3"
	plainLdflags      = "-s -w"
)

func self(names ...string) map[string]string {
	m := map[string]string{}
	for _, n := range names {
		m[n] = n
	}
	return m
}

func allPrograms(file string, names ...string) map[string]string {
	m := map[string]string{}
	for _, n := range names {
		m[n] = file
	}
	return m
}

// parts is in the order of building: what `up` needs comes first.
var parts = []part{
	{name: "pause", version: "1", module: "pause", packages: []string{"."}, programs: self("pause")},
	{
		name: "kubernetes", version: kubernetesVersion, module: "kubernetes", packages: []string{"."},
		ldflags: "-X k8s.io/component-base/version.gitVersion=v" + kubernetesVersion +
			" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36" +
			" -X k8s.io/client-go/pkg/version.gitVersion=v" + kubernetesVersion,
		programs: allPrograms("kubernetes", "kubernetes", "kubectl", "etcd", "kube-apiserver",
			"kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet"),
	},
	{
		name: "containerd", version: "2.3.7",
		packages: []string{
			"github.com/containerd/containerd/v2/cmd/containerd",
			"github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
			"github.com/containerd/containerd/v2/cmd/ctr",
		},
		programs: self("containerd", "containerd-shim-runc-v2", "ctr"),
	},
	{name: "coredns", version: "1.15.0", module: "coredns", packages: []string{"."}, programs: self("coredns")},
	{
		name: "provisioner", version: "6.3.0", module: "provisioner",
		packages: []string{"github.com/kubernetes-csi/external-provisioner/v6/cmd/csi-provisioner"},
		ldflags:  "-X main.version=v6.3.0",
		programs: self("csi-provisioner"),
	},
	{
		name: "versitygw", version: "1.8.0", packages: []string{"github.com/versity/versitygw/cmd/versitygw"},
		programs: self("versitygw"),
	},
	{
		name: "fake-gcs-server", version: "1.56.1", packages: []string{"github.com/fsouza/fake-gcs-server"},
		programs: self("fake-gcs-server"),
	},
	{
		name: "registry", version: "3.1.2", packages: []string{"github.com/distribution/distribution/v3/cmd/registry"},
		programs: self("registry"),
	},
	{name: "oras", version: "1.3.6", packages: []string{"oras.land/oras/cmd/oras"}, programs: self("oras")},
	{
		name: "crane", version: "0.22.1", packages: []string{"github.com/google/go-containerregistry/cmd/crane"},
		programs: self("crane"),
	},
	{
		name: "azurite", version: "3.35.0", npm: "azurite",
		programs: map[string]string{"azurite-blob": "node_modules/.bin/azurite-blob"},
	},
	{
		name: "csi-sanity", version: "5.6.0", packages: []string{"github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity"},
		programs: self("csi-sanity"),
	},
}

// nodeFiles are all that goes into a part of Node.js.
var nodeFiles = []string{"package.json", "package-lock.json"}

// clusterParts are those that `up` starts.
var clusterParts = []string{"pause", "kubernetes", "containerd", "coredns"}

// findPart takes a part's name or the name of a program in one.
func findPart(name string) (part, error) {
	for _, p := range parts {
		if p.name == name {
			return p, nil
		}
	}
	for _, p := range parts {
		if _, ok := p.programs[name]; ok {
			return p, nil
		}
	}
	var known []string
	for _, p := range parts {
		for program := range p.programs {
			known = append(known, program)
		}
	}
	sort.Strings(known)
	return part{}, fmt.Errorf("no part or program %q; there are: %s", name, strings.Join(known, " "))
}

// dir is where the part is kept: it changes with everything that goes into the build.
func (p part) dir() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, p.name, p.version, p.packages, p.ldflags, runtime.Version(), runtime.GOARCH)
	if p.module+p.npm != "" {
		source, err := sourceDir()
		if err != nil {
			return "", err
		}
		inputs := []string{"go.mod", "go.sum", "main.go"}
		if p.npm != "" {
			inputs = nodeFiles
		}
		for _, name := range inputs {
			data, err := os.ReadFile(filepath.Join(source, "parts", p.module+p.npm, name))
			if err != nil && !os.IsNotExist(err) {
				return "", err
			}
			fmt.Fprintf(h, "%s %d\n", name, len(data))
			h.Write(data)
		}
	}
	sum := hex.EncodeToString(h.Sum(nil))[:12]
	return filepath.Join(partsDir(), fmt.Sprintf("%s-%s-%s", p.name, p.version, sum)), nil
}

// program gives the path of a program of a part that has been built.
func program(name string) (string, error) {
	p, err := findPart(name)
	if err != nil {
		return "", err
	}
	dir, err := p.dir()
	if err != nil {
		return "", err
	}
	if _, ok := p.programs[name]; !ok {
		name = firstKey(p.programs)
	}
	return filepath.Join(dir, name), nil
}

func firstKey(m map[string]string) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys[0]
}
