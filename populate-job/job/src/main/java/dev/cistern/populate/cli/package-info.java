/// The command line: `cistern fill s3://bucket/prefix DIR`.
@NullMarked
package dev.cistern.populate.cli;

import org.jspecify.annotations.NullMarked;
