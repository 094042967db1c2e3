package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.StoreSender;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// S3 with this module's own transport and signer.
public final class DirectApi implements S3Api {
    private final S3Endpoint endpoint;
    private final S3Protocol protocol;
    private final StoreSender sender;
    private final RestObjects objects;

    public DirectApi(
            S3Location location, HttpClient http, AwsKeys.Provider keys, String userAgent) {
        this(location, http, keys, null, false, userAgent);
    }

    /// @param customerKey that requests for objects carry; null for none
    /// @param requesterPays whether all requests say that the requester pays
    DirectApi(
            S3Location location,
            HttpClient http,
            AwsKeys.Provider keys,
            @Nullable CustomerKey customerKey,
            boolean requesterPays,
            String userAgent) {
        this.endpoint = new S3Endpoint(location, keys, customerKey);
        this.protocol =
                new S3Protocol(
                        endpoint::location,
                        () ->
                                new RequestTraits(
                                        endpoint.hasAcceptedKeys(),
                                        requesterPays,
                                        customerKey != null));
        this.sender = new StoreSender(http, endpoint, protocol, userAgent);
        this.objects = new RestObjects(sender, protocol);
    }

    @Override
    public Page list(String prefix, ListPosition from) throws SourceException {
        return S3Answers.page(
                endpoint.location(),
                sender.document(protocol.list(prefix, from), S3Answers.MAX_PAGE_BYTES));
    }

    @Override
    public ObjectHead head(SourceObject object) throws SourceException {
        return objects.head(object);
    }

    @Override
    public ObjectHead part(SourceObject object, int part) throws SourceException {
        return objects.head(protocol.part(object, part));
    }

    @Override
    public ObjectHead first(SourceObject object) throws SourceException {
        return objects.first(object);
    }

    @Override
    public void get(SourceObject object, long from, long to, ReadMode mode, ObjectSink sink)
            throws SourceException, IOException {
        objects.get(object, from, to, mode, sink);
    }

    @Override
    public void close() {
        sender.close();
    }
}
