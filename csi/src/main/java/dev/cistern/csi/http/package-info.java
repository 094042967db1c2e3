/// HTTP endpoints of the plugin: `/healthz` for kubelet's liveness probe, `/metrics` for Prometheus.
@NullMarked
package dev.cistern.csi.http;

import org.jspecify.annotations.NullMarked;
