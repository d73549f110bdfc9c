import Glibc

/// The numbers behind this machine's names of users and groups.
public enum SystemAccounts {
    /// The number of a user; nil where there is none of this name.
    public static func user(named name: String) -> UInt32? {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: Limits.accountByteCount)
        // Safety: the number is read while the buffer that the record points into is alive.
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            getpwnam_r(name, &record, start, buffer.count, &found)
            return found?.pointee.pw_uid
        }
    }

    /// The number of a group.
    public static func group(named name: String) -> UInt32? {
        var record = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: Limits.accountByteCount)
        // Safety: as above.
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            getgrnam_r(name, &record, start, buffer.count, &found)
            return found?.pointee.gr_gid
        }
    }
}
