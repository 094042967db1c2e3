package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// spec is an image's image.json: what the image runs, apart from its layers.
type spec struct {
	Name       string            `json:"name"`
	User       string            `json:"user"`
	Entrypoint []string          `json:"entrypoint"`
	Cmd        []string          `json:"cmd,omitempty"`
	Env        []string          `json:"env,omitempty"`
	WorkingDir string            `json:"workingDir,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
}

type repeated []string

func (r *repeated) String() string     { return strings.Join(*r, " ") }
func (r *repeated) Set(v string) error { *r = append(*r, v); return nil }

func imageCommand(args []string) error {
	var layers, labels repeated
	flags := flag.NewFlagSet("image", flag.ExitOnError)
	specPath := flags.String("spec", "", "the image.json")
	imageName := flags.String("name", "", "the image's name, instead of the one in the spec")
	out := flags.String("out", "", "the OCI tar to write")
	push := flags.Bool("push", false, "push to the registry that the name says")
	plain := flags.Bool("insecure", false, "push by plain HTTP (loopback registries are reached so in any case)")
	flags.Var(&layers, "layer", "a layer, the lowest first")
	flags.Var(&labels, "label", "a label, key=value")
	_ = flags.Parse(args)
	if *specPath == "" || (*out == "") == !*push {
		return errors.New("image: give -spec FILE and one of -out FILE and -push")
	}
	wanted, err := readSpec(*specPath, *imageName, labels)
	if err != nil {
		return err
	}
	image, err := buildImage(wanted, layers)
	if err != nil {
		return fmt.Errorf("%s: %w", wanted.Name, err)
	}
	if *push {
		return pushImage(wanted.Name, image, *plain)
	}
	return writeWhole(*out, func(w io.Writer) error { return writeImage(w, wanted.Name, image) })
}

func readSpec(path, imageName string, labels []string) (spec, error) {
	var s spec
	file, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	if imageName != "" {
		s.Name = imageName
	}
	if s.Name == "" || len(s.Entrypoint) == 0 || s.User == "" {
		return s, fmt.Errorf("%s: name, user and entrypoint must be there", path)
	}
	if s.Labels == nil {
		s.Labels = map[string]string{}
	}
	for _, label := range labels {
		key, value, found := strings.Cut(label, "=")
		if !found {
			return s, fmt.Errorf("-label %s: not key=value", label)
		}
		s.Labels[key] = value
	}
	return s, nil
}

func buildImage(s spec, layers []string) (v1.Image, error) {
	image := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	image = mutate.ConfigMediaType(image, types.OCIConfigJSON)
	image, err := mutate.ConfigFile(image, &v1.ConfigFile{
		Created:      v1.Time{Time: epoch},
		OS:           "linux",
		Architecture: runtime.GOARCH,
		RootFS:       v1.RootFS{Type: "layers"},
		Config: v1.Config{
			User: s.User, Entrypoint: s.Entrypoint, Cmd: s.Cmd, Env: s.Env, WorkingDir: s.WorkingDir, Labels: s.Labels,
		},
	})
	if err != nil {
		return nil, err
	}
	for _, path := range layers {
		layer, err := tarball.LayerFromFile(path, tarball.WithMediaType(types.OCILayer))
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", path, err)
		}
		image, err = mutate.Append(image, mutate.Addendum{
			Layer:   layer,
			History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: "cistern deploy/images/build.sh"},
		})
		if err != nil {
			return nil, err
		}
	}
	return image, nil
}

func pushImage(imageName string, image v1.Image, plain bool) error {
	options := []name.Option{}
	if plain {
		options = append(options, name.Insecure)
	}
	reference, err := name.ParseReference(imageName, options...)
	if err != nil {
		return err
	}
	if err := remote.Write(reference, image, remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
		return fmt.Errorf("pushing %s: %w", imageName, err)
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	fmt.Printf("%s@%s\n", reference.Context().Name(), digest)
	return nil
}

// writeImage writes an OCI layout as one tar. It carries the index's names that containerd reads, and beside them the
// manifest.json that `docker load` of engines before 25 wants; the blobs are shared by both.
func writeImage(w io.Writer, imageName string, image v1.Image) error {
	dir, err := os.MkdirTemp("", "pack-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	full, short, err := names(imageName)
	if err != nil {
		return err
	}
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	annotations := map[string]string{"io.containerd.image.name": full, "org.opencontainers.image.ref.name": full}
	if err := path.AppendImage(image, layout.WithAnnotations(annotations)); err != nil {
		return err
	}
	if err := writeDockerManifest(filepath.Join(dir, "manifest.json"), short, image); err != nil {
		return err
	}
	return writeTree(w, dir)
}

// names gives the name as containerd keeps it (docker.io/cistern/populate:dev) and as people write it.
func names(imageName string) (full, short string, err error) {
	tag, err := name.NewTag(imageName)
	if err != nil {
		return "", "", err
	}
	full = strings.Replace(tag.Name(), "index.docker.io/", "docker.io/", 1)
	return full, imageName, nil
}

func writeDockerManifest(path, imageName string, image v1.Image) error {
	manifest, err := image.Manifest()
	if err != nil {
		return err
	}
	blob := func(d v1.Hash) string { return "blobs/" + d.Algorithm + "/" + d.Hex }
	entry := tarball.Descriptor{Config: blob(manifest.Config.Digest), RepoTags: []string{imageName}}
	for _, layer := range manifest.Layers {
		entry.Layers = append(entry.Layers, blob(layer.Digest))
	}
	content, err := json.Marshal([]tarball.Descriptor{entry})
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
