/// Azure Blob Storage over its REST API, as a store of the layer `source.rest`. Authentication is in `auth`.
@NullMarked
package dev.cistern.populate.source.azureblob;

import org.jspecify.annotations.NullMarked;
