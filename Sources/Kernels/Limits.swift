/// Bounds of this module, each with its reason.
enum Limits {
    /// Head dimensions above this are not models but hostile files; keeps sizes far from overflow.
    static let headDimension = 1 << 16

    /// Blocks of keys and values start on pages, so that one can be given back alone.
    static let pageSize = 4096

    /// The larger page of x86-64, and how large a buffer must be to ask for such pages.
    static let hugePage = 2 << 20
    static let hugePageThreshold = 2 * hugePage

    /// Threads of one pool: the width of the count of workers inside a run.
    static let threads = 1024

    /// Rounds a thread spins before it sleeps: about 20 microseconds, longer than the gap between
    /// two products of one step, too short to be seen as load.
    static let spins = 1000
}
