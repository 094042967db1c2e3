package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Tls;

class DirectApiIT extends VersitygwContract {
    @Override
    protected S3Api api(S3Location location, AwsKeys.Provider keys, Tls tls) {
        dev.cistern.populate.http.HttpClient.Settings settings =
                new dev.cistern.populate.http.HttpClient.Settings(
                        2000, 5000, dev.cistern.populate.http.BufferPool.of(64 * 1024));
        return new DirectApi(
                location, new dev.cistern.populate.http.HttpClient(settings, tls), keys, "test");
    }
}
