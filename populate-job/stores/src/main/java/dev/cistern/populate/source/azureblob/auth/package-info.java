/// Authentication with Azure Blob Storage: an account's key, shared access signatures, and the ways to get an access
/// token of Microsoft Entra ID.
///
/// Written out here instead of taken from Azure's library (docs/design/azure-blob.md); its requests are the yardstick in
/// the tests.
@NullMarked
package dev.cistern.populate.source.azureblob.auth;

import org.jspecify.annotations.NullMarked;
