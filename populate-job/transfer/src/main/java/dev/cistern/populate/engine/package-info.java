/// The populate engine: lists sources, checks the target, copies objects in bounded parallel ranges, verifies, makes
/// durable.
///
/// [Fill] is one attempt from beginning to end. It knows sources only as [dev.cistern.populate.source.Source] and the
/// volume only as [dev.cistern.populate.target.Target]. Nothing here knows a cloud, Kubernetes, the environment or a
/// terminal.
@NullMarked
package dev.cistern.populate.engine;

import org.jspecify.annotations.NullMarked;
