package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// image is one of Cistern's images, unpacked: what runs in a cluster is what is measured.
type image struct {
	root       string
	entrypoint []string
	env        []string
	digest     string
}

// openImage builds one of the images and unpacks it beside the results, once for each digest.
func openImage(ctx context.Context, p places, name string) (*image, error) {
	if os.Getuid() != 0 {
		return nil, errors.New("running the image's own root file system needs root")
	}
	say("building the image %s", name)
	if err := installer(ctx, p, "image-"+name, nil, filepath.Join(p.root, "deploy/images/build.sh"), name); err != nil {
		return nil, err
	}
	return openArchive(filepath.Join(p.root, "target/images", name+".tar"), filepath.Join(p.out, "images", name))
}

// openArchive unpacks an image into a directory below the given one, which then holds no other image.
func openArchive(archive, dir string) (*image, error) {
	files, err := readSmallFiles(archive)
	if err != nil {
		return nil, err
	}
	var index struct {
		Manifests []struct {
			Digest string `json:"digest"`
		} `json:"manifests"`
	}
	if err := json.Unmarshal(files["index.json"], &index); err != nil || len(index.Manifests) != 1 {
		return nil, fmt.Errorf("%s: not an OCI archive of one image: %v", archive, err)
	}
	var manifest struct {
		Config struct{ Digest string }   `json:"config"`
		Layers []struct{ Digest string } `json:"layers"`
	}
	if err := json.Unmarshal(files[blob(index.Manifests[0].Digest)], &manifest); err != nil {
		return nil, fmt.Errorf("%s: manifest: %w", archive, err)
	}
	var config struct {
		Config struct {
			Entrypoint []string
			Env        []string
		} `json:"config"`
	}
	if err := json.Unmarshal(files[blob(manifest.Config.Digest)], &config); err != nil {
		return nil, fmt.Errorf("%s: config: %w", archive, err)
	}
	digest := index.Manifests[0].Digest
	i := &image{
		root:       filepath.Join(dir, strings.TrimPrefix(digest, "sha256:")[:16]),
		entrypoint: config.Config.Entrypoint, env: config.Config.Env, digest: digest,
	}
	if _, err := os.Stat(i.root); err == nil {
		return i, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	var layers []string
	for _, l := range manifest.Layers {
		layers = append(layers, blob(l.Digest))
	}
	if err := unpackLayers(archive, layers, i.root+".part"); err != nil {
		return nil, err
	}
	return i, os.Rename(i.root+".part", i.root)
}

func blob(digest string) string { return "blobs/" + strings.Replace(digest, ":", "/", 1) }

// readSmallFiles gives the archive's JSON files; layers are larger.
func readSmallFiles(archive string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := eachEntry(archive, func(h *tar.Header, r io.Reader) error {
		if h.Typeflag != tar.TypeReg || h.Size > 1<<20 {
			return nil
		}
		data, err := io.ReadAll(r)
		files[strings.TrimPrefix(h.Name, "./")] = data
		return err
	})
	return files, err
}

func unpackLayers(archive string, layers []string, root string) error {
	if err := os.RemoveAll(root); err != nil {
		return err
	}
	for _, layer := range layers {
		found := false
		err := eachEntry(archive, func(h *tar.Header, r io.Reader) error {
			if strings.TrimPrefix(h.Name, "./") != layer {
				return nil
			}
			found = true
			z, err := gzip.NewReader(r)
			if err != nil {
				return err
			}
			return unpack(tar.NewReader(z), root)
		})
		if err == nil && !found {
			err = fmt.Errorf("%s has no %s", archive, layer)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func eachEntry(archive string, visit func(*tar.Header, io.Reader) error) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	for t := tar.NewReader(f); ; {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
		if err := visit(h, t); err != nil {
			return err
		}
	}
}

// unpack keeps the files' times: the JVM compares those of its jars with what its AOT cache recorded.
func unpack(t *tar.Reader, root string) error {
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !filepath.IsLocal(h.Name) && h.Name != "./" {
			return fmt.Errorf("a layer holds %q", h.Name)
		}
		path := filepath.Join(root, h.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(path, 0o755)
		case tar.TypeSymlink:
			_ = os.Remove(path)
			err = os.Symlink(h.Linkname, path)
		case tar.TypeLink:
			_ = os.Remove(path)
			err = os.Link(filepath.Join(root, h.Linkname), path)
		case tar.TypeReg:
			err = unpackFile(t, h, path)
		}
		if err != nil {
			return err
		}
	}
}

func unpackFile(r io.Reader, h *tar.Header, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, os.FileMode(h.Mode)&0o777)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Chtimes(path, h.ModTime, h.ModTime)
}

// Where the command finds its volume and the CA inside the image.
const (
	volumeInImage = "/data"
	caInImage     = "/tmp/bench-ca.pem"
)

// runSpec is the text of CISTERN_RUN, as the controller writes it for a Job (docs/design/run-protocol.md).
func runSpec(j job, target, ca, verify string, connections int) (string, error) {
	tls := map[string]any{}
	if j.ca != "" {
		tls["caFile"] = ca
	}
	store := map[string]any{
		"type": "s3", "endpoint": j.endpoint, "region": region, "pathStyle": true, "tls": tls,
		"bucket": bucket, "prefix": j.path(), "auth": map[string]any{"mode": "accessKey"},
	}
	text, err := json.Marshal(map[string]any{
		"version":       2,
		"run":           map[string]any{"namespace": "team-a", "pvc": "bench", "uid": "00000000-0000-0000-0000-000000000000", "attempt": 1},
		"sources":       []any{map[string]any{"store": store}},
		"target":        target,
		"capacityBytes": 0,
		"verify":        verify,
		"limits":        map[string]any{"bytesPerSecond": 0, "memoryBytes": j.memoryBytes, "connections": connections},
	})
	return string(text), err
}

// cisternTool runs the image's entry point in the image's root, told what a Job is told.
func cisternTool(i *image, name, verify string, withoutCache bool, connections int) tool {
	how := "populate image " + i.digest[:19] + ": its JRE and AOT cache, verify: " + verify
	if withoutCache {
		how = "the same without its AOT cache"
	}
	return tool{
		Name: name, Kind: ours, Version: "this tree", How: how,
		fill: func(j job) (command, error) {
			text, err := runSpec(j, volumeInImage, caInImage, verify, connections)
			if err != nil {
				return command{}, err
			}
			var argv []string
			for _, a := range i.entrypoint {
				if withoutCache && strings.HasPrefix(a, "-XX:AOTCache=") {
					continue
				}
				argv = append(argv, a)
			}
			c := command{
				Argv: append(argv, "job"), Root: i.root, Binds: [][2]string{{j.dir, volumeInImage}},
				Env: append(append([]string{}, i.env...), "CISTERN_RUN="+text,
					"CISTERN_SOURCE_0_ACCESS_KEY_ID="+accessKey, "CISTERN_SOURCE_0_SECRET_ACCESS_KEY="+secretKey),
			}
			if j.ca != "" {
				c.Binds = append(c.Binds, [2]string{j.ca, caInImage})
			}
			return c, nil
		},
	}
}

// plainJavaTool is for machines where the image cannot be run; its start is not that of a Job, and its name says so.
func plainJavaTool(ctx context.Context, p places, name, verify string, why error, connections int) tool {
	t := tool{
		Name: name + " (plain java)", Kind: ours, Version: "this tree",
		How: "java -cp on the machine's JDK, without image and AOT cache, because: " + why.Error(),
	}
	if err := installer(ctx, p, "populate-job", nil, filepath.Join(p.root, "mvnw"), "-q", "-B", "-pl", "populate-job/job", "-am",
		"-DskipTests", "package", "dependency:copy-dependencies", "-DincludeScope=runtime"); err != nil {
		t.Missing = err.Error()
		return t
	}
	module := filepath.Join(p.root, "populate-job/job/target")
	t.fill = func(j job) (command, error) {
		text, err := runSpec(j, j.dir, j.ca, verify, connections)
		if err != nil {
			return command{}, err
		}
		return command{
			Argv: []string{filepath.Join(os.Getenv("JAVA_HOME"), "bin", "java"), "-cp", module + "/*:" + module + "/dependency/*",
				"--enable-native-access=ALL-UNNAMED", "dev.cistern.populate.Main", "job"},
			Env: j.environment("CISTERN_RUN="+text, "CISTERN_SOURCE_0_ACCESS_KEY_ID="+accessKey,
				"CISTERN_SOURCE_0_SECRET_ACCESS_KEY="+secretKey),
		}, nil
	}
	return t
}
