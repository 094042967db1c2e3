package dev.cistern.populate.wire;

/// Position of the bucket's name in requests to Alibaba Cloud OSS.
public enum OssAddressing {
    /// Before the endpoint's host name, which OSS's own endpoints require.
    VIRTUAL("virtual"),
    /// In the path: for an endpoint that is an address.
    PATH("path"),
    /// None: the endpoint is a custom domain name of the bucket.
    CNAME("cname");

    private final String wireName;

    OssAddressing(String wireName) {
        this.wireName = wireName;
    }

    /// The name in JSON and in the API.
    public String wireName() {
        return wireName;
    }
}
