/// What the plugin tells about itself over HTTP: `/healthz` for kubelet's liveness probe, `/metrics` for Prometheus.
@NullMarked
package dev.cistern.csi.http;

import org.jspecify.annotations.NullMarked;
