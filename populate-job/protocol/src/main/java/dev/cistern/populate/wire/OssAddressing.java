package dev.cistern.populate.wire;

/// Where requests to Alibaba Cloud OSS name the bucket.
public enum OssAddressing {
    /// Before the endpoint's host name, as OSS wants it.
    VIRTUAL("virtual"),
    /// In the path: for an endpoint that is an address.
    PATH("path"),
    /// Nowhere: the endpoint is the bucket's own (custom domain name).
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
