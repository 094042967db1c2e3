package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/// Puts one range's bytes where they belong, digests them on the way, and notes each full block in the journal.
final class RangeSink implements ObjectSink {
    /// The fill has failed elsewhere; nothing more is wanted.
    static final class Ended extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final CopyContext context;
    private final ObjectCopy copy;
    private final Patience patience;
    private @Nullable Checksum checksum;
    private long position;
    private long blockStart;

    RangeSink(CopyContext context, ObjectCopy copy, long from, Patience patience) {
        this.context = context;
        this.copy = copy;
        this.patience = patience;
        this.position = from;
        this.blockStart = from;
    }

    /// Where the next byte goes.
    long position() {
        return position;
    }

    @Override
    public void begin(@Nullable ObjectDigest digest) {
        if (digest != null
                && position == 0
                && checksum == null
                && context.verify() == Verify.FULL) {
            copy.offer(digest);
        }
    }

    @Override
    public void accept(ByteBuffer bytes) throws IOException {
        if (copy.spoilt() || context.ended()) {
            throw new Ended();
        }
        int end = bytes.limit();
        while (bytes.position() < end) {
            long blockEnd =
                    blockStart - blockStart % ObjectCopy.BLOCK_BYTES + ObjectCopy.BLOCK_BYTES;
            int from = bytes.position();
            int piece = (int) Math.min(end - from, blockEnd - position);
            bytes.limit(from + piece);
            digestInOrder(bytes);
            write(bytes);
            digest(bytes.position(from));
            position += piece;
            bytes.limit(end);
            context.meter().fetched(piece);
            if (position == blockEnd) {
                endBlock();
            }
        }
        patience.progress();
    }

    private void digestInOrder(ByteBuffer bytes) {
        MessageDigest serial = copy.serial();
        if (serial != null) {
            serial.update(bytes.duplicate());
        }
        MessageDigest pinned = copy.pinned();
        if (pinned != null) {
            pinned.update(bytes.duplicate());
        }
    }

    /// To be called last of all: the bytes are spoilt.
    private void digest(ByteBuffer bytes) {
        Checksum running = checksum;
        if (running == null) {
            running = copy.kind().newChecksum();
            checksum = running;
        }
        Digester.consume(running, bytes);
    }

    private void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        try {
            copy.file.write(bytes, position);
        } catch (IOException e) {
            throw new TargetFailure(e, "writing " + copy.entry.path());
        }
        try {
            context.limiter().take(length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Ended();
        }
    }

    private void endBlock() throws IOException {
        Checksum running = checksum;
        if (running == null || position == blockStart) {
            return;
        }
        long digest = running.getValue();
        copy.addPiece(blockStart, position - blockStart, digest);
        try {
            context.journal()
                    .block(copy.id, blockStart, position - blockStart, copy.kind(), digest);
        } catch (IOException e) {
            throw new TargetFailure(e, "writing the journal");
        }
        running.reset();
        blockStart = position;
    }

    /// Notes the last block of the range.
    void finish() throws IOException {
        endBlock();
    }

    /// The target failed, not the source.
    static final class TargetFailure extends IOException {
        private static final long serialVersionUID = 1L;
        private final String doing;

        TargetFailure(IOException cause, String doing) {
            super(cause.getMessage(), cause);
            this.doing = doing;
        }

        FillException toFillException() {
            return FillException.ofTarget(this, doing);
        }
    }
}
