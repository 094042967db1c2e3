package dev.cistern.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A path identifies exactly one tree.
class BucketPathTest {
    @ParameterizedTest
    @CsvSource({
        "s3://b, b, ''",
        "s3://b/, b, ''",
        "s3://b/a/, b, a/",
        "b/a, b, a",
        "s3://b//a/, b, /a/",
        "s3://b//, b, /",
        "s3://b/a//c/, b, a//c/",
        "b/s3://other/, b, s3://other/",
        "s3://b/k://c, b, k://c"
    })
    void oneSlashPartsBucketAndPrefix(String path, String bucket, String prefix) {
        assertThat(BucketPath.parse(path)).isEqualTo(new BucketPath(bucket, prefix));
    }

    @ParameterizedTest
    @CsvSource({"/data/, data/", "data, data", "//data/, /data/", "'', ''"})
    void besideABucketOneLeadingSlashIsTheBucket(String path, String prefix) {
        assertThat(BucketPath.withoutLeadingSlash(path)).isEqualTo(prefix);
    }
}
