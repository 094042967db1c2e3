/// The servers that tests and the demo read from: a real S3 server (versitygw), a proxy in front of it that counts
/// requests and injects faults, and a strict STS for web identity. They run beside the cluster's pods, each in its own
/// process, and are controlled over a loopback port. Nothing here depends on Kubernetes or Cistern.
@NullMarked
package dev.cistern.test.server;

import org.jspecify.annotations.NullMarked;
