import Foundation

/// Runs other programs.
enum PeerProcess {
    /// Runs a program to its end and answers what it wrote to standard output.
    ///
    /// - Throws: `BenchError.peer` if it cannot be started or fails, with its last words.
    static func output(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let out = Pipe()
        // Its remarks go to a file, so that a talkative program is not held up by a full pipe.
        let remarks = FileManager.default.temporaryDirectory
            .appending(path: "neurond-bench-\(UUID().uuidString).log")
        try Data().write(to: remarks)
        defer { try? FileManager.default.removeItem(at: remarks) }
        process.standardOutput = out
        process.standardError = try FileHandle(forWritingTo: remarks)
        try start(process, program)
        let data = out.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let text = (try? String(contentsOf: remarks, encoding: .utf8)) ?? ""
            let last = text.split(separator: "\n").last ?? "it said nothing"
            throw BenchError.peer(
                program: program,
                reason: "ended with status \(process.terminationStatus): \(last)")
        }
        return data
    }

    static func start(_ process: Process, _ program: String) throws {
        do {
            try process.run()
        } catch {
            throw BenchError.peer(
                program: program, reason: "cannot be started: \(error.localizedDescription)")
        }
    }

    /// Decodes what a program answered.
    static func decode<Answer: Decodable>(
        _ type: Answer.Type, _ data: Data, from program: String
    ) throws -> Answer {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: data)
        } catch {
            let text = String(decoding: data.prefix(200), as: UTF8.self)
            throw BenchError.peer(
                program: program, reason: "answered something else than expected: \(text)")
        }
    }
}

/// A program that answers one line for each line it is sent.
final class PeerConversation {
    private let program: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()

    /// Starts the program; its remarks go to standard error.
    init(_ program: String, _ arguments: [String]) throws {
        self.program = program
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try PeerProcess.start(process, program)
    }

    /// The program ends with its input.
    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Sends a line and waits for the answer.
    ///
    /// - Throws: `BenchError.peer` if the program ends instead.
    func ask(_ line: String) throws -> Data {
        do {
            try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
        } catch {
            throw BenchError.peer(program: program, reason: "ended before it was asked")
        }
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer = Data(buffer[(end + 1)...]) }
                return Data(buffer[..<end])
            }
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else {
                throw BenchError.peer(program: program, reason: "ended without an answer")
            }
            buffer.append(piece)
        }
    }
}
