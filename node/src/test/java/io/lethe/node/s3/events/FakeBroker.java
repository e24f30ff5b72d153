package io.lethe.node.s3.events;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.Records;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * Speaks as much of Kafka's protocol, by Kafka's own messages, as a producer asks for: one broker,
 * topics of one partition, records kept in memory. No replication, no fetch, no checks of
 * sequences.
 */
final class FakeBroker implements AutoCloseable {
    /** What it serves, with the newest version of each that names topics. */
    private static final Map<ApiKeys, Integer> SERVED =
            Map.of(
                    ApiKeys.API_VERSIONS, 3,
                    ApiKeys.METADATA, 9,
                    ApiKeys.INIT_PRODUCER_ID, 4,
                    ApiKeys.PRODUCE, 9);

    /** Records as {@code topic key value}. */
    final List<String> records = Collections.synchronizedList(new ArrayList<>());

    /** How many more produce requests are answered that this broker leads no more. */
    final AtomicInteger refusals = new AtomicInteger();

    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private final ServerSocket server;

    FakeBroker() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var _ = Thread.ofVirtual().start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        try {
            while (!server.isClosed()) {
                Socket socket = server.accept();
                sockets.add(socket);
                var _ = Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed: the end of the test.
        }
    }

    private void serve(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(socket.getInputStream())) {
            while (true) {
                ByteBuffer request = ByteBuffer.wrap(in.readNBytes(in.readInt()));
                RequestHeader header = RequestHeader.parse(request);
                AbstractRequest body =
                        AbstractRequest.parseRequest(
                                        header.apiKey(),
                                        header.apiVersion(),
                                        new ByteBufferAccessor(request))
                                .request;
                ResponseHeader head = header.toResponseHeader();
                ByteBuffer answer =
                        RequestUtils.serialize(
                                head.data(),
                                head.headerVersion(),
                                answer(header.apiKey(), body),
                                header.apiVersion());
                byte[] framed = new byte[4 + answer.remaining()];
                ByteBuffer frame = ByteBuffer.wrap(framed);
                frame.putInt(answer.remaining()).put(answer);
                socket.getOutputStream().write(framed);
            }
        } catch (EOFException e) {
            // The client has gone.
        } catch (IOException e) {
            if (!server.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Message answer(ApiKeys key, AbstractRequest body) {
        return switch (key) {
            case API_VERSIONS -> versions();
            case METADATA -> metadata(((MetadataRequest) body).topics());
            case INIT_PRODUCER_ID ->
                    new InitProducerIdResponseData().setProducerId(1).setProducerEpoch((short) 0);
            case PRODUCE -> produced(((ProduceRequest) body).data());
            default -> throw new IllegalArgumentException("not served: " + key);
        };
    }

    private static Message versions() {
        var versions = new ApiVersionsResponseData.ApiVersionCollection();
        SERVED.forEach(
                (key, newest) -> {
                    var _ =
                            versions.add(
                                    new ApiVersionsResponseData.ApiVersion()
                                            .setApiKey(key.id)
                                            .setMinVersion(key.oldestVersion())
                                            .setMaxVersion(newest.shortValue()));
                });
        return new ApiVersionsResponseData().setApiKeys(versions);
    }

    private Message metadata(List<String> topics) {
        var brokers = new MetadataResponseData.MetadataResponseBrokerCollection();
        var _ =
                brokers.add(
                        new MetadataResponseData.MetadataResponseBroker()
                                .setNodeId(0)
                                .setHost("127.0.0.1")
                                .setPort(server.getLocalPort()));
        var named = new MetadataResponseData.MetadataResponseTopicCollection();
        for (String topic : topics) {
            var _ =
                    named.add(
                            new MetadataResponseData.MetadataResponseTopic()
                                    .setName(topic)
                                    .setPartitions(
                                            List.of(
                                                    new MetadataResponseData
                                                                    .MetadataResponsePartition()
                                                            .setLeaderId(0)
                                                            .setReplicaNodes(List.of(0))
                                                            .setIsrNodes(List.of(0)))));
        }
        return new MetadataResponseData().setBrokers(brokers).setClusterId("c").setTopics(named);
    }

    private Message produced(ProduceRequestData request) {
        boolean refused = refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        var responses = new ProduceResponseData.TopicProduceResponseCollection();
        for (ProduceRequestData.TopicProduceData topic : request.topicData()) {
            List<ProduceResponseData.PartitionProduceResponse> partitions = new ArrayList<>();
            for (ProduceRequestData.PartitionProduceData one : topic.partitionData()) {
                if (!refused) {
                    for (Record record : ((Records) one.records()).records()) {
                        records.add(
                                topic.name()
                                        + ' '
                                        + text(record.key())
                                        + ' '
                                        + text(record.value()));
                    }
                }
                partitions.add(
                        new ProduceResponseData.PartitionProduceResponse()
                                .setIndex(one.index())
                                .setErrorCode(
                                        (refused ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.NONE)
                                                .code()));
            }
            var _ =
                    responses.add(
                            new ProduceResponseData.TopicProduceResponse()
                                    .setName(topic.name())
                                    .setPartitionResponses(partitions));
        }
        return new ProduceResponseData().setResponses(responses);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : List.copyOf(sockets)) {
            socket.close();
        }
    }
}
