/// Cistern as a whole, on a real cluster with real pods and a real S3 server. Everything is done and seen as a user does and
/// sees it: manifests by `kubectl`, objects by the API, data by pods. No class of Cistern's own is used.
@NullMarked
package dev.cistern.test.e2e;

import org.jspecify.annotations.NullMarked;
