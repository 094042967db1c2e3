package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.HuggingFacePath;
import dev.cistern.populate.wire.HuggingFaceSpec;
import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `hf://OWNER/NAME` and its options.
public final class HuggingFaceCommandLine implements StoreCommandLine {
    private static final StoreOption ENDPOINT =
            new StoreOption(
                    "--endpoint",
                    "URL",
                    "of the store (default: " + HubEnvironment.ENDPOINT + ", or the Hub)");

    @Override
    public List<String> schemes() {
        return List.of("hf://");
    }

    @Override
    public String form() {
        return "hf://[datasets/]OWNER/NAME[@REVISION][/PATH]";
    }

    @Override
    public List<StoreOption> options() {
        return List.of(ENDPOINT, StoreOption.ANONYMOUS, StoreOption.CA_FILE, StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: HF_TOKEN, else the token of `hf auth login` (HF_TOKEN_PATH, HF_HOME), else none.
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return HuggingFaceSpec.class;
    }

    @Override
    public HuggingFaceSpec spec(
            String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        HuggingFacePath place;
        try {
            place = HuggingFacePath.parse(source);
        } catch (IllegalArgumentException e) {
            throw new UsageException("the source " + e.getMessage());
        }
        return new HuggingFaceSpec(
                endpoint(given.value(ENDPOINT), environment),
                given.tls(),
                place,
                null,
                given.has(StoreOption.ANONYMOUS)
                        ? new HuggingFaceAuth.Anonymous()
                        : new HuggingFaceAuth.Environment());
    }

    private static @Nullable String endpoint(
            @Nullable String option, Map<String, String> environment) throws UsageException {
        if (option != null) {
            return StoreArguments.endpoint(ENDPOINT.name(), option);
        }
        String variable = environment.getOrDefault(HubEnvironment.ENDPOINT, "");
        return variable.isEmpty()
                ? null
                : StoreArguments.endpoint(HubEnvironment.ENDPOINT, variable);
    }
}
