package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

type kind string

const (
	ours  kind = "ours"
	peer  kind = "peer"
	limit kind = "limit"
	// fixed is Cistern told how many connections to have.
	fixed kind = "fixed"
	// earlier is Cistern at another commit.
	earlier kind = "earlier"
)

// tool is something that fills a directory from the server, or a limit of the machine to compare with.
type tool struct {
	Name    string `json:"name"`
	Kind    kind   `json:"kind"`
	Version string `json:"version"`
	// How tells the flags that it runs with, as a user would write them.
	How string `json:"how"`
	// Copies says of a limit that it leaves what a tool would, so that it is compared.
	Copies bool `json:"copies,omitempty"`
	// Missing says why it could not be brought here; empty if it could.
	Missing string `json:"missing,omitempty"`

	// program is what fill runs, where that may be given other flags.
	program string
	fill    func(j job) (command, error)
}

// job is one filling of one directory.
type job struct {
	endpoint string
	// ca is a PEM file, empty for plain HTTP.
	ca   string
	data dataset
	dir  string
	// served is the directory that the server reads the data set's objects from.
	served string
	// home is a directory that a tool may keep its own configuration in.
	home string
	// memoryBytes is what a tool is told to keep to, where it can be told; zero means nothing.
	memoryBytes int64
}

// path is the object's key, or the prefix with its slash.
func (j job) path() string {
	if j.data.Single {
		return j.data.Objects[0].Key
	}
	return j.data.prefix()
}

func (j job) file() string { return filepath.Join(j.dir, filepath.Base(j.data.Objects[0].Key)) }

// environment is all that tools get: no configuration of the machine's user, no proxy, no certificate list but the run's.
func (j job) environment(more ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + j.home, "LC_ALL=C.UTF-8",
		"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey,
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_EC2_METADATA_DISABLED=true",
	}
	return append(env, more...)
}

func s5cmdTool(program string) tool {
	return tool{
		Name: "s5cmd", Kind: peer, Version: "2.3.0", program: program,
		How: "s5cmd --numworkers 16 cp --concurrency 4 --part-size 64 (objects above 64 MiB); " +
			"s5cmd --numworkers 32 cp --concurrency 1 (small ones)",
		fill: s5cmdFill(program, func(d dataset) []string {
			if largest(d) > partSize {
				return []string{"--numworkers", "16", "cp", "--concurrency", "4", "--part-size", "64"}
			}
			return []string{"--numworkers", "32", "cp", "--concurrency", "1"}
		}),
	}
}

// s5cmdFill runs s5cmd with flags that follow from the data set.
func s5cmdFill(program string, flags func(d dataset) []string) func(j job) (command, error) {
	return func(j job) (command, error) {
		// The SDK inside takes one CA bundle from its environment.
		env := j.environment()
		if j.ca != "" {
			env = append(env, "AWS_CA_BUNDLE="+j.ca)
		}
		argv := append([]string{program, "--endpoint-url", j.endpoint, "--log", "error"}, flags(j.data)...)
		from := "s3://" + bucket + "/" + j.path()
		if !j.data.Single {
			from += "*"
		}
		return command{Argv: append(argv, from, j.dir+"/"), Env: env}, nil
	}
}

func rcloneTool(program string) tool {
	return tool{
		Name: "rclone", Kind: peer, Version: "1.75.1", program: program,
		// Its own digest check is left out, as s5cmd has none.
		How: "rclone copy --fast-list --no-traverse --inplace --ignore-checksum --use-server-modtime, with --transfers 4 " +
			"--multi-thread-streams 4 --multi-thread-cutoff 64M (objects above 64 MiB) or --transfers 16 --checkers 16 --buffer-size 0",
		fill: rcloneFill(program, func(d dataset) []string {
			if largest(d) > partSize {
				return []string{"--transfers", "4", "--multi-thread-streams", "4", "--multi-thread-cutoff", "64M"}
			}
			return []string{"--transfers", "16", "--checkers", "16", "--buffer-size", "0"}
		}),
	}
}

// rcloneFill runs rclone with flags that follow from the data set, besides those that it always gets.
func rcloneFill(program string, flags func(d dataset) []string) func(j job) (command, error) {
	return func(j job) (command, error) {
		argv := append([]string{program, "copy", "--config", "/dev/null", "--fast-list", "--no-traverse", "--inplace",
			"--ignore-checksum", "--use-server-modtime"}, flags(j.data)...)
		if j.ca != "" {
			argv = append(argv, "--ca-cert", j.ca)
		}
		from := "bench:" + bucket + "/" + strings.TrimSuffix(j.path(), "/")
		return command{Argv: append(argv, from, j.dir), Env: j.environment(
			"RCLONE_CONFIG_BENCH_TYPE=s3", "RCLONE_CONFIG_BENCH_PROVIDER=Other", "RCLONE_CONFIG_BENCH_ENV_AUTH=true",
			"RCLONE_CONFIG_BENCH_ENDPOINT="+j.endpoint, "RCLONE_CONFIG_BENCH_FORCE_PATH_STYLE=true",
		)}, nil
	}
}

