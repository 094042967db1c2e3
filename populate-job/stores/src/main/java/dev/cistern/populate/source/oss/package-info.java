/// Alibaba Cloud OSS by its own protocol: signature version 4, CRC-64 of every object, symlinks, archived objects.
@NullMarked
package dev.cistern.populate.source.oss;

import org.jspecify.annotations.NullMarked;
