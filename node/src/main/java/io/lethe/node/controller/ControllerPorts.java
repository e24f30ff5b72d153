package io.lethe.node.controller;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.cluster.Coordination;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;

/** What the controller stands on. */
public record ControllerPorts(
        Tasks tasks,
        RandomSource random,
        Coordination coordination,
        Directory directory,
        Metadata metadata,
        Secrets secrets,
        ClusterPlan plan) {}
