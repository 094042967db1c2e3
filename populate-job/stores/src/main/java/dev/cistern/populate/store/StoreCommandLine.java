package dev.cistern.populate.store;

import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;

/// How a source of one kind of store is written on a command line.
public interface StoreCommandLine {
    /// What a source of this kind begins with, such as `s3://`.
    List<String> schemes();

    /// How a source is written, such as `s3://BUCKET/PREFIX`.
    String form();

    /// Options that this kind of store takes.
    List<StoreOption> options();

    /// What the help says about credentials: lines that end with a line feed.
    String credentials();

    /// The record that [#spec] gives.
    Class<? extends StoreSpec> specType();

    /// The specification of a source.
    ///
    /// @param source as it was written; it begins with one of the schemes
    /// @param given options of this kind of store
    /// @param environment stands in for what is not given
    /// @throws UsageException naming what is wrong, and what to give instead
    StoreSpec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException;
}
