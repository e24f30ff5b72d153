/**
 * A gateway made by hand that keeps the contract of the public API in memory, and can be told to
 * fail. Start reading at {@link io.lethe.fake.FakeCluster}.
 */
@NullMarked
package io.lethe.fake;

import org.jspecify.annotations.NullMarked;
