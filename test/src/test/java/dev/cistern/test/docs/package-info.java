/// Tests of the project's pages: what they point at is there.
@NullMarked
package dev.cistern.test.docs;

import org.jspecify.annotations.NullMarked;
