/// Bounds of this module, each with its reason.
enum Limits {
    /// Head dimensions above this are not models but hostile files; keeps sizes far from overflow.
    static let headDimension = 1 << 16

    /// Blocks of keys and values start on pages, so that one can be given back alone.
    static let pageSize = 4096

    /// The larger page of x86-64, and how large a buffer must be to ask for such pages.
    static let hugePage = 2 << 20
    static let hugePageThreshold = 2 * hugePage

    /// A bound of a control group above this is none: version 1 writes a number near 2^63.
    static let groupMemoryByteCount = 1 << 60

    /// Bytes that are read of a file in which the kernel tells of memory; they have 1 to 8 KiB.
    static let systemFileByteCount = 1 << 16

    /// Threads of one pool: the width of the count of workers inside a run.
    static let threads = 1024

    /// Columns whose sums one task adds to: 4 KiB of them stay in the first-level cache.
    static let columns = 512

    /// Rows whose columns one task adds to several sums before it goes on: 24 KiB of them stay in
    /// the first-level cache beside the sums.
    static let rowsTogether = 12

    /// Elements from which on work is shared: below, it is done before other threads have woken.
    static let sharedElements = 1 << 14

    /// Rounds a thread spins before it sleeps: about 20 microseconds, longer than the gap between
    /// two products of one step, too short to be seen as load.
    static let spins = 1000
}
