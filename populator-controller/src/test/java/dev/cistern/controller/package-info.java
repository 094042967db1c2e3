@NullMarked
package dev.cistern.controller;

import org.jspecify.annotations.NullMarked;
