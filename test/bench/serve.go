package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
)

// serveMain keeps the server up with one data set in it, to look at a tool by hand or with a profiler.
func serveMain(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	root := flags.String("root", ".", "the project's directory")
	name := flags.String("data", "one", "data set: one, small, model, photos or tiny")
	scale := flags.String("scale", "full", "full or small")
	tls := flags.Bool("tls", false, "with TLS")
	far := flags.String("far", "", "a store far away: 2ms, 10ms, 25ms, 80ms or busy")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	d, ok := datasets(*scale == "full")[*name]
	if !ok {
		return errors.New("there is no data set " + *name)
	}
	b, err := newBench(ctx, *root, *scale == "full", 1)
	if err != nil {
		return err
	}
	defer b.close()
	serve := func() (*server, error) { return b.serve(d, *tls) }
	if *far != "" {
		at := slices.IndexFunc(append(farProfiles, farBusy), func(p farProfile) bool { return p.Name == *far })
		if at < 0 {
			return errors.New("there is no far store " + *far)
		}
		serve = func() (*server, error) { return b.serveFar(d, append(farProfiles, farBusy)[at]) }
	}
	s, err := serve()
	if err != nil {
		return err
	}
	j := job{endpoint: s.endpoint, data: d}
	if *tls {
		j.ca = b.certs.ca
	}
	target := filepath.Join(b.shm, "target")
	text, err := runSpec(j, target, j.ca, "full", 0)
	if err != nil {
		return err
	}
	fmt.Printf("export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_REGION=%s\n", accessKey, secretKey, region)
	fmt.Printf("export CISTERN_SOURCE_0_ACCESS_KEY_ID=%s CISTERN_SOURCE_0_SECRET_ACCESS_KEY=%s\n", accessKey, secretKey)
	fmt.Printf("export ENDPOINT=%s PREFIX=s3://%s/%s TARGET=%s CA=%s\nexport CISTERN_RUN='%s'\n", s.endpoint, bucket, j.path(), target, j.ca, text)
	say("serving until interrupted")
	<-ctx.Done()
	return nil
}
