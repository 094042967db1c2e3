/// A strict Alibaba Cloud OSS and its Security Token Service, for tests: they check signatures, headers and parameters,
/// answer as documented, and go wrong on request. They are themselves tested with Alibaba Cloud's own client.
@NullMarked
package dev.cistern.doubles.oss;

import org.jspecify.annotations.NullMarked;
