package dev.cistern.linux;

/// A call of the kernel. Numbers as in its `asm/unistd_64.h` (amd64) and `asm-generic/unistd.h` (arm64).
enum SystemCall {
    CLOSE(3, 57),
    IOCTL(16, 29),
    EXECVE(59, 221),
    STATFS(137, 43),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    OPENAT(257, 56),
    UTIMENSAT(280, 88),
    FALLOCATE(285, 47),
    OPEN_BY_HANDLE_AT(304, 265),
    SYNCFS(306, 267),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    MOUNT_SETATTR(442, 442);

    /// On this machine.
    final long number;

    SystemCall(int onAmd64, int onArm64) {
        this.number = Machine.CURRENT.pick(onAmd64, onArm64);
    }
}
