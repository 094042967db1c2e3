/// The servers that tests and the demo read from: a real S3 server (versitygw), a proxy in front of it that counts and
/// misbehaves on order, and a strict STS for web identity. They run beside the cluster's pods, each in a process of its own,
/// and are steered over a loopback port. Nothing here knows Kubernetes or Cistern.
@NullMarked
package dev.cistern.test.server;

import org.jspecify.annotations.NullMarked;
