/// Who reads from OSS: access keys, the keys of a role that the pod's ServiceAccount may assume, and how they are
/// renewed.
@NullMarked
package dev.cistern.populate.source.oss.auth;

import org.jspecify.annotations.NullMarked;
