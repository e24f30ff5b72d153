/** Tests of repair. */
@NullMarked
package io.lethe.node.repair;

import org.jspecify.annotations.NullMarked;
