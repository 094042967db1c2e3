/// Google Cloud Storage, as strict servers give it: the shipped image by itself, and claims of a real cluster.
@org.jspecify.annotations.NullMarked
package dev.cistern.test.gcs;
