/// S3 and what speaks its protocol.
///
/// [S3Source] is what S3 adds to `RestSource`. It sends requests through an [S3Api]: `DirectApi` over this module's own
/// HTTP client, or the AWS SDK's client (`sdk` below, the only package that imports the SDK), the fallback and the
/// reference in tests.
@NullMarked
package dev.cistern.populate.source.s3;

import org.jspecify.annotations.NullMarked;
