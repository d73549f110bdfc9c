extension Address {
    /// Where a system's daemon listens when its user has no runtime directory.
    public static let systemDirectory = "/run/neurond"

    /// Where a daemon listens, and where its clients look, unless told otherwise.
    ///
    /// A socket in the user's runtime directory, which only that user can enter; without one, as
    /// for a system service, in `/run/neurond`.
    ///
    /// - Parameter environment: the variables of the process, for `XDG_RUNTIME_DIR`.
    public static func daemonDefault(environment: [String: String]) -> Address {
        let user = environment["XDG_RUNTIME_DIR", default: ""]
        return .unix(path: (user.isEmpty ? systemDirectory : user) + "/neurond.sock")
    }
}
