/// S3 and what speaks its protocol.
///
/// [S3Source] decides what is asked and what answers mean; an [S3Api] carries it: `DirectApi` over this module's own transport, or
/// the AWS SDK's client (`sdk` below, the only package that imports the SDK), which is the fallback and the yardstick.
@NullMarked
package dev.cistern.populate.source.s3;

import org.jspecify.annotations.NullMarked;
