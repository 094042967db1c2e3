/// What the AWS SDK does for us: temporary credentials, and the usual credential chain of a command line. Loaded only when used: the SDK's
/// classes cost a fifth of a second at the start of a process. The tests have its client of S3, too, to compare ours with.
@NullMarked
package dev.cistern.populate.source.s3.sdk;

import org.jspecify.annotations.NullMarked;
