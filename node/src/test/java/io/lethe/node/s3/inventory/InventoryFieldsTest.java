package io.lethe.node.s3.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.object.ObjectLister.Entry;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines of lists. */
class InventoryFieldsTest {
    private static final InventoryConfiguration ALL =
            new InventoryConfiguration(
                    "id",
                    true,
                    "to",
                    "",
                    "",
                    "CSV",
                    "",
                    true,
                    false,
                    List.of("StorageClass", "EncryptionStatus"));

    private static String line(boolean marker, boolean underKey, String storageClass) {
        Bytes sha256 = marker || underKey ? Bytes.EMPTY : Bytes.wrap(new byte[32]);
        return InventoryFields.line(
                ALL, "b", new Entry("k", "null", true, marker, 1, "e", sha256, storageClass, 0));
    }

    @Test
    void eachObjectsClassAndEncryptionAreTold() {
        String object = "\"b\",\"k\",\"\",\"true\",\"false\",";
        assertThat(line(false, false, "")).isEqualTo(object + "\"STANDARD\",\"SSE-S3\"\n");
        assertThat(line(false, true, "cold")).isEqualTo(object + "\"COLD\",\"SSE-C\"\n");
        assertThat(line(true, false, ""))
                .isEqualTo("\"b\",\"k\",\"\",\"true\",\"true\",\"\",\"\"\n");
    }
}
