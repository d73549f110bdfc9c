import Foundation
import HostileFiles
import ModelFile

// neurond-hostile run [STEP]      opens every case, or every STEPth, in a process of its own, and
//                                 says how it went
// neurond-hostile write FOLDER    writes every case into a folder of its own there
// neurond-hostile open PATH       reads one path; the last line is its peak memory in bytes
// Ops/hostile builds it with AddressSanitizer and runs it.

func usage() -> Never {
    FileHandle.standardError.write(
        Data("usage: neurond-hostile run [STEP] | write FOLDER | open PATH\n".utf8))
    exit(2)
}

/// Reads one path in this process, which is killed if it takes too long.
///
/// What counts is time on a processor: the machine may be busy with something else. A wait without
/// end is ended by the clock.
func open(_ path: String) -> Never {
    var limit = rlimit(rlim_cur: 20, rlim_max: 20)
    guard setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit) == 0 else { exit(3) }
    alarm(900)
    do throws(ModelFileError) {
        try HostileCase.readAll(path)
        print("read")
    } catch {
        print("refused: \(error)")
    }
    print(ProcessPeak.byteCount())
    exit(0)
}

func write(to folder: String) throws {
    for (index, hostile) in HostileCase.all.enumerated() {
        let place = "\(folder)/\(index + 1000)"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true)
        print("\(try hostile.write(into: place))\t\(hostile)")
    }
}

let words = Array(CommandLine.arguments.dropFirst())
switch (words.first, words.count) {
case ("run", 1): exit(try HostileRun().run(every: 1) ? 0 : 1)
case ("run", 2):
    guard let step = Int(words[1]), step > 0 else { usage() }
    exit(try HostileRun().run(every: step) ? 0 : 1)
case ("write", 2): try write(to: words[1])
case ("open", 2): open(words[1])
default: usage()
}
