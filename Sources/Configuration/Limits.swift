/// The bounds of this module, each with its reason.
enum Limits {
    /// Bytes of a configuration file; ours with every comment has a hundredth of it.
    static let fileByteCount = 1_048_576

    /// Bytes of a refused value that are quoted back.
    static let quotedByteCount = 120
}
