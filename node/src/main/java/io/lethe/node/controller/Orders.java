package io.lethe.node.controller;

import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.time.Duration;

/** Sends the controller's commands to the directory, under its epoch. One task. */
final class Orders {
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final ControllerPorts ports;

    Orders(ControllerPorts ports) {
        this.ports = ports;
    }

    /**
     * @throws StoreException STALE_EPOCH when another node is the controller by now, or what the
     *     directory said
     */
    DirectoryReply apply(DirectoryCommand command) throws InterruptedException {
        long epoch =
                ports.coordination()
                        .controllerEpoch()
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                ErrorCode.STALE_EPOCH,
                                                "this node is no longer the controller"));
        DirectoryReply reply =
                ports.metadata()
                        .execute(command, epoch, ports.tasks().clock().nanos() + WITHIN.toNanos())
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)) {
            throw new StoreException(code, message);
        }
        return reply;
    }
}
