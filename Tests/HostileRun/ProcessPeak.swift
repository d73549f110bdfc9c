import Foundation

/// The most memory that this process has had.
enum ProcessPeak {
    /// Bytes, as the kernel counts them for this program.
    ///
    /// `getrusage` would count what the parent had before this program was started, too.
    static func byteCount() -> Int {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
        return (kibibytes.flatMap { Int($0) } ?? 0) << 10
    }
}
