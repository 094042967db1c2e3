/// Credentials from the AWS SDK: temporary ones, and the default credential chain for the command line. Loaded only
/// when used: the SDK's classes cost a fifth of a second at the start of a process. The tests also use its S3 client as
/// a reference.
@NullMarked
package dev.cistern.populate.source.s3.sdk;

import org.jspecify.annotations.NullMarked;
