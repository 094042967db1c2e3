package dev.cistern.populate.engine;

import dev.cistern.populate.target.FileNames;
import dev.cistern.populate.target.InTheWayException;
import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Stage;
import java.io.IOException;

/// One attempt to fill a target, from listing to the last sync.
///
/// 1. Take hold of the target and read its journal.
/// 2. List all sources; refuse what cannot be. Remove what an earlier attempt made and is listed no more.
/// 3. Compare sizes with the free space, after each page of the listing.
/// 4. Copy: streams fetch ranges ([Copier]), a committer makes whole files durable and gives them their names ([Committer]).
/// 5. Digest the manifest, remove everything of the engine's own, and only then report success.
///
/// A process that is killed anywhere leaves a state that the next attempt goes on from.
public final class Fill {
    /// A page of a listing.
    private static final long MANY_FILES = 1000;

    private final FillRequest request;
    private final Meter meter;
    private final Steps steps;

    /// What a fill brought.
    ///
    /// @param manifestDigest `sha256:` and 64 hex digits
    public record Result(String manifestDigest) {}

    public Fill(FillRequest request, Meter meter, Steps steps) {
        this.request = request;
        this.meter = meter;
        this.steps = steps;
    }

    /// Fills the target.
    ///
    /// @throws FillException why it could not; what was copied stays for the next attempt
    /// @throws InterruptedException when the thread was interrupted; the same
    public Result run() throws FillException, InterruptedException {
        requireUtf8Names();
        try (OpenTarget target = request.target().open(request.durable())) {
            Result result = run(target);
            steps.reached(Steps.Step.AFTER_CLEANUP);
            return result;
        } catch (InTheWayException e) {
            throw FillException.ofTarget(e, "opening the target");
        } catch (IOException e) {
            throw FillException.ofTarget(e, "working in " + request.target().name());
        }
    }

    /// Refuses where names beyond ASCII could not be written, whether or not a source has any: a fill that works until somebody
    /// adds the first `é` is no better.
    ///
    /// @throws FillException terminal, naming the locale's encoding
    public static void requireUtf8Names() throws FillException {
        if (!FileNames.utf8()) {
            throw new FillException(Reason.INVALID_CONFIGURATION, FileNames.problem(), null);
        }
    }

    private Result run(OpenTarget target) throws IOException, FillException, InterruptedException {
        DoneRecords done = new DoneRecords(target.workFiles(), request.budget().doneObjects());
        boolean nothingKept = false;
        try (Journal journal = Journal.open(target::openJournal, target.resumed(), done)) {
            CopyContext context = new CopyContext(request, target, journal, meter, steps);
            nothingKept = journal.empty();
            journal.attempt(context.leftovers().scope());
            Lister lister = new Lister(context);
            Result result = copy(context, lister);
            nothingKept = false;
            return cleanUp(target, journal, result);
        } catch (FillException e) {
            if (nothingKept && e.reason().terminal() && meter.counts().bytesFetched() == 0) {
                // Nothing was begun, and nothing will be gone on with.
                target.removeOwn();
            }
            throw e;
        }
    }

    private Result cleanUp(OpenTarget target, Journal journal, Result result) throws IOException {
        steps.reached(Steps.Step.BEFORE_CLEANUP);
        journal.close();
        target.removeOwn();
        return result;
    }

    private Result copy(CopyContext context, Lister lister)
            throws FillException, InterruptedException, IOException {
        Committer committer = new Committer(context);
        Copier copier = new Copier(context, committer);
        Tuner tuner =
                new Tuner(
                        context, !context.target().bypassesCache(), copier::streams, copier::speed);
        Thread committing = start("committer", committer);
        context.onFailure(
                () -> {
                    copier.interrupt();
                    request.inputs().forEach(input -> input.source().close());
                });
        SpaceCheck space = new SpaceCheck(context, lister.listed());
        try {
            list(context, lister, space, committer, () -> begin(tuner), () -> hold(tuner, copier));
            copier.join();
            context.check();
            meter.stage(Stage.FINISHING);
            committer.drain();
            committing.join();
            context.check();
            steps.reached(Steps.Step.ALL_RENAMED);
            return new Result(Manifest.digest(context));
        } catch (FillException e) {
            FillException told = space.full(e);
            context.fail(told);
            throw told;
        } catch (InterruptedException e) {
            context.fail(
                    new FillException(
                            Reason.INTERRUPTED, "asked to stop before everything was copied", e));
            throw e;
        } catch (RuntimeException | Error e) {
            // Streams may wait for a listing that nobody goes on with.
            context.fail(Copier.bug(e));
            throw e;
        } finally {
            tuner.stop();
            committer.drain();
            copier.join();
            committing.join();
            context.close();
        }
    }

    /// Lists, checks, and starts the streams: at the end, or with the second page where they may overlap.
    ///
    /// @param begin starts the streams, if they have not started
    /// @param hold stops them, as nothing they fetch will be of use
    private void list(
            CopyContext context,
            Lister lister,
            SpaceCheck space,
            Committer committer,
            Runnable begin,
            Runnable hold)
            throws FillException, InterruptedException, IOException {
        lister.run(
                () -> {
                    // Another page follows: there are files enough to prepare for many.
                    context.target().expect(MANY_FILES, meter.counts().bytesTotal());
                    if (space.soFar()) {
                        hold.run();
                    } else if (request.overlap()) {
                        begin.run();
                    }
                });
        steps.reached(Steps.Step.LISTED);
        if (meter.counts().stage() == Stage.LISTING) {
            meter.stage(Stage.CHECKING);
        }
        expect(context);
        context.leftovers().remove();
        space.whole();
        steps.reached(Steps.Step.CHECKED);
        begin.run();
    }

    private static void hold(Tuner tuner, Copier copier) {
        if (tuner.started()) {
            tuner.stop();
            copier.streams(0);
        }
    }

    private void begin(Tuner tuner) {
        if (!tuner.started()) {
            meter.stage(Stage.COPYING);
            tuner.start();
        }
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, 512 * 1024);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void expect(CopyContext context) {
        Meter.Counts counts = meter.counts();
        context.target().expect(counts.filesTotal(), counts.bytesTotal());
    }
}
