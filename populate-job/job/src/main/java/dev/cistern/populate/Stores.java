package dev.cistern.populate;

import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.azureblob.AzureBlobCommandLine;
import dev.cistern.populate.source.azureblob.AzureBlobProvider;
import dev.cistern.populate.source.gcs.GcsCommandLine;
import dev.cistern.populate.source.gcs.GcsProvider;
import dev.cistern.populate.source.http.HttpCommandLine;
import dev.cistern.populate.source.http.HttpProvider;
import dev.cistern.populate.source.huggingface.HuggingFaceCommandLine;
import dev.cistern.populate.source.huggingface.HuggingFaceProvider;
import dev.cistern.populate.source.oci.OciCommandLine;
import dev.cistern.populate.source.oci.OciProvider;
import dev.cistern.populate.source.oss.OssCommandLine;
import dev.cistern.populate.source.oss.OssProvider;
import dev.cistern.populate.source.s3.S3CommandLine;
import dev.cistern.populate.source.s3.S3Provider;
import dev.cistern.populate.store.JobProxies;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.AzureBlobSpec;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.HuggingFaceSpec;
import dev.cistern.populate.wire.OciSpec;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;

/// The only class of the engine that knows all stores.
public final class Stores {
    private final Map<String, String> environment;
    private final BufferPool buffers;
    private final Proxies proxies;

    /// @param environment with the credentials
    /// @param budget for the receive buffers of all sources
    /// @param proxies for stores and token services, where a source has none of its own
    public Stores(Map<String, String> environment, MemoryBudget budget, Proxies proxies) {
        this.environment = environment;
        this.proxies = proxies;
        this.buffers =
                new BufferPool(
                        MemoryBudget.SMALL_BUFFER_BYTES,
                        budget.mediumBufferBytes(),
                        budget.mediumBuffers(),
                        MemoryBudget.LARGE_BUFFER_BYTES,
                        budget.largeBuffers());
    }

    /// The stores of the command line, in the order of the help.
    public static List<StoreCommandLine> commandLines() {
        return List.of(
                new S3CommandLine(),
                new GcsCommandLine(),
                new AzureBlobCommandLine(),
                new OssCommandLine(),
                new HuggingFaceCommandLine(),
                new HttpCommandLine(),
                new OciCommandLine());
    }

    /// Opens the source of a specification.
    ///
    /// @param index of the source, part of the names of its environment variables
    /// @throws FillException when the specification or the environment is invalid
    public Source open(int index, StoreSpec spec) throws FillException {
        return open(index, spec, proxies);
    }

    /// The source of a Job, through the proxies that it names.
    ///
    /// @param index of the source, which its environment variables carry
    /// @throws FillException when the specification or the environment is wrong
    public Source open(int index, SourceSpec spec) throws FillException {
        return open(index, spec.store(), JobProxies.of(spec.proxy(), index, environment));
    }

    private Source open(int index, StoreSpec spec, Proxies through) throws FillException {
        StoreContext context =
                new StoreContext(
                        index, environment, buffers, through, "cistern/" + Version.number());
        try {
            return switch (spec) {
                case HttpSpec http -> HttpProvider.open(http, context);
                case S3Spec s3 -> S3Provider.open(s3, context);
                case GcsSpec gcs -> GcsProvider.open(gcs, context);
                case OciSpec oci -> OciProvider.open(oci, context);
                case OssSpec oss -> OssProvider.open(oss, context);
                case HuggingFaceSpec hub -> HuggingFaceProvider.open(hub, context);
                case AzureBlobSpec azure -> AzureBlobProvider.open(azure, context);
            };
        } catch (SourceException.Refused e) {
            throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
        }
    }
}
