import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** BROKER create TOPIC PARTITIONS | list | produce TOPIC (lines on stdin) | consume TOPIC (from the first record to the present last). */
public class KafkaTool {
    public static void main(String[] args) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", args[0]);
        switch (args[1]) {
            case "create" -> create(settings, args[2], Integer.parseInt(args[3]));
            case "list" -> list(settings);
            case "produce" -> produce(settings, args[2]);
            case "consume" -> consume(settings, args[2]);
            default -> throw new IllegalArgumentException(args[1]);
        }
    }

    static void create(Map<String, Object> settings, String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(settings)) {
            if (admin.listTopics().names().get().contains(topic)) return;
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        }
    }

    static void list(Map<String, Object> settings) throws Exception {
        try (Admin admin = Admin.create(settings)) {
            new TreeSet<>(admin.listTopics().names().get()).forEach(System.out::println);
        }
    }

    static void produce(Map<String, Object> settings, String topic) {
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
                var lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
            while (lines.hasNextLine()) producer.send(new ProducerRecord<>(topic, lines.nextLine()));
            producer.flush();
        }
    }

    static void consume(Map<String, Object> settings, String topic) {
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            var partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var end = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p)))
                for (var record : consumer.poll(Duration.ofMillis(300))) System.out.println(record.value());
        }
    }
}
