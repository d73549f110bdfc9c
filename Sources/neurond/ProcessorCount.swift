import Foundation

/// How many compute threads a machine is good for.
enum ProcessorCount {
    /// Physical cores that this process may use.
    ///
    /// The second thread of a core has no arithmetic units of its own. A container's quota counts
    /// as well.
    static var physicalCores: Int {
        let allowed = cores(in: allowedProcessors)
        let cores = allowed ?? ProcessInfo.processInfo.activeProcessorCount
        return max(1, min(cores, quota ?? cores))
    }

    /// Logical processors that the scheduler gives us, such as `0-3,8`.
    private static var allowedProcessors: [Int] {
        let lines = text("/proc/self/status")?.split(separator: "\n") ?? []
        let prefix = "Cpus_allowed_list:"
        guard let line = lines.first(where: { $0.hasPrefix(prefix) }) else { return [] }
        let list = line.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces)
        return list.split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return Array(first...last)
        }
    }

    /// How many distinct cores those processors are threads of; nil where the kernel is silent.
    private static func cores(in processors: [Int]) -> Int? {
        let siblings = processors.compactMap { processor in
            text("/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list")
        }
        return siblings.isEmpty ? nil : Set(siblings).count
    }

    /// Whole processors' worth of time that the control group grants; nil without a limit.
    private static var quota: Int? {
        let words = text("/sys/fs/cgroup/cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
        guard words.count == 2, let time = Int(words[0]), let period = Int(words[1]), period > 0
        else { return nil }
        return (time + period - 1) / period
    }

    private static func text(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
