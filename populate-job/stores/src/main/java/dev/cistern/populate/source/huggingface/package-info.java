/// Repos of the Hugging Face Hub and of its mirrors, over its HTTP API: a revision is resolved to its commit, the
/// commit's tree listed, and each file fetched by its `resolve` URL, which leads to a content delivery network for
/// large ones.
@NullMarked
package dev.cistern.populate.source.huggingface;

import org.jspecify.annotations.NullMarked;
