/// Tests of Cistern as a whole, on a real cluster with real pods and a real S3 server. They act and observe as users
/// do: manifests by `kubectl`, objects by the API, data by pods. No class of Cistern is used.
@NullMarked
package dev.cistern.test.e2e;

import org.jspecify.annotations.NullMarked;
