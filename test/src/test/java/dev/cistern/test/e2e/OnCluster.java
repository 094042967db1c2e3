package dev.cistern.test.e2e;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/// Starts the cluster with Cistern before the first test that needs it, and stops it after the last one. Gives each
/// test a [Team]; when a test fails, writes down the state of the cluster before the team is deleted.
public final class OnCluster
        implements ParameterResolver, AfterEachCallback, TestExecutionExceptionHandler {
    private static final Namespace SPACE = Namespace.create(OnCluster.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Cistern.class || type == Team.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cistern.class
                ? cistern(context)
                : team(context);
    }

    private static Cistern cistern(ExtensionContext context) {
        return context.getRoot()
                .getStore(SPACE)
                .computeIfAbsent(Started.class, c -> Started.start(), Started.class)
                .orThrow();
    }

    /// The only attempt to start: if it fails, every test fails with its reason.
    private record Started(@Nullable Cistern cistern, @Nullable Throwable failure)
            implements AutoCloseable {
        static Started start() {
            try {
                return new Started(Cistern.start(), null);
            } catch (RuntimeException | Error e) {
                return new Started(null, e);
            }
        }

        Cistern orThrow() {
            if (cistern == null) {
                throw new IllegalStateException("Cistern did not start", failure);
            }
            return cistern;
        }

        @Override
        public void close() {
            if (cistern != null) {
                cistern.close();
            }
        }
    }

    private static Team team(ExtensionContext context) {
        Store store = context.getStore(SPACE);
        return store.computeIfAbsent(Team.class, c -> cistern(context).newTeam(), Team.class);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure)
            throws Throwable {
        Team team = context.getStore(SPACE).get(Team.class, Team.class);
        new Diagnostics(cistern(context))
                .write(
                        context.getRequiredTestClass().getSimpleName()
                                + "."
                                + context.getDisplayName(),
                        failure,
                        team == null ? "team-a" : team.namespace());
        throw failure;
    }

    /// Checks that apply to every test.
    @Override
    public void afterEach(ExtensionContext context) {
        Team team = context.getStore(SPACE).get(Team.class, Team.class);
        if (team != null && context.getExecutionException().isEmpty()) {
            team.phases().assertNoneFlapped();
        }
    }
}
