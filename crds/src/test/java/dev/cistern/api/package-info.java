/// Tests of the API: the CRD files, the Java types generated from them, and the sample manifests, each sent to a real
/// API server. They start only a control plane; clusters with nodes are in `test/`.
@NullMarked
package dev.cistern.api;

import org.jspecify.annotations.NullMarked;
