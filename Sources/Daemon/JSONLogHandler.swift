public import Logging
import StrictJSON
import FoundationEssentials

/// How a log line is spelled.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, message, `name=value`.
    case text
    /// For programs: one JSON object a line.
    case json
}

/// Puts each event on one line and hands it to a ``LogWriter``.
public struct LineLogHandler: LogHandler {
    /// Metadata of every line.
    public var metadata: Logger.Metadata = [:]
    /// Events below it are not written.
    public var logLevel = Logger.Level.info

    private let writer: LogWriter
    private let format: LogFormat

    /// A handler for one logger.
    public init(_ writer: LogWriter, format: LogFormat) {
        self.writer = writer
        self.format = format
    }

    /// One entry of the metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one event.
    public func log(event: LogEvent) {
        let all = event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
        let fields = all.sorted { $0.key < $1.key }.map { (name: $0.key, value: "\($0.value)") }
        let line = LogLine(
            time: Date(), level: event.level, message: "\(event.message)", fields: fields)
        writer.write(line.text(in: format))
    }
}

/// One event, ready to be spelled.
struct LogLine {
    let time: Date
    let level: Logger.Level
    let message: String
    let fields: [(name: String, value: String)]

    /// The line, without a line feed.
    func text(in format: LogFormat) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let stamp = time.formatted(style)
        switch format {
        case .text:
            let pairs = fields.filter { !$0.value.isEmpty }.map { " \($0.name)=\(plain($0.value))" }
            return "\(stamp) \(level) \(plain(message))\(pairs.joined())"
        case .json:
            var members: [JSONObject.Member] = [
                .init("ts", .text(stamp)), .init("level", .text("\(level)")),
                .init("message", .text(cut(message))),
            ]
            members += fields.map { .init(JSONString($0.name), .text(cut($0.value))) }
            return JSONValue.object(JSONObject(members)).compact
        }
    }

    /// A value on one line, in quotes where it would be taken for two.
    private func plain(_ text: String) -> String {
        let text = cut(text)
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        return isPlain ? text : text.debugDescription
    }

    /// No value makes a line long, whatever a client calls its request.
    private func cut(_ text: String) -> String {
        let limit = DaemonLimits.logValueCharacterCount
        return text.count <= limit ? text : text.prefix(limit) + "…"
    }
}
