/// Runs programs of the images that `deploy/images/build.sh` builds on this host, in the image's own root file system:
/// the shipped image is tested, without a cluster.
@NullMarked
package dev.cistern.test.image;

import org.jspecify.annotations.NullMarked;
