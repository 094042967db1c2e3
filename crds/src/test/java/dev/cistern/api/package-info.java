/// Tests of the API: the CRD files themselves, the Java types generated from them, and the sample manifests, each tried
/// against a real API server. What lives here starts no more than a control plane; clusters with nodes are in `test/`.
@NullMarked
package dev.cistern.api;

import org.jspecify.annotations.NullMarked;
