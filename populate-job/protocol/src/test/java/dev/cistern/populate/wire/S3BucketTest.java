package dev.cistern.populate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3BucketTest {
    private static final String POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/models";

    @ParameterizedTest
    @CsvSource({
        "models, models, ''",
        "models/, models, /",
        "models/a/b, models, /a/b",
        "models//a/, models, //a/",
        "arn:aws:s3:us-west-2:123456789012:accesspoint/p,"
                + " arn:aws:s3:us-west-2:123456789012:accesspoint/p, ''",
        "arn:aws:s3:us-west-2:123456789012:accesspoint/p/a/b,"
                + " arn:aws:s3:us-west-2:123456789012:accesspoint/p, /a/b",
        "arn:aws:s3:us-west-2:123456789012:accesspoint:p/a:b/c,"
                + " arn:aws:s3:us-west-2:123456789012:accesspoint:p, /a:b/c",
        "arnold/a, arnold, /a"
    })
    void aPathIsTakenApartAfterTheBucketOrTheArn(String path, String bucket, String rest) {
        int end = S3Bucket.end(path);
        assertThat(path.substring(0, end)).isEqualTo(bucket);
        assertThat(path.substring(end)).isEqualTo(rest);
    }

    @Test
    void anAccessPointIsReadOutOfItsArn() {
        S3Bucket.AccessPoint expected =
                new S3Bucket.AccessPoint("aws", "us-west-2", "123456789012", "models");
        assertThat(new S3Bucket(POINT).accessPoint()).isEqualTo(expected);
        assertThat(new S3Bucket(POINT.replace('/', ':')).accessPoint()).isEqualTo(expected);
        assertThat(new S3Bucket("models").accessPoint()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "arn:aws:s3::123456789012:accesspoint/abc.mrap | signature version 4A",
                "abc.mrap | signature version 4A",
                "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/x | Object Lambda",
                "x-123--ol-s3 | Object Lambda",
                "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/x | Outposts",
                "x-123--op-s3 | Outposts",
                "arn:aws:s3express:us-west-2:123456789012:bucket/x--usw2-az1--x-s3 | S3 Express",
                "models--usw2-az1--x-s3 | directory bucket",
                "p--usw2-az1--xa-s3 | directory bucket",
                "arn:aws:s3:::models | write the bucket's name: models",
                "arn:aws:sqs:us-west-2:123456789012:queue | not the ARN of an access point",
                "arn:aws:s3:us-west-2:12:accesspoint/x | as AWS writes it",
                "arn:aws:s3:us-west-2:123456789012:accesspoint/UPPER | as AWS writes it"
            })
    void whatIsNotReadIsRefusedWithTheReasonAndWhatToDo(String name, String says) {
        assertThat(new S3Bucket(name).unsupported()).contains(says);
        assertThat(new S3Bucket(name).accessPoint()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"models", "my-point-abc123-s3alias", "a.b.c", POINT})
    void bucketsAliasesAndAccessPointsAreRead(String name) {
        assertThat(new S3Bucket(name).unsupported()).isNull();
    }
}
