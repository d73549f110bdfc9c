import Foundation
import HostileFiles

/// Opens every case in a process of its own: a crash, a hang or a lot of memory shows as such.
struct HostileRun {
    /// What came of one case.
    private struct Reading {
        let peakByteCount: Int
        let fault: String?
    }

    /// Runs all cases, or every so manieth.
    ///
    /// - Returns: whether each was met as it should be, within its memory.
    func run(every step: Int) throws -> Bool {
        var (caseCount, faultCount) = (0, 0)
        var groups: [(name: String, count: Int, worst: String, share: Double)] = []
        for index in stride(from: 0, to: HostileCase.all.count, by: step) {
            let hostile = HostileCase.all[index]
            caseCount += 1
            let reading = try read(hostile)
            if let fault = reading.fault {
                faultCount += 1
                print("FAULT \(hostile): \(fault)")
            }
            if groups.last?.name != hostile.group { groups.append((hostile.group, 0, "", 0)) }
            let last = groups.count - 1
            groups[last].count += 1
            let share = Double(reading.peakByteCount) / Double(hostile.memoryLimit)
            if share > groups[last].share {
                groups[last].share = share
                groups[last].worst =
                    "\(Self.megabytes(reading.peakByteCount)) of "
                    + "\(Self.megabytes(hostile.memoryLimit)) MB, \(hostile.name)"
            }
        }
        for group in groups { print("\(group.name): \(group.count) files; most: \(group.worst)") }
        print("\(caseCount) files, \(faultCount) faults")
        return faultCount == 0
    }

    private func read(_ hostile: HostileCase) throws -> Reading {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appending(path: "hostile-\(UUID().uuidString)")
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: folder) }
        let path = try hostile.write(into: folder.path)
        let child = try Self.child(reading: path)
        let lines = child.output.split(separator: "\n")
        guard child.exitStatus == 0, lines.count >= 2, let peak = Int(lines[lines.count - 1])
        else {
            return Reading(
                peakByteCount: 0, fault: "the process ended with \(child.end): \(child.output)")
        }
        let text = lines.dropLast().joined(separator: "\n")
        let refusal = text == "read" ? nil : text
        var fault = hostile.fault(in: folder.path, refusal: refusal)
        if peak == 0 { fault = fault ?? "its memory is not known" }
        if peak > hostile.memoryLimit {
            fault = "it took \(peak) bytes, \(hostile.memoryLimit) are allowed"
        }
        return Reading(peakByteCount: peak, fault: fault)
    }

    private static func child(
        reading path: String
    ) throws -> (exitStatus: Int32?, end: String, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["open", path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let isExit = process.terminationReason == .exit
        return (
            isExit ? process.terminationStatus : nil,
            "\(isExit ? "status" : "signal") \(process.terminationStatus)",
            String(decoding: data.suffix(4_096), as: UTF8.self)
        )
    }

    private static func megabytes(_ byteCount: Int) -> String {
        String(format: "%.1f", Double(byteCount) / Double(1 << 20))
    }
}
