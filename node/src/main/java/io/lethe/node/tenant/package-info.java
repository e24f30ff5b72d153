/**
 * Whom the provider serves: tenants, their users and service accounts, and access keys. Start
 * reading at {@link io.lethe.node.tenant.Identities}.
 */
@NullMarked
package io.lethe.node.tenant;

import org.jspecify.annotations.NullMarked;
