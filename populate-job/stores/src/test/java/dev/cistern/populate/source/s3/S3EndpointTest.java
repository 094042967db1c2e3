package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.http.Origin;
import org.junit.jupiter.api.Test;

class S3EndpointTest {
    @Test
    void aSignatureStaysInTheEndpointsDomain() {
        assertThat(mayCarry("s3.store.example", "s3.store.example")).isTrue();
        assertThat(mayCarry("s3.store.example", "bucket.s3.store.example")).isTrue();
        assertThat(mayCarry("s3.store.example", "s3-2.store.example")).isTrue();
        assertThat(mayCarry("store.example", "bucket.store.example")).isTrue();
        assertThat(mayCarry("127.0.0.1", "127.0.0.1")).isTrue();

        assertThat(mayCarry("s3.store.example", "store.example")).isFalse();
        assertThat(mayCarry("s3.store.example", "thestore.example")).isFalse();
        assertThat(mayCarry("store.example", "other.example")).isFalse();
        assertThat(mayCarry("10.0.0.1", "x.10.0.0.1.example")).isFalse();
        assertThat(mayCarry("10.0.0.1", "11.0.0.1")).isFalse();
    }

    @Test
    void aSignatureMayGoToAnotherRegionOfAwsButToNobodyElsesHostThere() {
        String endpoint = "s3.eu-west-1.amazonaws.com";
        assertThat(mayCarry(endpoint, "b.s3.us-west-2.amazonaws.com")).isTrue();
        assertThat(mayCarry(endpoint, "my.bucket.s3-us-west-2.amazonaws.com")).isTrue();
        assertThat(mayCarry(endpoint, "b.s3.dualstack.us-gov-west-1.amazonaws.com")).isTrue();
        assertThat(mayCarry(endpoint, "b.s3.amazonaws.com")).isTrue();
        assertThat(
                        mayCarry(
                                "s3.cn-north-1.amazonaws.com.cn",
                                "b.s3.cn-northwest-1.amazonaws.com.cn"))
                .isTrue();

        assertThat(mayCarry(endpoint, "ec2-1-2-3-4.us-west-2.compute.amazonaws.com")).isFalse();
        assertThat(mayCarry(endpoint, "s3-1.us-west-2.elb.amazonaws.com")).isFalse();
        assertThat(mayCarry(endpoint, "s3.us-west-2.elb.amazonaws.com")).isFalse();
        assertThat(mayCarry(endpoint, "xs3.us-west-2.amazonaws.com")).isFalse();
        assertThat(mayCarry(endpoint, "b.s3.us-west-2.amazonaws.com.example")).isFalse();
        assertThat(mayCarry("s3.store.example", "b.s3.us-west-2.amazonaws.com")).isFalse();
        assertThat(mayCarry(endpoint, "s3.store.example")).isFalse();
    }

    private static boolean mayCarry(String endpoint, String to) {
        return S3Endpoint.mayCarrySignature(
                Origin.of("https://" + endpoint), Origin.of("https://" + to));
    }
}
