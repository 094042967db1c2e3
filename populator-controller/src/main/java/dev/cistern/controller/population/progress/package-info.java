/// Takes the reports of Jobs over HTTP, lets in those with a valid token, and writes them as `status.progress` of the run at a rate that
/// the API server can bear. Works on every replica, whether or not it leads.
@NullMarked
package dev.cistern.controller.population.progress;

import org.jspecify.annotations.NullMarked;
