/// S3 and what speaks its protocol.
///
/// [S3Protocol] words requests and says what answers mean, [S3Endpoint] where they go and with which keys; the rest is
/// [dev.cistern.populate.source.rest]. An [S3Api] carries it: [DirectApi] here, the AWS SDK's client in the tests, the reference.
/// Only the package `sdk` below imports the SDK, for credentials.
@NullMarked
package dev.cistern.populate.source.s3;

import org.jspecify.annotations.NullMarked;
