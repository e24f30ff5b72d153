package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import java.util.List;
import java.util.Optional;

/** Where a new bucket shall be; a request without a body leaves that to the endpoint. */
public record CreateBucketConfiguration(
        Optional<String> locationConstraint, List<Tagging.Tag> tags) {
    public CreateBucketConfiguration {
        tags = List.copyOf(tags);
    }

    public static CreateBucketConfiguration parse(byte[] body) {
        if (body.length == 0) {
            return new CreateBucketConfiguration(Optional.empty(), List.of());
        }
        XmlReader in = XmlReader.open(body, "CreateBucketConfiguration");
        String location = null;
        List<Tagging.Tag> tags = null;
        while (in.next()) {
            switch (in.name()) {
                case "LocationConstraint" -> location = XmlReader.once(location, in.word());
                case "Tags" -> tags = XmlReader.once(tags, Tagging.tagSet(in));
                case "Location", "Bucket" ->
                        throw S3Error.NOT_IMPLEMENTED.because(
                                "Directory buckets are not supported.");
                default -> throw in.unexpected();
            }
        }
        in.end();
        return new CreateBucketConfiguration(
                Optional.ofNullable(location).filter(name -> !name.isEmpty()),
                tags == null
                        ? List.of()
                        : Tagging.checked(tags, Tagging.MOST_BUCKET_TAGS, "Bucket"));
    }
}
