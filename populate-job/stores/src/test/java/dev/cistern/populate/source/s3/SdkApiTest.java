package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.s3.sdk.SdkApi;

/// The reference: the SDK's client gives the same bytes and the same errors as [DirectApi].
class SdkApiTest extends ProxyContract {
    @Override
    protected S3Api api(S3Location location, AwsKeys.Provider keys, Tls tls, Proxies proxies) {
        return new SdkApi(location, keys, tls, proxies, 2000, 700);
    }
}
