package dev.cistern.populate.cli;

import dev.cistern.populate.engine.Globs;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.RunSpec;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/// Converts values of options. The messages follow the option's name and say what to give instead.
final class OptionValue {
    private static final long LEAST_MEMORY = 64L << 20;

    private OptionValue() {}

    /// A number, with K, M, G or T for powers of 1024.
    static long size(String text) {
        String upper = present(text).toUpperCase(Locale.ROOT);
        int unit = "KMGT".indexOf(upper.charAt(upper.length() - 1));
        String digits = unit < 0 ? upper : upper.substring(0, upper.length() - 1);
        try {
            long number = Long.parseLong(digits);
            if (number > 0 && number <= Long.MAX_VALUE >> 10 * (unit + 1)) {
                return number << 10 * (unit + 1);
            }
        } catch (NumberFormatException e) {
            throw invalid("needs a number such as 64 or 50M, not \"" + text + '"', e);
        }
        throw new TypeConversionException(
                "needs a positive number such as 64 or 50M, not \"" + text + '"');
    }

    static int connections(String text) {
        if (present(text).matches("[1-9][0-9]{0,2}")) {
            int count = Integer.parseInt(text);
            if (count <= RunSpec.MOST_CONNECTIONS) {
                return count;
            }
        }
        throw new TypeConversionException(
                "needs a number from 1 to " + RunSpec.MOST_CONNECTIONS + ", not \"" + text + '"');
    }

    static long memory(String text) {
        long bytes = size(text);
        if (bytes < LEAST_MEMORY) {
            throw new TypeConversionException("must be at least 64M, not " + text);
        }
        return bytes;
    }

    static String included(String pattern) {
        return glob(pattern, List.of(pattern), List.of());
    }

    static String excluded(String pattern) {
        return glob(pattern, List.of(), List.of(pattern));
    }

    private static String glob(String pattern, List<String> include, List<String> exclude) {
        present(pattern);
        try {
            new Globs(include, exclude);
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()), e);
        }
        return pattern;
    }

    static ArchiveFormat archive(String text) {
        ArchiveFormat format = ArchiveFormat.of(present(text));
        if (format == null) {
            throw new TypeConversionException(
                    "must be tar, tar.gz, tar.zst or zip, not \"" + text + '"');
        }
        return format;
    }

    static String transport(String text) {
        if (!present(text).equals("direct") && !text.equals("sdk")) {
            throw new TypeConversionException("must be direct or sdk, not \"" + text + '"');
        }
        return text;
    }

    /// Any text but the empty one, as after `--region=`.
    static String present(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("needs a value");
        }
        return text;
    }

    private static TypeConversionException invalid(String message, Exception cause) {
        TypeConversionException invalid = new TypeConversionException(message);
        invalid.initCause(cause);
        return invalid;
    }
}
