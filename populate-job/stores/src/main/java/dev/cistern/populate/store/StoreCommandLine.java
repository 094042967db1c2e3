package dev.cistern.populate.store;

import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The command-line syntax of one kind of store.
public interface StoreCommandLine {
    /// Prefixes of a source of this kind, such as `s3://`.
    List<String> schemes();

    /// Syntax of a source, such as `s3://BUCKET/PREFIX`.
    String form();

    /// Options of this kind of store.
    List<StoreOption> options();

    /// How credentials are found, for the help: lines that end with a line feed.
    String credentials();

    /// The record that [#spec] returns.
    Class<? extends StoreSpec> specType();

    /// The specification of a source.
    ///
    /// @param source as given; begins with one of the schemes
    /// @param given options of this kind of store
    /// @param environment used where an option is not given
    /// @throws UsageException naming the invalid option or variable, and what to give instead
    StoreSpec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException;

    /// A source in a bucket or container.
    ///
    /// @param bucket the part before the first slash
    /// @param prefix the part after it; empty for the whole bucket
    record BucketSource(String bucket, String prefix) {}

    /// Splits a source of the form `SCHEME BUCKET/PREFIX`.
    ///
    /// @param names valid names of buckets
    /// @throws UsageException when the bucket's name is not valid
    default BucketSource bucketSource(String source, Pattern names) throws UsageException {
        String rest = source.substring(source.indexOf("://") + 3);
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        if (!names.matcher(bucket).matches()) {
            throw new UsageException(
                    "the source must look like " + form() + ", not \"" + source + '"');
        }
        return new BucketSource(bucket, slash < 0 ? "" : rest.substring(slash + 1));
    }
}
