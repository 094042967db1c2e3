package dev.cistern.populate.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Microsoft's emulator of the Blob service, Azurite over a directory, on a loopback port of its own. It refuses wrong
/// keys.
public final class Azurite implements AutoCloseable {
    /// The emulator's own account.
    public static final String ACCOUNT = "devstoreaccount1";

    public static final String KEY =
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private final ServerProcess process;

    private Azurite(ServerProcess process) {
        this.process = process;
    }

    /// Installs the server, once per version, and starts it.
    ///
    /// @param work directory for data and logs
    public static Azurite start(Path work) throws IOException, InterruptedException {
        String data = Files.createDirectories(work.resolve("blobs")).toString();
        return new Azurite(
                ServerProcess.start(
                        "azurite-blob",
                        work,
                        port ->
                                List.of(
                                        "--blobHost",
                                        "127.0.0.1",
                                        "--blobPort",
                                        String.valueOf(port),
                                        "--location",
                                        data,
                                        "--disableTelemetry",
                                        "--disableProductStyleUrl",
                                        "--skipApiVersionCheck",
                                        "--silent")));
    }

    /// The account's URL.
    public String endpoint() {
        return process.endpoint() + "/" + ACCOUNT;
    }

    @Override
    public void close() {
        process.close();
    }
}
