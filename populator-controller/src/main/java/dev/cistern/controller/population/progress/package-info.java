/// Receives the reports of Jobs over HTTP, accepts those with a valid token, and writes them as `status.progress` of
/// the run at a rate that the API server can handle. Works on every replica, leader or not.
@NullMarked
package dev.cistern.controller.population.progress;

import org.jspecify.annotations.NullMarked;
