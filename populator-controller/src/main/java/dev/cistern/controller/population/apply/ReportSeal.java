package dev.cistern.controller.population.apply;

import dev.cistern.controller.model.Names;
import dev.cistern.populate.wire.ReportKey;
import dev.cistern.populate.wire.ReportToken;
import dev.cistern.populate.wire.RunSpec;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/// Adds a run's report token, and the key to verify it, to its Job.
///
/// The private key exists only in this process; the Job carries the public key, so that any replica can verify its
/// reports.
public final class ReportSeal {
    /// The token's lifetime is the Job's deadline; this is the maximum of both.
    private static final Duration LONGEST = Duration.ofDays(7);

    private final KeyPair keys;
    private final Clock clock;

    /// A seal with its own key pair.
    public ReportSeal(KeyPair keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    Job seal(Job job, int attempt) {
        Long deadline = job.getSpec().getActiveDeadlineSeconds();
        Duration life = deadline == null ? LONGEST : Duration.ofSeconds(deadline);
        Instant expires = clock.instant().plus(life.compareTo(LONGEST) > 0 ? LONGEST : life);
        String uid =
                Objects.requireNonNull(
                        job.getMetadata().getLabels().get(Names.LABEL_UID), "a Job has its labels");
        String token = new ReportToken(uid, attempt, expires).sign(keys.getPrivate());
        return new JobBuilder(job)
                .editMetadata()
                .addToAnnotations(ReportKey.ANNOTATION, ReportKey.encode(keys.getPublic()))
                .endMetadata()
                .editSpec()
                .editTemplate()
                .editSpec()
                .editFirstContainer()
                .addToEnv(
                        new EnvVarBuilder()
                                .withName(RunSpec.TOKEN_ENVIRONMENT_NAME)
                                .withValue(token)
                                .build())
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
