import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One question to a judge.
package struct JudgeRequest: Sendable {
    package var address: String
    /// Sent as a bearer token.
    package var key: String?
    /// JSON.
    package var body: [UInt8]
    package var timeoutSeconds: Int
}

/// What came back.
package struct JudgeReply: Sendable {
    package var status: Int
    package var body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// How the body begins, for an error.
    var start: String {
        String(decoding: body.prefix(DataLimits.quotedByteCount), as: UTF8.self)
    }
}

/// HTTP and HTTPS with the system's certificates.
package enum JudgeHTTP {
    /// Posts a request.
    ///
    /// - Throws: `DataError` or `URLError` where no reply comes; the key is in neither.
    package static let send: ChainJudge.Transport = { request in
        guard let url = URL(string: request.address) else {
            throw DataError("judge \"\(request.address)\"", "is no address")
        }
        var post = URLRequest(url: url, timeoutInterval: TimeInterval(request.timeoutSeconds))
        post.httpMethod = "POST"
        post.httpBody = Data(request.body)
        post.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let key = request.key {
            post.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
        }
        let (data, response) = try await session.data(for: post)
        guard let response = response as? HTTPURLResponse else {
            throw DataError("judge \(request.address)", "the reply is not HTTP")
        }
        guard data.count <= DataLimits.judgeReplyByteCount else {
            throw DataError(
                "judge \(request.address)",
                "the reply has \(data.count) bytes; at most \(DataLimits.judgeReplyByteCount) "
                    + "are accepted")
        }
        return JudgeReply(status: response.statusCode, body: Array(data))
    }

    /// Keeps neither cookies nor replies.
    private static let session = URLSession(configuration: .ephemeral)
}
