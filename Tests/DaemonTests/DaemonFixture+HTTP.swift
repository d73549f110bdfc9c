import EventLoop

extension DaemonFixture {
    /// Where the scripted daemon serves metrics.
    var metrics: Address {
        guard case .unix(let path) = address else { return address }
        return .unix(path: path + ".metrics")
    }

    /// Sends bytes to a metrics server and gives what came back when it closed; nil when nobody
    /// listens.
    func visit(_ request: String, at place: Address? = nil) throws -> String? {
        var answer: [UInt8] = []
        var isOver = false
        var isRefused = false
        var kept: ByteStream?
        ByteStream.connect(loop, to: place ?? metrics) { [loop] result in
            guard let stream = try? result.get() else {
                isOver = true
                isRefused = true
                return loop.stop()
            }
            kept = stream
            stream.onRead = { answer += $0 }
            stream.onEnd = { _ in
                isOver = true
                stream.close()
                loop.stop()
            }
            stream.startReading()
            stream.write(Array(request.utf8))
        }
        try wait { isOver }
        kept?.close()
        return isRefused ? nil : String(decoding: answer, as: UTF8.self)
    }

    /// The status and the body of the answer to a GET; nil when nobody listens.
    func get(_ path: String, at place: Address? = nil) throws -> (code: String, body: String)? {
        guard let answer = try visit("GET \(path) HTTP/1.1\r\n\r\n", at: place) else { return nil }
        let words = answer.split(separator: " ")
        let body = answer.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().joined()
        return (words.count > 1 ? String(words[1]) : "", body)
    }
}
