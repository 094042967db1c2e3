package dev.cistern.populate.engine;

import dev.cistern.populate.target.FileNames;
import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.target.PathOccupiedException;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Stage;
import java.io.IOException;

/// One attempt to fill a target, from listing to the last sync.
///
/// 1. Lock the target and read its journal.
/// 2. List all sources and reject keys that cannot be paths. Remove files of earlier attempts that are no longer
///    listed.
/// 3. Compare sizes with the free space, after each page of the listing.
/// 4. Copy: streams fetch ranges ([Copier]), a committer makes complete files durable and renames them ([Committer]).
/// 5. Digest the manifest, remove the engine's own files, and only then report success.
///
/// A process that is killed at any point leaves a state from which the next attempt resumes.
public final class Fill {
    /// Size of a page of a listing.
    private static final long MANY_FILES = 1000;

    private final FillRequest request;
    private final Meter meter;
    private final FaultPoints faultPoints;

    /// Result of a fill.
    ///
    /// @param manifestDigest `sha256:` and 64 hex digits
    public record Result(String manifestDigest) {}

    public Fill(FillRequest request, Meter meter, FaultPoints faultPoints) {
        this.request = request;
        this.meter = meter;
        this.faultPoints = faultPoints;
    }

    /// Fills the target.
    ///
    /// @throws FillException when it could not; what was copied stays for the next attempt
    /// @throws InterruptedException when the thread was interrupted; what was copied stays likewise
    public Result run() throws FillException, InterruptedException {
        requireUtf8Names();
        try (OpenTarget target = request.target().open(request.durable())) {
            Result result = run(target);
            faultPoints.reached(FaultPoints.Point.AFTER_CLEANUP);
            return result;
        } catch (PathOccupiedException e) {
            throw FillException.ofTarget(e, "opening the target");
        } catch (IOException e) {
            throw FillException.ofTarget(e, "working in " + request.target().name());
        }
    }

    /// Fails where non-ASCII names could not be written, whether or not a source has any: otherwise a fill would break
    /// when the first such name is added to the source.
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
            CopyContext context = new CopyContext(request, target, journal, meter, faultPoints);
            nothingKept = journal.empty();
            if (target.resumed()) {
                target.keepPartials(journal::knows);
            }
            journal.attempt(context.leftovers().scope());
            Lister lister = new Lister(context);
            Result result = copy(context, lister);
            nothingKept = false;
            return cleanUp(target, journal, result);
        } catch (FillException e) {
            if (nothingKept && e.reason().terminal() && meter.counts().bytesFetched() == 0) {
                // Nothing was copied, so there is nothing to resume.
                target.removeOwn();
            }
            throw e;
        }
    }

    private Result cleanUp(OpenTarget target, Journal journal, Result result) throws IOException {
        faultPoints.reached(FaultPoints.Point.BEFORE_CLEANUP);
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
            list(
                    context,
                    lister,
                    space,
                    committer,
                    () -> begin(tuner),
                    () -> {
                        context.hold();
                        hold(tuner, copier);
                    });
            copier.join();
            context.check();
            meter.stage(Stage.FINISHING);
            committer.drain();
            committing.join();
            context.check();
            faultPoints.reached(FaultPoints.Point.ALL_RENAMED);
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
            // Streams may be waiting for a listing that has ended.
            context.fail(Copier.internalError(e));
            throw e;
        } finally {
            tuner.stop();
            committer.drain();
            copier.join();
            committing.join();
            context.close();
        }
    }

    /// Lists and checks, and starts the streams: at the end, or with the second page where listing and copying may
    /// overlap.
    ///
    /// @param begin starts the streams, if they have not started
    /// @param hold stops them, because the fill is going to fail
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
                    // Another page follows, so there are enough files to prepare for many.
                    context.target().expect(MANY_FILES, meter.counts().bytesTotal());
                    if (space.soFar()) {
                        hold.run();
                    } else if (request.overlap()) {
                        begin.run();
                    }
                });
        faultPoints.reached(FaultPoints.Point.LISTED);
        if (meter.counts().stage() == Stage.LISTING) {
            meter.stage(Stage.CHECKING);
        }
        expect(context);
        context.leftovers().remove();
        space.whole();
        faultPoints.reached(FaultPoints.Point.CHECKED);
        begin.run();
        lister.commitUnpacked(committer);
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
