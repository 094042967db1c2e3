/// Google Cloud Storage over its JSON API, as a store of the layer `source.rest`. Authentication is in `auth`.
@NullMarked
package dev.cistern.populate.source.gcs;

import org.jspecify.annotations.NullMarked;
