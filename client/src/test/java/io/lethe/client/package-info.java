@NullMarked
package io.lethe.client;

import org.jspecify.annotations.NullMarked;
