/**
 * Who may do what: policies in the JSON language of AWS IAM, for identities, buckets, sessions and
 * roles. Pure: a policy is parsed once into an immutable compiled form, and the same request gets
 * the same decision everywhere. Start reading at {@link io.lethe.node.tenant.policy.Access}, then
 * {@link io.lethe.node.tenant.policy.PolicyParser}.
 */
@NullMarked
package io.lethe.node.tenant.policy;

import org.jspecify.annotations.NullMarked;