func mcTool(program, version string) tool {
	return tool{
		Name: "mc", Kind: peer, Version: version,
		How: "mc cp (one object); mc mirror (many); it has no flags for concurrency",
		fill: func(j job) (command, error) {
			config := filepath.Join(j.home, "mc")
			if err := os.MkdirAll(filepath.Join(config, "certs", "CAs"), 0o755); err != nil {
				return command{}, err
			}
			trusted := filepath.Join(config, "certs", "CAs", "ca.pem")
			_ = os.Remove(trusted)
			if j.ca != "" {
				pem, err := os.ReadFile(j.ca)
				if err != nil {
					return command{}, err
				}
				if err := os.WriteFile(trusted, pem, 0o644); err != nil {
					return command{}, err
				}
			}
			scheme, address, _ := strings.Cut(j.endpoint, "://")
			argv := []string{program, "--config-dir", config, "--quiet", "--disable-pager"}
			if j.data.Single {
				argv = append(argv, "cp", "s/"+bucket+"/"+j.path(), j.file())
			} else {
				argv = append(argv, "mirror", "--overwrite", "s/"+bucket+"/"+j.path(), j.dir+"/")
			}
			return command{Argv: argv, Env: j.environment(
				fmt.Sprintf("MC_HOST_s=%s://%s:%s@%s", scheme, accessKey, secretKey, address),
			)}, nil
		},
	}
}

func transferManagerTool(java, classPath string) tool {
	return tool{
		Name: "aws-java-tm", Kind: peer, Version: "SDK 2.54.13, aws-crt 0.48.4, JDK 25",
		How: "S3TransferManager over S3AsyncClient.crtBuilder().targetThroughputInGbps(20)",
		fill: func(j job) (command, error) {
			c := command{
				Argv: []string{java, "-cp", classPath, "--enable-native-access=ALL-UNNAMED", "dev.cistern.bench.TransferManagerPeer",
					j.endpoint, bucket, j.path(), j.dir},
				Env: j.environment(),
			}
			if j.ca != "" {
				// The CRT takes the system's list and no other.
				for _, list := range []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt"} {
					if _, err := os.Stat(list); err == nil {
						c.Binds = append(c.Binds, [2]string{j.ca, list})
					}
				}
			}
			return c, nil
		},
	}
}

func boto3Tool(python, script, version string) tool {
	return tool{
		Name: "boto3-crt", Kind: peer, Version: version,
		How: "s3transfer's CRTTransferManager, target_throughput 20 Gbit/s",
		fill: func(j job) (command, error) {
			ca := j.ca
			if ca == "" {
				ca = "-"
			}
			return command{Argv: []string{python, script, j.endpoint, ca, bucket, j.path(), j.dir}, Env: j.environment()}, nil
		},
	}
}

func largest(d dataset) (size int64) {
	for _, o := range d.Objects {
		size = max(size, o.Size)
	}
	return size
}

// rawReaders is how many curls read at a time: the fastest of 2, 4, 8 and 16 here.
const rawReaders = 4

// rawReadTool reads an object in ranges to nowhere: what network and server give.
func rawReadTool() tool {
	return tool{
		Name: "raw read", Kind: limit, Version: "curl",
		How: fmt.Sprintf("%d curl processes, a range each, to /dev/null", rawReaders),
		fill: func(j job) (command, error) {
			link, err := presign(j.endpoint, j.path())
			if err != nil {
				return command{}, err
			}
			var script strings.Builder
			size := j.data.bytes()
			trust := ""
			if j.ca != "" {
				trust = "--cacert '" + j.ca + "'"
			}
			for i := range int64(rawReaders) {
				from, to := size*i/rawReaders, size*(i+1)/rawReaders-1
				fmt.Fprintf(&script, "curl -sSf %s -r %d-%d -o /dev/null '%s' & p%d=$!\n", trust, from, to, link, i)
			}
			for i := range rawReaders {
				fmt.Fprintf(&script, "wait $p%d || exit 1\n", i)
			}
			return command{Argv: []string{"/bin/sh", "-c", script.String()}, Env: j.environment()}, nil
		},
	}
}

// rawWriteTool writes as many bytes to the target as the object has.
func rawWriteTool() tool {
	return tool{
		Name: "raw write", Kind: limit, Version: "dd",
		How: "dd if=/dev/zero of=TARGET bs=1M",
		fill: func(j job) (command, error) {
			return command{
				Argv: []string{"dd", "if=/dev/zero", "of=" + j.file(), "bs=1M", fmt.Sprintf("count=%d", j.data.bytes()/mib)},
				Env:  j.environment(),
			}, nil
		},
	}
}

// localCopyTool copies the files that the server reads: the target's share of the work.
func localCopyTool() tool {
	return tool{
		Name: "local copy", Kind: limit, Version: "cp",
		How: "cp -r of the server's own files",
		fill: func(j job) (command, error) {
			return command{Argv: []string{"cp", "-r", j.served + "/.", j.dir}, Env: j.environment()}, nil
		},
	}
}
