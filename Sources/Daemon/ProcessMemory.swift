import Foundation

/// The memory of this process that is in use, as the operating system counts it.
public enum ProcessMemory {
    /// nil where the operating system does not tell.
    public static var residentByteCount: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
            return nil
        }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return pages.map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
    }
}
