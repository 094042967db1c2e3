package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The dialects of XML that stores write listings in.
class S3XmlTest {
    private static final String PLAIN =
            "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%20b</Key>"
                    + "<LastModified>2026-01-02T03:04:05Z</LastModified>"
                    + "<ETag>&quot;e&quot;</ETag><Size>5</Size></Contents>"
                    + "<IsTruncated>false</IsTruncated></ListBucketResult>";

    private static List<SourceObject> objects(String text) throws SourceException {
        return S3Xml.page(text.getBytes(StandardCharsets.UTF_8)).objects();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<ListBucketResult><!-- <Contents>"
                    + " --><EncodingType>url</EncodingType><Contents><!--a--><Key>a%20<!--c-->b</Key>"
                    + "<ETag>&quot;e&quot;</ETag><Size>5<!--d--></Size></Contents></ListBucketResult>",
                "\ufeff<?xml version='1.0'?><s3:ListBucketResult"
                    + " xmlns:s3='http://s3'><s3:EncodingType>url</s3:EncodingType>"
                    + "<s3:Contents><s3:Key>a%20b</s3:Key><s3:ETag>&quot;e&quot;</s3:ETag><s3:Size>5</s3:Size></s3:Contents>"
                    + "</s3:ListBucketResult>",
                "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key><![CDATA[a%20b]]></Key>"
                    + "<ETag>&quot;<![CDATA[e\"]]></ETag><Owner><Name><![CDATA[<&>]]></Name></Owner><Size>5</Size></Contents>"
                    + "</ListBucketResult>",
                "<ListBucketResult>\n"
                        + " <EncodingType>\n"
                        + " url\n"
                        + " </EncodingType><Contents>\n"
                        + "<Key>\n"
                        + "  a%20b\n"
                        + " </Key>\n"
                        + "<ETag> &quot;e&quot; </ETag><Size>\n"
                        + " 5 </Size></Contents></ListBucketResult>"
            })
    void dialectsSayTheSame(String text) throws SourceException {
        SourceObject plain = objects(PLAIN).getFirst();
        assertThat(objects(text)).hasSize(1);
        assertThat(objects(text).getFirst().id()).isEqualTo(plain.id()).isEqualTo("a b");
        assertThat(objects(text).getFirst().size()).isEqualTo(5);
        assertThat(objects(text).getFirst().version()).isEqualTo(plain.version());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult></ListBucketResult>",
                "<ListBucketResult><!-- ",
                "<ListBucketResult><Contents><Key><![CDATA[a",
                "<html></html>",
                "<ListBucketResult><Contents><Key>a<b></b></Key></Contents></ListBucketResult>"
            })
    void whatIsNoListingIsRefused(String text) {
        assertThatThrownBy(() -> objects(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aListOfBucketsIsAWrongAddress() {
        assertThatThrownBy(
                        () ->
                                objects(
                                        "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"))
                .isInstanceOfSatisfying(
                        SourceException.Refused.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CONFIGURATION))
                .hasMessageContaining("pathStyle");
    }
}
