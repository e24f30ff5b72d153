package io.lethe.client;

import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What all calls of one client share.
 *
 * @param nanos monotonic clock
 * @param jitter spreads pauses; must be safe for several threads
 * @param running what ends each call that runs, for closing the client; bounded by what the caller
 *     starts
 */
record Wiring(
        Endpoints endpoints,
        RequestSigner signer,
        RetryPolicy policy,
        Timer timer,
        LongSupplier nanos,
        RandomGenerator jitter,
        RandomIds ids,
        Set<Runnable> running) {}
