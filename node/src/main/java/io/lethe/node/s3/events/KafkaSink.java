package io.lethe.node.s3.events;

import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to a topic of Kafka's, or of what speaks its protocol: a record for each, keyed by
 * {@code ACCOUNT--BUCKET/KEY}, so that those of a key are in one partition in their order. They
 * count as taken once all replicas in sync have them. A producer that failed is made anew.
 */
final class KafkaSink implements Sink {
    /** Names the brokers; made when it is needed, since the brokers may not be up before. */
    private final Map<String, Object> settings;

    private final String topic;
    private final Function<Map<String, Object>, Producer<String, String>> producers;
    private @Nullable Producer<String, String> open;

    /**
     * @param producers {@link KafkaProducer} but for tests
     */
    KafkaSink(
            Map<String, Object> settings,
            String topic,
            Function<Map<String, Object>, Producer<String, String>> producers) {
        this.settings = Map.copyOf(settings);
        this.topic = topic;
        this.producers = producers;
    }

    /**
     * @param brokers {@code host:port}, with {@code +} between several
     * @param more the client's properties, as lines of {@code name=value}: security, passwords
     */
    static KafkaSink of(String brokers, String topic, String more) throws IOException {
        Map<String, Object> settings = new HashMap<>();
        Properties properties = new Properties();
        properties.load(new StringReader(more));
        for (String name : properties.stringPropertyNames()) {
            settings.put(name, properties.getProperty(name));
        }
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers.replace('+', ','));
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        // A broker that is away is noticed before its events have waited for long.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "10000");
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "30000");
        return new KafkaSink(
                settings,
                topic,
                all -> new KafkaProducer<>(all, new StringSerializer(), new StringSerializer()));
    }

    @Override
    public synchronized void deliver(List<Message> messages)
            throws IOException, InterruptedException {
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        for (Message message : messages) {
            records.add(new ProducerRecord<>(topic, message.key(), message.alone()));
        }
        send(records);
    }

    @Override
    public synchronized void test(String document) throws IOException, InterruptedException {
        send(List.of(new ProducerRecord<>(topic, "", document)));
    }

    private void send(List<ProducerRecord<String, String>> records)
            throws IOException, InterruptedException {
        try {
            Producer<String, String> producer = open;
            if (producer == null) {
                producer = producers.apply(settings);
                open = producer;
            }
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (ProducerRecord<String, String> one : records) {
                sent.add(producer.send(one));
            }
            producer.flush();
            for (Future<RecordMetadata> one : sent) {
                var _ = one.get();
            }
        } catch (ExecutionException | KafkaException e) {
            close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("topic " + topic + ": " + cause.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() {
        Producer<String, String> known = open;
        open = null;
        if (known != null) {
            known.close(Duration.ZERO);
        }
    }
}
