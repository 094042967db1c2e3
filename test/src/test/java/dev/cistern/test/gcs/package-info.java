/// Tests with the Google Cloud Storage double: the shipped image by itself, and claims of a real cluster.
@org.jspecify.annotations.NullMarked
package dev.cistern.test.gcs;
