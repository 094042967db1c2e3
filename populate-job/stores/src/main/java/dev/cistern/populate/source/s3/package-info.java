/// S3 and compatible stores.
///
/// [S3Protocol] creates requests and interprets responses, [S3Endpoint] says where they go and with which keys; the
/// rest is [dev.cistern.populate.source.rest]. There are two implementations of [S3Api]: [DirectApi] here, and the AWS
/// SDK's client in the tests, as the reference. Only the package `sdk` below imports the SDK, for credentials.
@NullMarked
package dev.cistern.populate.source.s3;

import org.jspecify.annotations.NullMarked;
