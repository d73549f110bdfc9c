import CFuzzer
import Foundation
import FuzzTargets

// neurond-fuzz TARGET [libFuzzer's arguments]: runs one target under libFuzzer.
// neurond-fuzz seeds TARGET FOLDER: writes the target's seeds.
// Ops/fuzz builds and calls it.

/// What libFuzzer's callback, which can capture nothing, runs.
///
/// Set once, before the driver starts its only thread.
nonisolated(unsafe) var chosen = FuzzTarget.frames

func usage() -> Never {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")
    FileHandle.standardError.write(Data("usage: neurond-fuzz [seeds] \(names) …\n".utf8))
    exit(2)
}

func writeSeeds(of target: FuzzTarget, to folder: String) throws {
    let root = FileManager.default.currentDirectoryPath
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    for seed in try target.seeds(root: root) {
        try Data(seed.bytes).write(to: URL(filePath: folder).appending(path: seed.name))
    }
}

func drive(_ target: FuzzTarget) -> Int32 {
    chosen = target
    // libFuzzer keeps the pointers, so they live as long as the process.
    let words = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
    typealias Word = UnsafeMutablePointer<CChar>?
    let list = UnsafeMutablePointer<Word>.allocate(capacity: words.count + 1)
    for (index, word) in words.enumerated() { list[index] = strdup(word) }
    list[words.count] = nil
    var count = Int32(words.count)
    var arguments: UnsafeMutablePointer<Word>? = list
    return LLVMFuzzerRunDriver(&count, &arguments) { data, count in
        chosen.run(Array(UnsafeBufferPointer(start: data, count: count)))
        return 0
    }
}

let words = CommandLine.arguments.dropFirst()
if words.first == "seeds", words.count == 3, let target = FuzzTarget(rawValue: words[2]) {
    try writeSeeds(of: target, to: words[3])
} else if let target = words.first.flatMap(FuzzTarget.init(rawValue:)) {
    exit(drive(target))
} else {
    usage()
}
