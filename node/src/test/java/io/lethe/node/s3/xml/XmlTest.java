package io.lethe.node.s3.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlTest {
    private static final List<Function<byte[], Object>> PARSERS =
            List.of(
                    DeleteRequest::parse,
                    CompleteUpload::parse,
                    VersioningConfiguration::parse,
                    Tagging::parseObject,
                    CreateBucketConfiguration::parse,
                    LifecycleConfiguration::parse,
                    CorsConfiguration::parse,
                    ObjectLockConfiguration::parse,
                    Retention::parse,
                    LegalHold::parse,
                    PublicAccessBlock::parse,
                    OwnershipControls::parse,
                    EncryptionConfiguration::parse,
                    NotificationConfiguration::parse,
                    WebsiteConfiguration::parse,
                    AccessControlPolicy::parse,
                    BucketLoggingStatus::parse,
                    RestoreRequest::parse);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static S3Error refusal(byte[] body) {
        S3Exception refusal =
                catchThrowableOfType(S3Exception.class, () -> Tagging.parseObject(body));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal.error();
    }

    @Test
    void whatIsWrittenIsReadBack() {
        String odd = "a<b>&\"'c \u00e9\u4e2d\uD83D\uDE00";
        byte[] xml =
                XmlWriter.s3("Delete")
                        .bool("Quiet", true)
                        .open("Object")
                        .text("Key", odd)
                        .text("VersionId", "v")
                        .end();
        assertThat(new String(xml, StandardCharsets.UTF_8))
                .startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Delete xmlns=\"")
                .endsWith("</Object></Delete>");
        DeleteRequest read = DeleteRequest.parse(xml);
        assertThat(read.quiet()).isTrue();
        assertThat(read.entries().getFirst().key()).isEqualTo(odd);
        assertThat(read.entries().getFirst().versionId()).contains("v");
    }

    @Test
    void signsThatXmlLacksAreWrittenAsReferences() {
        byte[] xml = XmlWriter.plain("a").text("b", "\u0001\r\n\u007f\uD800\uFFFFx").end();
        assertThat(new String(xml, StandardCharsets.UTF_8))
                .endsWith("<a><b>&#x1;&#xd;&#xa;&#x7f;\uFFFD\uFFFDx</b></a>");
    }

    @Test
    void longDocumentsAreDrainedInPieces() {
        XmlWriter out = XmlWriter.plain("a").text("b", "1");
        String head = new String(out.drain(), StandardCharsets.UTF_8);
        assertThat(out.waitingChars()).isZero();
        String tail = new String(out.keepAlive().text("b", "2").end(), StandardCharsets.UTF_8);
        assertThat(head + tail).endsWith("<a><b>1</b>\n<b>2</b></a>");
    }

    @Test
    void errorsAreWrittenWithTheirFields() {
        S3Exception failure =
                S3Error.INVALID_ARGUMENT.because("no <way>").with("ArgumentName", "n&m");
        assertThat(
                        new String(
                                ErrorDocument.write(failure, "/b/k", "R", "H"),
                                StandardCharsets.UTF_8))
                .endsWith(
                        "<Error><Code>InvalidArgument</Code><Message>no &lt;way&gt;</Message>"
                                + "<ArgumentName>n&amp;m</ArgumentName><Resource>/b/k</Resource>"
                                + "<RequestId>R</RequestId><HostId>H</HostId></Error>");
        assertThat(new String(ErrorDocument.writeSts(failure, "R"), StandardCharsets.UTF_8))
                .contains("<Type>Sender</Type><Code>InvalidArgument</Code>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "<",
                "<Tagging>",
                "<Tagging/>",
                "<Tagging></Tag>",
                "<Other/>",
                "<Tagging><TagSet/><TagSet/></Tagging>",
                "<Tagging><TagSet>x</TagSet></Tagging>",
                "<Tagging><TagSet/></Tagging><x/>",
                "<Tagging><TagSet/></Tagging>x",
                "<Tagging xmlns='http://other/'><TagSet/></Tagging>",
                "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>",
                "<Tagging><TagSet><Tag><Key><b/></Key><Value/></Tag></TagSet></Tagging>",
                "<Tagging><TagSet><Tag><Key>&nbsp;</Key><Value/></Tag></TagSet></Tagging>",
                "<!DOCTYPE Tagging><Tagging><TagSet/></Tagging>",
                "<!DOCTYPE Tagging [<!ENTITY a 'b'>]><Tagging><TagSet><Tag><Key>&a;</Key>"
                        + "<Value/></Tag></TagSet></Tagging>",
                "<!DOCTYPE Tagging SYSTEM 'file:///etc/passwd'><Tagging><TagSet/></Tagging>",
                "<!DOCTYPE T [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><Tagging>&x;</Tagging>",
                "<?php x?><Tagging><TagSet/></Tagging>",
                "<Tagging><TagSet><Tag><Key>&#0;</Key><Value/></Tag></TagSet></Tagging>",
            })
    void whatIsNoneOfOursIsMalformed(String xml) {
        assertThat(refusal(bytes(xml))).isEqualTo(S3Error.MALFORMED_XML);
    }

    @Test
    void bodiesAreUtf8AndBounded() {
        assertThat(refusal(new byte[0])).isEqualTo(S3Error.MISSING_REQUEST_BODY_ERROR);
        assertThat(refusal(new byte[XmlReader.MOST_BYTES + 1]))
                .isEqualTo(S3Error.MAX_MESSAGE_LENGTH_EXCEEDED);
        assertThat(refusal(new byte[] {'<', (byte) 0xff, '>'})).isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refusal("<Tagging><TagSet/></Tagging>".getBytes(StandardCharsets.UTF_16)))
                .isEqualTo(S3Error.MALFORMED_XML);
        Tagging.parseObject(
                bytes(
                        "\uFEFF<?xml version='1.0' encoding='UTF-8'?><!-- c --> <Tagging><TagSet>"
                                + "<!-- d --></TagSet></Tagging>\n<!-- e -->"));
    }

    @Test
    void depthAndTimeAreBounded() {
        String deep = "<Tagging>" + "<TagSet>".repeat(50_000);
        String wide = "<Tagging " + "a='b' ".repeat(50_000) + "/>";
        String laughs =
                "<!DOCTYPE l [<!ENTITY a0 'lol'>"
                        + "<!ENTITY a1 '&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;'>"
                        + "<!ENTITY a2 '&a1;&a1;&a1;&a1;&a1;&a1;&a1;&a1;'>"
                        + "]><Tagging>&a2;</Tagging>";
        for (String xml : List.of(deep, wide, laughs)) {
            assertThat(refusal(bytes(xml))).isEqualTo(S3Error.MALFORMED_XML);
        }
    }

    @Test
    void anyBodyIsReadOrRefused() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            StringBuilder xml =
                    new StringBuilder(Samples.ALL.get(random.nextInt(Samples.ALL.size())));
            for (int i = random.nextInt(4); i > 0 && !xml.isEmpty(); i--) {
                int at = random.nextInt(xml.length());
                switch (random.nextInt(4)) {
                    case 0 -> xml.deleteCharAt(at);
                    case 1 ->
                            xml.insert(at, "<>/&;\"'![]-?= \0\uFFFF#x".charAt(random.nextInt(18)));
                    case 2 -> xml.setLength(at + 1);
                    default -> {
                        String other = Samples.ALL.get(random.nextInt(Samples.ALL.size()));
                        int from = random.nextInt(other.length());
                        int length = random.nextInt(Math.min(30, other.length() - from));
                        xml.insert(at, other, from, from + length);
                    }
                }
            }
            for (Function<byte[], Object> parser : PARSERS) {
                try {
                    assertThat(parser.apply(bytes(xml.toString()))).as("seed " + seed).isNotNull();
                } catch (S3Exception e) {
                    assertThat(e.error().httpStatus()).as("seed " + seed).isIn(400, 501);
                }
            }
        }
    }
}
