import Glibc

/// How many descriptors this process may have open.
public enum DescriptorLimit {
    /// Raises the limit as far as the system lets us, at most to `wanted`.
    ///
    /// - Returns: the limit that holds.
    @discardableResult
    public static func raise(to wanted: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let goal = min(rlim_t(wanted), limit.rlim_max)
        guard goal > limit.rlim_cur else { return Int(clamping: limit.rlim_cur) }
        let former = limit.rlim_cur
        limit.rlim_cur = goal
        let isRaised = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return Int(clamping: isRaised ? goal : former)
    }
}
