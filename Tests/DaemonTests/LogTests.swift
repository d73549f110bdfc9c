import Foundation
import Logging
import Testing

@testable import Daemon

@Suite("Logs") struct LogTests {
    private func line(_ fields: [(name: String, value: String)], _ format: LogFormat) -> String {
        LogLine(
            time: Date(timeIntervalSince1970: 0.25), level: .info, message: "request ended",
            fields: fields
        ).text(in: format)
    }

    @Test("a JSON line is one object with time, level, message and fields")
    func json() throws {
        let text = line([("request", "a\"b\n"), ("code", "ok")], .json)
        #expect(!text.contains("\n"))
        let object =
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(object?["ts"] == "1970-01-01T00:00:00.250Z")
        #expect(object?["level"] == "info")
        #expect(object?["message"] == "request ended")
        #expect(object?["request"] == "a\"b\n")
    }

    @Test("a text line stays one line, whatever a client calls its request")
    func text() {
        let text = line([("request", "a\nb"), ("empty", "")], .text)
        #expect(text == #"1970-01-01T00:00:00.250Z info request ended request="a\nb""#)
    }

    @Test("long values are cut")
    func long() {
        for format in LogFormat.allCases {
            #expect(line([("x", String(repeating: "a", count: 9_000))], format).count < 1_200)
        }
    }

    @Test("lines come out in order, and close writes the last")
    func order() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        for index in 0..<100 { writer.write("line \(index)") }
        // Whatever is left is written by now, or soon on a machine that is slow to begin.
        writer.close()
        let lines = (0..<100).map { "line \($0)\n" }.joined()
        let reader = pipe.fileHandleForReading.fileDescriptor
        #expect(fcntl(reader, F_SETFL, O_NONBLOCK) == 0)
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let end = ContinuousClock.now + .seconds(60)
        while text.count < lines.utf8.count, ContinuousClock.now < end {
            let count = read(reader, &bytes, bytes.count)
            if count > 0 { text += bytes[..<count] } else { usleep(1_000) }
        }
        #expect(text == Array(lines.utf8))
    }

    @Test("a descriptor that does not block loses nothing to a slow reader")
    func nonBlocking() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let writer = LogWriter(descriptor: descriptor)
        // Several times what a pipe holds, and less than the buffer.
        let lines = (0..<300).map { "\($0) " + String(repeating: "x", count: 1_000) }
        for line in lines { writer.write(line) }
        var text: [UInt8] = []
        while text.count < lines.reduce(0, { $0 + $1.utf8.count + 1 }) {
            text += pipe.fileHandleForReading.availableData
        }
        writer.close()
        #expect(writer.droppedCount == 0)
        #expect(text == Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    @Test("a reader that does not read costs lines and not time")
    func stuckReader() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let line = String(repeating: "x", count: 1_000)
        // The thread may take lines and count once or twice before it is stuck.
        var dropped = 0
        for _ in 0..<100_000 where dropped == 0 {
            writer.write(line)
            dropped = writer.droppedCount
        }
        #expect(dropped > 0)
        // Reading lets the thread finish what it has.
        DispatchQueue.global().async { _ = pipe.fileHandleForReading.readDataToEndOfFile() }
        writer.close()
    }
}
