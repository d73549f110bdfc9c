import Foundation

/// Where it was measured.
struct Machine: Encodable {
    let processor: String
    let processors: Int
    let kernels: String
    /// Threads that ran or wanted to, of all programs, in the minute before the measurement.
    let loadAverage: Double

    /// Looks at the machine before it is measured, and warns if it is busy.
    static func current(_ kernels: String) -> Machine {
        let machine = Machine(
            processor: processorName,
            processors: ProcessInfo.processInfo.activeProcessorCount, kernels: kernels,
            loadAverage: text("/proc/loadavg").split(separator: " ").first.flatMap { Double($0) }
                ?? 0)
        if machine.loadAverage > quietLoad * Double(machine.processors) {
            Progress.write(
                "warning: the machine is busy (load average \(machine.loadAverage.short)); "
                    + "measure again when it is idle")
        }
        return machine
    }

    /// Load of each processor above which rates say more about others than about us.
    ///
    /// Not lower, because building the benchmark leaves its own load behind for a minute.
    private static let quietLoad = 1.0

    private static var processorName: String {
        let line = text("/proc/cpuinfo").split(separator: "\n").first {
            $0.hasPrefix("model name")
        }
        return line?.split(separator: ":", maxSplits: 1).last.map {
            $0.trimmingCharacters(in: .whitespaces)
        } ?? "unknown processor"
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
