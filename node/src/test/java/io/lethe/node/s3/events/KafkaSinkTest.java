package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.s3.events.Sink.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Events to topics, over the client's own stand-in for a broker. */
final class KafkaSinkTest {
    private final List<MockProducer<String, String>> made = new ArrayList<>();

    private MockProducer<String, String> producer(Map<String, Object> settings) {
        MockProducer<String, String> producer =
                new MockProducer<>(true, null, new StringSerializer(), new StringSerializer());
        made.add(producer);
        return producer;
    }

    private static List<Message> messages(String... keys) {
        return java.util.Arrays.stream(keys).map(key -> new Message(key, "{}")).toList();
    }

    @Test
    void eachEventIsARecordUnderItsKeyInOrder() throws Exception {
        try (KafkaSink sink = new KafkaSink(Map.of(), "events", this::producer)) {
            sink.deliver(messages("b/1", "b/2"));
            sink.deliver(messages("b/1"));
            sink.test("{\"Event\":\"s3:TestEvent\"}");
            assertThat(made).hasSize(1);
            assertThat(made.getFirst().history())
                    .extracting(ProducerRecord::key)
                    .containsExactly("b/1", "b/2", "b/1", "");
            assertThat(made.getFirst().history().getFirst().value())
                    .isEqualTo("{\"Records\":[{}]}");
            assertThat(made.getFirst().history().getFirst().topic()).isEqualTo("events");
        }
    }

    @Test
    void aFailureIsSaidAndTheProducerIsMadeAnew() throws Exception {
        try (KafkaSink sink = new KafkaSink(Map.of(), "events", this::producer)) {
            sink.deliver(messages("b/1"));
            made.getFirst().sendException = new KafkaException("no leader");
            assertThatThrownBy(() -> sink.deliver(messages("b/2")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no leader");
            sink.deliver(messages("b/2"));
            assertThat(made).hasSize(2);
            assertThat(made.getFirst().closed()).isTrue();
        }
    }

    @Test
    void theRealClientTellsABrokerInOrderAlsoWhereItsLeaderMoved() throws Exception {
        try (FakeBroker broker = new FakeBroker();
                KafkaSink sink = KafkaSink.of(broker.address(), "events", "client.id=lethe")) {
            sink.deliver(messages("b/1", "b/2"));
            broker.refusals.set(1);
            sink.deliver(messages("b/3", "b/4"));
            sink.test("{}");
            assertThat(broker.records)
                    .containsExactly(
                            "events b/1 {\"Records\":[{}]}",
                            "events b/2 {\"Records\":[{}]}",
                            "events b/3 {\"Records\":[{}]}",
                            "events b/4 {\"Records\":[{}]}",
                            "events  {}");
        }
    }

    @Test
    void noBrokerIsAskedBeforeThereIsSomethingToSay() throws IOException {
        KafkaSink.of("h1:9092+h2:9092", "t", "security.protocol=SSL").close();
    }
}
