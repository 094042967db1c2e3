package dev.cistern.controller.model;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The kinds that a PVC's `dataSourceRef` may name.
public enum SourceKind {
    /// Any store, with the tenant's or the platform's credentials.
    OBJECT_VOLUME_POPULATOR("cistern.dev", "v1alpha1", "ObjectVolumePopulator", true),
    /// Alibaba Cloud's kind, generic mode.
    OSS_VOLUME_POPULATOR("storage.alibabacloud.com", "v1beta1", "OSSVolumePopulator", true),
    /// A cluster-scoped data set, as a private copy.
    DATASET("cistern.dev", "v1alpha1", "Dataset", false),
    /// An unknown kind in one of our groups: misspelt, or not a source of volumes. A PVC that names it never gets a
    /// volume, and an event says so.
    UNKNOWN("", "", "", true);

    private final String group;
    private final String version;
    private final String kind;
    private final boolean namespaced;

    SourceKind(String group, String version, String kind, boolean namespaced) {
        this.group = group;
        this.version = version;
        this.kind = kind;
        this.namespaced = namespaced;
    }

    /// The API group.
    public String group() {
        return group;
    }

    /// `group/version`.
    public String apiVersion() {
        return group + "/" + version;
    }

    /// The kind's name.
    public String kind() {
        return kind;
    }

    /// Whether its objects live in a namespace.
    public boolean namespaced() {
        return namespaced;
    }

    /// The kinds that a PVC may name.
    public static List<SourceKind> known() {
        return List.of(OBJECT_VOLUME_POPULATOR, OSS_VOLUME_POPULATOR, DATASET);
    }

    /// The kind for a group and a kind's name, if it is one of ours or probably meant to be.
    public static Optional<SourceKind> of(@Nullable String group, @Nullable String kind) {
        if (group == null || kind == null) {
            return Optional.empty();
        }
        for (SourceKind candidate : known()) {
            if (candidate.group.equals(group) && candidate.kind.equals(kind)) {
                return Optional.of(candidate);
            }
        }
        // The whole of our own group is ours.
        boolean meant =
                group.equals(DATASET.group)
                        || (group.equals(OSS_VOLUME_POPULATOR.group) && meantForOurs(kind));
        return meant ? Optional.of(UNKNOWN) : Optional.empty();
    }

    /// Of another vendor's group only names that clearly mean a kind that we serve, as in
    /// `deploy/policies/claims.yaml`. Others may be that vendor's own kinds, such as `NASVolumePopulator`, whose
    /// volumes another controller fills.
    private static boolean meantForOurs(String kind) {
        String lower = kind.toLowerCase(Locale.ROOT);
        return lower.equals("ossvp")
                || (lower.startsWith("oss") && lower.contains("popul"))
                || lower.equals("objectvolumepopulator");
    }

    /// The kind whose name is closest to a misspelt one.
    public static SourceKind closest(String kind) {
        return known().stream()
                .min(Comparator.comparingInt(candidate -> distance(kind, candidate.kind)))
                .orElseThrow();
    }

    /// Edit distance, ignoring case.
    private static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] before = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(before[j], row[j - 1]) + 1);
            }
            before = row;
        }
        return before[b.length()];
    }
}
