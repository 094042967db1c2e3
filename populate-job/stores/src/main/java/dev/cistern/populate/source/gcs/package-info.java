/// Google Cloud Storage by its JSON API: its words for the layer in `source.rest`. What it needs to know who asks is in `auth`.
@NullMarked
package dev.cistern.populate.source.gcs;

import org.jspecify.annotations.NullMarked;
