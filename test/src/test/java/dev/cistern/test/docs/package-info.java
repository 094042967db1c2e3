/// Tests of the project's pages.
@NullMarked
package dev.cistern.test.docs;

import org.jspecify.annotations.NullMarked;
