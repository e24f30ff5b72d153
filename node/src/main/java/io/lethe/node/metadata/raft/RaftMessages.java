package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.Map;

/**
 * Type codes of the messages that a {@link RaftTransport} carries. 1 to 63: the library's own,
 * their payload is its protobuf encoding. 64 and up: ours. Codes are never reused.
 */
public final class RaftMessages {
    static final int ERROR = 1;
    static final int PING = 2;
    static final int REQUEST_VOTE = 3;
    static final int APPEND_ENTRIES = 5;
    static final int INSTALL_SNAPSHOT = 7;
    static final int TIMEOUT_NOW = 9;
    static final int READ_INDEX = 11;

    /** Payload: {@link SnapshotRead}. */
    static final int SNAPSHOT_READ = 64;

    /** Payload: {@link SnapshotRead.Part}. */
    static final int SNAPSHOT_PART = 65;

    private static final Map<Integer, Message> BY_CODE = new HashMap<>();
    private static final Map<Class<?>, Integer> BY_CLASS = new HashMap<>();

    static {
        add(ERROR, ErrorResponse.getDefaultInstance());
        add(PING, PingRequest.getDefaultInstance());
        add(REQUEST_VOTE, RequestVoteRequest.getDefaultInstance());
        add(REQUEST_VOTE + 1, RequestVoteResponse.getDefaultInstance());
        add(APPEND_ENTRIES, AppendEntriesRequest.getDefaultInstance());
        add(APPEND_ENTRIES + 1, AppendEntriesResponse.getDefaultInstance());
        add(INSTALL_SNAPSHOT, InstallSnapshotRequest.getDefaultInstance());
        add(INSTALL_SNAPSHOT + 1, InstallSnapshotResponse.getDefaultInstance());
        add(TIMEOUT_NOW, TimeoutNowRequest.getDefaultInstance());
        add(TIMEOUT_NOW + 1, TimeoutNowResponse.getDefaultInstance());
        add(READ_INDEX, ReadIndexRequest.getDefaultInstance());
        add(READ_INDEX + 1, ReadIndexResponse.getDefaultInstance());
    }

    private RaftMessages() {}

    private static void add(int code, Message prototype) {
        BY_CODE.put(code, prototype);
        BY_CLASS.put(prototype.getClass(), code);
    }

    /**
     * @throws IllegalArgumentException for a message that is not carried, such as file reading
     */
    static RaftTransport.Message encode(String group, Object message) {
        Integer code = BY_CLASS.get(message.getClass());
        if (code == null || !(message instanceof Message carried)) {
            throw new IllegalArgumentException(message.getClass() + " is not carried");
        }
        return new RaftTransport.Message(group, code, carried.toByteArray());
    }

    /**
     * @throws InvalidProtocolBufferException when the bytes are no message of that type
     */
    static Message decode(RaftTransport.Message message) throws InvalidProtocolBufferException {
        Message prototype = BY_CODE.get(message.type());
        if (prototype == null) {
            throw new InvalidProtocolBufferException("no message has type " + message.type());
        }
        return prototype.getParserForType().parseFrom(message.payload());
    }
}
