package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PathClaimsTest {
    private record Claim(String path, boolean directory) {
        byte[] bytes() {
            return (directory ? path + "/" : path).getBytes(StandardCharsets.UTF_8);
        }
    }

    private static final String[] NAMES = {"a", "a-", "a.b", "aa", "b", "a!", "ü", "z"};

    private static List<Claim> claims(Random random) {
        Set<Claim> all = new HashSet<>();
        for (int i = random.nextInt(2, 14); i > 0; i--) {
            StringBuilder path = new StringBuilder(NAMES[random.nextInt(NAMES.length)]);
            for (int depth = random.nextInt(3); depth > 0; depth--) {
                path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
            }
            all.add(new Claim(path.toString(), random.nextInt(6) == 0));
        }
        List<Claim> list = new ArrayList<>(all);
        Collections.shuffle(list, random);
        if (random.nextInt(10) == 0) {
            list.add(list.get(random.nextInt(list.size())));
        }
        return list;
    }

    /// Whether two of them conflict, by pairwise comparison.
    private static boolean conflict(List<Claim> claims) {
        for (int i = 0; i < claims.size(); i++) {
            for (int k = 0; k < claims.size(); k++) {
                Claim file = claims.get(i);
                Claim other = claims.get(k);
                if (i != k
                        && !file.directory
                        && (other.path.equals(file.path)
                                || other.path.startsWith(file.path + "/"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static long directories(List<Claim> claims) {
        Set<String> all = new HashSet<>();
        for (Claim claim : claims) {
            String path = claim.directory ? claim.path + "/" : claim.path;
            for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                all.add(path.substring(0, slash));
            }
        }
        return all.size();
    }

    private static boolean refused(PathClaims to, List<Claim> claims) {
        try {
            for (Claim claim : claims) {
                if (claim.directory) {
                    to.directory(claim.path, claim.path);
                } else {
                    to.file(claim.path, claim.path);
                }
            }
            return false;
        } catch (UnsafeKeyException e) {
            return true;
        }
    }

    @Test
    void conflictsAreFoundInAnyOrderAndWithAnyMemory() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int conflicts = 0;
        int deferred = 0;
        for (int round = 0; round < 20_000; round++) {
            List<Claim> claims = claims(random);
            boolean conflict = conflict(claims);
            String which = "seed " + seed + ", " + claims;
            conflicts += conflict ? 1 : 0;
            assertThat(refused(new PathClaims(false, 1000), claims)).as(which).isEqualTo(conflict);
            PathClaims small = new PathClaims(false, random.nextInt(8));
            boolean refused = refused(small, claims);
            assertThat(refused || small.deferred() || !conflict).as(which).isTrue();
            assertThat(refused && !conflict).as(which).isFalse();
            deferred += small.deferred() ? 1 : 0;

            claims.sort((a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes()));
            PathClaims sorted = new PathClaims(false, 0);
            assertThat(refused(sorted, claims)).as(which).isEqualTo(conflict);
            assertThat(sorted.deferred()).as(which).isFalse();
            if (!conflict) {
                assertThat(sorted.directories()).as(which).isEqualTo(directories(claims));
            }
        }
        assertThat(conflicts).isBetween(1000, 19_000);
        assertThat(deferred).isGreaterThan(1000);
    }

    @Test
    void sortedKeysAreClaimedAfterwards() throws Exception {
        PathClaims claims = new PathClaims(true, 0);
        List<byte[]> keys = new ArrayList<>();
        for (String path : List.of("b", "A/x", "a-", "c/d")) {
            keys.add(claims.sortKey(path, false));
        }
        keys.add(claims.sortKey("C", true));
        keys.sort(Arrays::compareUnsigned);
        for (byte[] key : keys) {
            claims.sorted(key, "fine");
        }
        assertThat(claims.directories()).isEqualTo(2);
        PathClaims again = new PathClaims(true, 0);
        again.sorted(again.sortKey("A", false), "k1");
        again.sorted(again.sortKey("a-", false), "k2");
        assertThatThrownBy(() -> again.sorted(again.sortKey("a/x", false), "k3"))
                .hasMessageContaining("k3")
                .hasMessageContaining("lies below \"a\",");
    }
}
