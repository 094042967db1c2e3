package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	stubNode        = "stub"
	stubProvisioner = "bench.cistern.dev"
	stubClass       = "bench"
	// stubWorkers is how many requests the stubs make at a time.
	stubWorkers = 16
	// stubCopySeconds is how long a simulated copy takes.
	stubCopySeconds = 0.5
)

// stubs stand in for what a cluster's nodes and its provisioner do: pods run and end, volumes appear.
type stubs struct {
	kube   *kube
	work   chan func(context.Context) error
	errors chan error
	group  sync.WaitGroup
}

type stubPod struct {
	Metadata meta
	Spec     struct{ NodeName string }
	Status   struct{ Phase string }
}

type stubClaim struct {
	Metadata meta
	Spec     struct {
		StorageClassName string
		VolumeName       string
		AccessModes      []string
		DataSourceRef    *struct{ Kind string }
		Resources        struct{ Requests map[string]string }
	}
	Status struct{ Phase string }
}

func startStubs(ctx context.Context, k *kube) (*stubs, error) {
	s := &stubs{kube: k, work: make(chan func(context.Context) error, 20_000), errors: make(chan error, 1)}
	if err := k.create(ctx, "/api/v1/nodes", object_{"apiVersion": "v1", "kind": "Node", "metadata": object_{"name": stubNode}}); err != nil {
		return nil, err
	}
	if err := k.merge(ctx, "/api/v1/nodes/"+stubNode+"/status", object_{"status": object_{
		"capacity":   object_{"cpu": "10000", "memory": "10000Gi", "pods": "100000"},
		"conditions": []any{object_{"type": "Ready", "status": "True", "reason": "Stub", "lastHeartbeatTime": now(), "lastTransitionTime": now()}},
	}}); err != nil {
		return nil, err
	}
	if err := k.create(ctx, "/apis/storage.k8s.io/v1/storageclasses", object_{
		"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": object_{"name": stubClass},
		"provisioner": stubProvisioner, "volumeBindingMode": "Immediate", "reclaimPolicy": "Delete",
	}); err != nil {
		return nil, err
	}
	for range stubWorkers {
		s.group.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case do := <-s.work:
					if err := do(ctx); err != nil && ctx.Err() == nil && !harmless(err) {
						s.fail(err)
					}
				}
			}
		})
	}
	s.group.Go(func() { s.fail(follow(ctx, k, "/api/v1/pods", s.pod())) })
	s.group.Go(func() { s.fail(follow(ctx, k, "/api/v1/persistentvolumeclaims", s.claim())) })
	return s, nil
}

// harmless tells of answers that mean that someone else was faster, or that the object is gone.
func harmless(err error) bool {
	var status *statusError
	return errors.As(err, &status) && (status.code == 404 || status.code == 409)
}

func (s *stubs) fail(err error) {
	if err != nil {
		select {
		case s.errors <- err:
		default:
		}
	}
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// pod is scheduler and kubelet: each pod of a Job is bound, runs a while, and ends with the message that the engine would leave.
func (s *stubs) pod() func(string, stubPod) {
	started := map[string]bool{}
	return func(kind string, p stubPod) {
		uid := p.Metadata.UID
		if kind == "DELETED" {
			delete(started, uid)
			return
		}
		path := "/api/v1/namespaces/" + p.Metadata.Namespace + "/pods/" + p.Metadata.Name
		if p.Metadata.DeletionTimestamp != "" {
			s.work <- func(ctx context.Context) error {
				return s.kube.call(ctx, "DELETE", path, "application/json", object_{"gracePeriodSeconds": 0}, nil)
			}
			return
		}
		if started[uid] || p.Spec.NodeName != "" || p.Metadata.Labels["batch.kubernetes.io/job-name"] == "" {
			return
		}
		started[uid] = true
		s.work <- func(ctx context.Context) error {
			if err := s.kube.create(ctx, path+"/binding", object_{
				"apiVersion": "v1", "kind": "Binding", "metadata": object_{"name": p.Metadata.Name},
				"target": object_{"apiVersion": "v1", "kind": "Node", "name": stubNode},
			}); err != nil {
				return err
			}
			from := now()
			if err := s.kube.merge(ctx, path+"/status", podStatus("Running", object_{"running": object_{"startedAt": from}})); err != nil {
				return err
			}
			// The copy holds no worker.
			time.AfterFunc(time.Duration(stubCopySeconds*float64(time.Second)), func() {
				s.work <- func(ctx context.Context) error {
					return s.kube.merge(ctx, path+"/status", podStatus("Succeeded", object_{"terminated": object_{
						"exitCode": 0, "reason": "Completed", "startedAt": from, "finishedAt": now(), "message": engineMessage(),
					}}))
				}
			})
			return nil
		}
	}
}

func podStatus(phase string, state object_) object_ {
	return object_{"status": object_{
		"phase": phase, "startTime": now(),
		"conditions": []any{
			object_{"type": "PodScheduled", "status": "True"},
			object_{"type": "Ready", "status": map[bool]string{true: "True", false: "False"}[phase == "Running"]},
		},
		"containerStatuses": []any{object_{
			"name": "populate", "image": "cistern/populate:dev", "imageID": "stub", "containerID": "stub://1", "ready": phase == "Running",
			"restartCount": 0, "state": state,
		}},
	}}
}

// engineMessage is a termination message (docs/design/run-protocol.md).
func engineMessage() string {
	text, _ := json.Marshal(object_{
		"outcome": "Succeeded", "terminal": false, "reason": nil, "message": "", "bytes": 1024, "files": 1, "bytesFetched": 1024,
		"bytesResumed": 0, "manifestDigest": "sha256:" + fmt.Sprintf("%064d", 0), "seconds": stubCopySeconds,
	})
	return string(text)
}

// claim is the provisioner: a claim of its class gets a volume, unless something else is to fill it first.
func (s *stubs) claim() func(string, stubClaim) {
	made := map[string]bool{}
	return func(kind string, c stubClaim) {
		m := c.Metadata
		if kind == "DELETED" {
			delete(made, m.UID)
			return
		}
		if made[m.UID] || c.Spec.VolumeName != "" || c.Spec.DataSourceRef != nil || c.Spec.StorageClassName != stubClass ||
			m.Annotations["volume.kubernetes.io/storage-provisioner"] != stubProvisioner || m.DeletionTimestamp != "" {
			return
		}
		made[m.UID] = true
		s.work <- func(ctx context.Context) error {
			return s.kube.create(ctx, "/api/v1/persistentvolumes", object_{
				"apiVersion": "v1", "kind": "PersistentVolume",
				"metadata": object_{"name": "pvc-" + m.UID, "annotations": object_{"pv.kubernetes.io/provisioned-by": stubProvisioner}},
				"spec": object_{
					"accessModes": c.Spec.AccessModes, "capacity": object_{"storage": c.Spec.Resources.Requests["storage"]},
					"storageClassName": stubClass, "persistentVolumeReclaimPolicy": "Delete", "volumeMode": "Filesystem",
					"csi":      object_{"driver": stubProvisioner, "volumeHandle": "pvc-" + m.UID},
					"claimRef": object_{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": m.Namespace, "name": m.Name, "uid": m.UID},
				},
			})
		}
	}
}
