/// Takes the progress that populate Jobs report, and writes it into the runs' records.
///
/// Every replica does this, leader or not: a report is checked with nothing but the Job's own annotation.
@NullMarked
package dev.cistern.controller.progress;

import org.jspecify.annotations.NullMarked;
