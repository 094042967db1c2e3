/// Programs of an image that `deploy/images/build.sh` wrote, run on this machine in the image's own root file system: what is
/// shipped is what is tested, without a cluster.
@NullMarked
package dev.cistern.test.image;

import org.jspecify.annotations.NullMarked;
