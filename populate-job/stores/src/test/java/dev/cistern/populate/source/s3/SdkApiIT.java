package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Tls;

class SdkApiIT extends VersitygwContract {
    @Override
    protected S3Api api(S3Location location, AwsKeys.Provider keys, Tls tls) {
        return new dev.cistern.populate.source.s3.sdk.SdkApi(
                location, keys, tls, dev.cistern.populate.http.Proxies.NONE, 2000, 5000);
    }
}
