internal import KernelTypes

/// The kernels of one path, with every shape checked before a pointer is made.
public struct KernelSet: Sendable {
    /// The instruction set whose kernels these are.
    public let path: KernelPath
    let table: KernelTable

    /// The paths that this machine runs, slowest first.
    public static func available() -> [KernelPath] {
        KernelPath.allCases.filter(\.isSupported)
    }

    /// The kernels of a path.
    ///
    /// - Throws: `KernelError.unsupportedPath` if this machine cannot run it.
    public init(path: KernelPath) throws(KernelError) {
        guard path.isSupported else { throw .unsupportedPath(path) }
        self.path = path
        table = path.makeTable()
    }

    /// The fastest path, or the one that is forced by name.
    ///
    /// - Parameter forced: The value of `NEUROND_KERNELS`, nil or empty to choose.
    /// - Throws: `KernelError` naming the accepted paths if the name is unknown or not supported.
    public static func best(forced: String?) throws(KernelError) -> KernelSet {
        guard let forced, !forced.isEmpty else {
            return try KernelSet(path: available().last ?? .portable)
        }
        guard let path = KernelPath(rawValue: forced) else { throw .unknownPath(name: forced) }
        return try KernelSet(path: path)
    }
}
