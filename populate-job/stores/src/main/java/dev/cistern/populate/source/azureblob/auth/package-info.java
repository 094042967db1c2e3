/// Authentication with Azure Blob Storage: an account's key, shared access signatures, and the ways to get an access
/// token of Microsoft Entra ID.
///
/// Why Azure's library is not used: docs/design/azure-blob.md. The tests compare with its requests.
@NullMarked
package dev.cistern.populate.source.azureblob.auth;

import org.jspecify.annotations.NullMarked;
