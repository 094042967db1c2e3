/// What the AWS SDK does for us: temporary credentials, the usual credential chain of a command line, and a whole client as fallback
/// and yardstick. Loaded only when used: the SDK's classes cost a fifth of a second at the start of a process.
@NullMarked
package dev.cistern.populate.source.s3.sdk;

import org.jspecify.annotations.NullMarked;
