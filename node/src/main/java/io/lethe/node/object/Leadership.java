package io.lethe.node.object;

import io.lethe.node.model.GroupId;
import java.util.List;

/** Which partitions this node leads: those whose upkeep it does. */
public interface Leadership {
    List<GroupId> ledPartitions();
}
