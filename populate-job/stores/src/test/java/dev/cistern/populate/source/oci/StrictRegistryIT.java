package dev.cistern.populate.source.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.doubles.oci.StrictRegistry.Access;
import dev.cistern.populate.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The strict registry is true to the protocol: the clients that people have read from it.
class StrictRegistryIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path work;

    @Test
    void orasAndCraneReadWithEachKindOfAccess() throws Exception {
        try (StrictRegistry registry = new StrictRegistry()) {
            registry.user("reader", "s3cret");
            registry.mayRead("team/model", "reader");
            byte[] large = Registry.random(3 << 20);
            String digest =
                    new Artifact(registry, "team/model")
                            .file("weights/a.bin", large)
                            .file("b.json", new byte[] {'{', '}'})
                            .push("v1");
            String image = registry.host() + "/team/model:v1";
            for (Access access : new Access[] {Access.BASIC, Access.TOKEN}) {
                registry.access(access);
                registry.redirects(access == Access.TOKEN);
                Path directory = work.resolve(access.name());
                Tool oras = Tool.of("oras", directory);
                oras.run(
                        "pull", "--plain-http", "-u", "reader", "-p", "s3cret", "-o", "out", image);
                assertThat(Files.readAllBytes(directory.resolve("out/weights/a.bin")))
                        .isEqualTo(large);
                assertThatThrownBy(
                                () ->
                                        oras.run(
                                                "pull",
                                                "--plain-http",
                                                "-u",
                                                "reader",
                                                "-p",
                                                "wrong",
                                                "-o",
                                                "other",
                                                image))
                        .message()
                        .containsPattern("(?i)401|unauthorized");
                if (access == Access.TOKEN) {
                    // crane asks no token service at an address such as 127.0.0.1.
                    continue;
                }
                Tool crane = Tool.of("crane", directory);
                crane.run("auth", "login", registry.host(), "-u", "reader", "-p", "s3cret");
                assertThat(crane.run("--insecure", "digest", "--full-ref", image).strip())
                        .endsWith(digest);
            }
            assertThat(registry.asked().stream().filter(a -> a.host().equals("cdn"))).isNotEmpty();
        }
    }
}
